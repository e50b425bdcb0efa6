"""Stop everything on its way to the bank, for a reason that concerns the whole instance, and let it go on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import Conflict, Forbidden, Invalid
from joey.payouts.models import PayoutPause
from joey.people.models import Person
from joey.record.append import append

REASON_MAX = 200
SENDING = "payouts:sending"


@transaction.atomic
def pause_payouts(*, reason: str, now: datetime) -> PayoutPause:
    """From now on nothing is sent; requests and approvals go on and wait.

    It waits for a sending that is under way: when it returns, a payout was sent before or will not be sent.
    Raises Invalid ("reason").
    """
    reason = reason.strip()
    if not 1 <= len(reason) <= REASON_MAX or not reason.isprintable():
        raise Invalid(_("Say why, in one line of at most 200 characters."), field="reason")
    sql.value("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [SENDING])
    pause = PayoutPause.objects.create(reason=reason, placed_at=now)
    append("payouts.paused", f"pause:{pause.id}", {"reason": reason}, happened_at=now)
    return pause


@transaction.atomic
def end_pause(pause: PayoutPause, *, now: datetime, by: Person | None = None) -> None:
    """Let payouts go again; `by` is None for whoever holds the terminal.

    Raises Forbidden for somebody who is no operator, Conflict when it was ended already.
    """
    if by is not None and not (by.is_staff and by.is_active):
        raise Forbidden(_("Only an operator decides payouts."))
    if PayoutPause.objects.filter(pk=pause.pk, ended_at=None).update(ended_at=now, ended_by=by) != 1:
        raise Conflict(_("This pause was ended already."))
    append("payouts.resumed", f"pause:{pause.id}", {"by": str(by.id) if by else "terminal"}, happened_at=now)


def open_pauses() -> list[PayoutPause]:
    """The pauses that stop payouts now, oldest first. One query."""
    return list(PayoutPause.objects.filter(ended_at=None).order_by("id"))


def sending_allowed() -> bool:
    """Whether payouts may be sent; inside a transaction the answer holds until its end."""
    if sql.inside_transaction():
        sql.value("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [SENDING])
    return not PayoutPause.objects.filter(ended_at=None).exists()
