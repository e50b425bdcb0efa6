"""Opens and ends questions about a transfer: what became of it is unknown, or the rail contradicts itself or our books.

So does an operator who finds something else than is booked. A question is a hold on all payouts of the shop, in the
transaction that found it. It ends by an answer that fits, or by two operators (resolve.py).
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.money.money import Money
from joey.payouts.file_problems import OF_A_QUESTION, add_problem, clear_problems_about
from joey.payouts.holds import QUESTIONS, close_hold, open_holds
from joey.payouts.models import PayoutAttempt, PayoutHold
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer

log = logging.getLogger(__name__)


def ask_question(attempt: PayoutAttempt, cause: PayoutHold.Cause, problem: str, *, now: datetime) -> bool:
    """Hold the shop's payouts until it is known what became of this attempt; whether that is new.

    `problem` is the line for operators, beginning with its code. A hold of the same cause is not placed twice.
    """
    is_new = add_problem(attempt.file, problem)
    if open_holds().filter(attempt=attempt, cause=cause).exists():
        return is_new
    open_question(attempt, cause, by=None, now=now)
    return True


def open_question(attempt: PayoutAttempt, cause: PayoutHold.Cause, *, by: Person | None, now: datetime) -> PayoutHold:
    """Hold the shop's payouts for it; `by` is None when an answer asks, else the operator who found something else."""
    kept = keep_text((words_about(attempt, cause),), shop_id=attempt.shop_id)
    hold = PayoutHold.objects.create(
        shop_id=attempt.shop_id, attempt=attempt, cause=cause, **refer("reason", kept), placed_by=by, placed_at=now
    )
    facts = {"hold": str(hold.id), "reason": kept.fact, "by": str(by.id) if by else "answer", "cause": hold.cause}
    append("payout.held", f"shop:{attempt.shop_id}", facts, shop_id=attempt.shop_id, happened_at=now)
    if cause == PayoutHold.Cause.CONTRADICTION:
        append(
            "payout.contradicted",
            f"payout:{attempt.payout_id}",
            {"number": attempt.number, "hold": str(hold.id)},
            shop_id=attempt.shop_id,
            happened_at=now,
        )
    return hold


def end_questions(attempts: Sequence[PayoutAttempt], *, by: Person | None, now: datetime) -> None:
    """Close the open questions about these attempts; `by` is None when an answer ended them.

    An answer does not end what an operator asks, who knows what the rail says.
    """
    ended = open_holds().filter(attempt__in=attempts, cause__in=QUESTIONS).select_related("attempt__file")
    if by is None:
        ended = ended.filter(placed_by=None)
    for hold in ended.order_by("id"):
        assert hold.attempt is not None, "a question is about an attempt"
        close_hold(hold, by=by, now=now)
        facts = {"hold": str(hold.id), "by": str(by.id) if by else "answer"}
        append("payout.hold_released", f"shop:{hold.shop_id}", facts, shop_id=hold.shop_id, happened_at=now)
        clear_problems_about(hold.attempt.file, hold.attempt.rail_key, codes=OF_A_QUESTION)


def words_about(attempt: PayoutAttempt, cause: PayoutHold.Cause) -> Sentence:
    """What the shopkeeper reads about the hold."""
    amount = Money(attempt.payout.amount_minor, attempt.payout.currency)
    if cause == PayoutHold.Cause.RETURNED:
        came_back = _("Your payout of %(amount)s came back. We check why before the next one.")
        return Sentence(came_back, {"amount": amount.text})
    return being_checked(amount)


def being_checked(amount: Money) -> Sentence:
    """What the shopkeeper reads while it is open what became of a payout."""
    checked = _("Your payout of %(amount)s is being checked with the bank. Your money is safe.")
    return Sentence(checked, {"amount": amount.text})
