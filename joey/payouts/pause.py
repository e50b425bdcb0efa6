"""Pauses the sending of all payouts of the instance for a reason, and resumes it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import Conflict, Forbidden
from joey.payouts.models import PayoutPause
from joey.payouts.operator_reason import read_reason
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer, with_texts

SENDING = "payouts:sending"


@transaction.atomic
def pause_payouts(*, reason: str, now: datetime) -> PayoutPause:
    """Send nothing from now on; payouts can still be requested and approved, and then wait.

    It waits for a send in progress: when it returns, each payout was either sent before or will not be sent.
    Raises Invalid ("reason").
    """
    reason = read_reason(reason)
    sql.value("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [SENDING])
    kept = keep_text(reason)
    pause = PayoutPause.objects.create(**refer("reason", kept), placed_at=now)
    append("payouts.paused", f"pause:{pause.id}", {"reason": kept.fact}, happened_at=now)
    return pause


@transaction.atomic
def end_pause(pause: PayoutPause, *, now: datetime, by: Person | None = None) -> None:
    """Resume sending; `by` is None when it is done in a terminal.

    Raises Forbidden unless `by` is an operator, Conflict when the pause was ended already.
    """
    if by is not None and not (by.is_staff and by.is_active):
        raise Forbidden(_("Only an operator can decide on payouts."))
    if PayoutPause.objects.filter(pk=pause.pk, ended_at=None).update(ended_at=now, ended_by=by) != 1:
        raise Conflict(_("This pause was ended already."))
    append("payouts.resumed", f"pause:{pause.id}", {"by": str(by.id) if by else "terminal"}, happened_at=now)


def open_pauses() -> list[PayoutPause]:
    """The pauses that stop payouts now, oldest first, with their reasons for kept_text. One query."""
    return list(with_texts(PayoutPause.objects.filter(ended_at=None), "reason").order_by("id"))


def sending_allowed() -> bool:
    """Whether payouts may be sent; inside a transaction the answer holds until its end."""
    if sql.inside_transaction():
        sql.value("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [SENDING])
    return not PayoutPause.objects.filter(ended_at=None).exists()
