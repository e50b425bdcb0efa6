"""Pauses the sending of all payouts of the instance for a reason, and resumes it."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict
from joey.kit.sentences import Words
from joey.kit.text import read_reason
from joey.payouts.left_out import waits_for_left_out
from joey.payouts.models import PayoutPause, PayoutPauseEnding
from joey.payouts.placed_before import placed_before
from joey.payouts.sending_lock import wait_until_nothing_is_sent
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer, with_texts
from joey.shops.operators import check_operator


class PauseAsksQuestion(Conflict):
    """What became of a transfer that a restore left out is open: two operators end this pause."""

    code = "pause_asks_question"


@transaction.atomic
def pause_payouts(*, reason: Words, now: datetime, by: Person | None = None) -> PayoutPause:
    """Send nothing from now on; payouts can still be requested and approved, and then wait.

    It waits for every file that is leaving: when it returns, nothing is being sent or will be. `by` is None in a
    terminal. An operator who gives the same reason again gets the pause that is in force: two clicks are one. Raises
    Invalid ("reason"), Forbidden.
    """
    reason = read_reason(reason) if isinstance(reason, str) else reason
    if by is not None:
        check_operator(by)
    wait_until_nothing_is_sent()
    if placed := placed_before(pauses_in_force(), by=by, reason=reason):
        return placed
    kept = keep_text(reason, shop_id=None)
    pause = PayoutPause.objects.create(**refer("reason", kept), placed_by=by, placed_at=now)
    append("payouts.paused", f"pause:{pause.id}", {"reason": kept.fact, "by": name_of(by)}, happened_at=now)
    return pause


@transaction.atomic
def end_pause(pause: PayoutPause, *, reason: str, now: datetime, by: Person | None = None) -> None:
    """Resume sending; `by` is None when it is done in a terminal.

    Raises Invalid ("reason"), Forbidden unless `by` is an operator, Conflict when the pause was ended already,
    PauseAsksQuestion.
    """
    reason = read_reason(reason)
    if by is not None:
        check_operator(by)
    if waits_for_left_out(pause.id):
        raise PauseAsksQuestion(_("A restore left a transfer out. Two operators who resolve it end this pause."))
    kept = keep_text(reason, shop_id=None)
    _ending, is_new = PayoutPauseEnding.objects.get_or_create(
        pause=pause, defaults={"ended_by": by, "ended_at": now, **refer("reason", kept)}
    )
    if not is_new:
        raise Conflict(_("This pause was ended already."))
    append("payouts.resumed", f"pause:{pause.id}", {"by": name_of(by), "reason": kept.fact}, happened_at=now)


def open_pauses() -> list[PayoutPause]:
    """The pauses that stop payouts now, oldest first, with their reasons for kept_text. One query."""
    return list(with_texts(pauses_in_force(), "reason").order_by("id"))


def pauses_in_force() -> "QuerySet[PayoutPause]":
    """The pauses that have not ended."""
    return PayoutPause.objects.exclude(Exists(PayoutPauseEnding.objects.filter(pause=OuterRef("pk"))))


def sending_allowed() -> bool:
    """Whether no pause is in force. It stays so while the caller holds the lock of `submitting`."""
    return not pauses_in_force().exists()
