"""A keeper takes a payout back that still waits: its money is available again at once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from joey.kit.refusals import Conflict, NotFound
from joey.kit.sentences import Sentence
from joey.payouts.gate import holds_on_payout, without_left_out
from joey.payouts.models import Payout, PayoutAttempt
from joey.payouts.pause import pauses_in_force
from joey.payouts.release import release_payout
from joey.people.models import Person
from joey.shops.models import Shop


class PayoutNotCancellable(Conflict):
    """The payout is in a file, has left, has ended, or waits for operators because it is held."""

    code = "payout_not_cancellable"


def with_cancellable(payouts: "QuerySet[Payout]") -> "QuerySet[Any]":
    """Each with `cancellable`: it waits, no file holds it and nothing stops it.

    One in a file is the operators' to stop: the file holds payouts of other shops. After a restore, one that is held
    or paused may have left.
    """
    in_file = PayoutAttempt.objects.filter(payout=OuterRef("pk")).exclude(state=PayoutAttempt.State.WITHDRAWN)
    waits = Q(state__in=(Payout.State.REQUESTED, Payout.State.APPROVED))
    return payouts.annotate(
        cancellable=waits & ~Exists(in_file) & ~Exists(holds_on_payout()) & ~Exists(pauses_in_force())
    )


@transaction.atomic(durable=True)
def cancel_payout(shop: Shop, payout_id: UUID, *, by: Person, now: datetime) -> Payout:
    """Cancel a payout of the shop while it waits. Raises NotFound, PayoutNotCancellable."""
    found = Payout.objects.select_for_update(of=("self",)).filter(shop=shop, pk=payout_id).first()
    if found is None:
        raise NotFound(_("There is no such payout."))
    # Read after the lock: a file that took the payout in meanwhile is seen by this statement.
    if not with_cancellable(Payout.objects.filter(pk=found.pk)).get().cancellable or not without_left_out([found]):
        raise PayoutNotCancellable(_("This payout cannot be cancelled any more: it is on its way, held or finished."))
    release_payout(found, by=by, why=(Sentence(gettext_noop("You cancelled it before it was sent.")),), now=now)
    return found
