"""What has to hold before a payout goes into a file, and again before that file leaves."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.ledger.queries import balances_of, overdrawn_books
from joey.payouts.holds import open_holds
from joey.payouts.left_out import LEFT_OUT
from joey.payouts.licensed_channels import lacks_channel
from joey.payouts.models import Payout, PayoutApproval, PayoutHold
from joey.payouts.release import release_payout
from joey.record.queries import events_of


def sendable(payouts: "QuerySet[Payout]") -> "QuerySet[Payout]":
    """Those of approved payouts that no hold blocks, with the approvals they need, whose licensed channel is named.

    Approvals count while their operators are active.
    """
    approved = payouts.filter(~lacks_channel(), state=Payout.State.APPROVED).exclude(Exists(holds_on_payout()))
    return _with_approvals(approved).filter(approvals__gte=F("approvals_needed"))


def stopped(payouts: "QuerySet[Payout]") -> "QuerySet[Payout]":
    """Those that the gate lets through no more, whatever their state: held, short of an approval, without their
    licensed channel, or unpayable.
    """
    return _with_approvals(payouts).filter(
        Q(Exists(holds_on_payout()))
        | lacks_channel()
        | Q(approvals__lt=F("approvals_needed"))
        | reduce(or_, (condition for condition, _words in _UNPAYABLE))
    )


def _with_approvals(payouts: "QuerySet[Payout]") -> "QuerySet[Any]":
    approvals = (
        PayoutApproval.objects.filter(payout=OuterRef("pk"), operator__is_active=True, operator__is_staff=True)
        .order_by()
        .values("payout")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return payouts.annotate(approvals=Coalesce(Subquery(approvals, output_field=IntegerField()), 0))


def holds_on_payout() -> "QuerySet[PayoutHold]":
    """For a query over payouts: the holds in force on each."""
    return open_holds().filter(Q(payout=None) | Q(payout=OuterRef("pk")), shop=OuterRef("shop"))


def release_unpayable(payouts: Sequence[Payout], *, now: datetime) -> list[Payout]:
    """Give back the money of payouts that cannot be sent any more, each with its reason; the others in their order.

    Waiting would end none of them, and each keeps its shop from requesting what can be paid. A payout that a restore
    left out is neither released nor among the others: it may have left, so only an operator ends it (leave_out.py).
    """
    left = without_left_out(payouts)
    why: dict[UUID, Callable[[Payout], Sentence]] = {}
    for condition, words in _UNPAYABLE:
        for key in Payout.objects.filter(condition, pk__in=[each.pk for each in left]).values_list("pk", flat=True):
            why.setdefault(key, words)
    for payout in left:
        if payout.pk in why:
            release_payout(payout, by="gate", why=(why[payout.pk](payout),), now=now)
    return [payout for payout in left if payout.pk not in why]


def without_left_out(payouts: Sequence[Payout]) -> list[Payout]:
    """Those of which no restore left a transfer out."""
    events = events_of([f"payout:{payout.id}" for payout in payouts]) if payouts else []
    left_out = {event.subject_key for event in events if event.kind == LEFT_OUT}
    return [payout for payout in payouts if f"payout:{payout.id}" not in left_out]


def _returned(payout: Payout) -> Sentence:
    """Returns that came after the request took `available` below zero: sending the payout would pay out money that the
    marketplace has taken back. Its reservation sets the debt off.
    """
    missing = -balances_of(payout.shop_id)[payout.currency].available
    return Sentence(_("%(missing)s was returned since your request, so it was not sent."), {"missing": missing.text})


# Conditions on payouts that cannot be paid, the strongest first, each with what the shopkeeper reads.
_UNPAYABLE: tuple[tuple[Q, Callable[[Payout], Sentence]], ...] = (
    (
        Q(shop__closed_at__isnull=False),
        lambda _payout: Sentence(_("The shop is closed, so it was not sent. The money is still yours.")),
    ),
    (
        Q(shop__owner__is_active=False),
        lambda _payout: Sentence(_("The account is closed, so it was not sent. The money is still yours.")),
    ),
    (Q(Exists(overdrawn_books().filter(book_id=OuterRef("shop"), currency=OuterRef("currency")))), _returned),
)
