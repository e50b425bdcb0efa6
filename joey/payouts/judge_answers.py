"""What a rail's answer for one transfer means, given the state of our attempt: the table of docs/money.md, as data."""

from collections.abc import Sequence
from dataclasses import dataclass

from joey.payouts.models import PayoutAttempt, PayoutHold
from joey.payouts.named_amount import named_amount
from joey.payouts.rails.port import ACCEPTED, REJECTED, RETURNED, SETTLED, UNREADABLE, TransferAnswer
from joey.payouts.states import IN_TRANSIT

_A = PayoutAttempt.State
_NEXT = {ACCEPTED: _A.ACCEPTED, SETTLED: _A.SETTLED, REJECTED: _A.REJECTED, RETURNED: _A.RETURNED}
# Answers that say what is booked already, by state.
_AGREE = {
    _A.ACCEPTED: {ACCEPTED},
    _A.SETTLED: {SETTLED},
    _A.REJECTED: {REJECTED},
    _A.RETURNED: {RETURNED},
    _A.NOT_PAID: {REJECTED, RETURNED},
}


@dataclass(frozen=True)
class AnswerVerdict:
    """`to` is the attempt's next state, or None; `question` is what has to be asked, with the line for operators."""

    to: PayoutAttempt.State | None = None
    question: PayoutHold.Cause | None = None
    problem: str = ""
    answer: TransferAnswer | None = None


def judge(attempt: PayoutAttempt, answers: Sequence[TransferAnswer], *, overpaid: bool) -> AnswerVerdict:
    """What follows from everything that one answer of the rail says about this attempt; at least one entry.

    `overpaid`: operators found that it was paid although it was booked back (overpaid.py), so only "settled" fits.
    """
    key, state = attempt.rail_key, PayoutAttempt.State(attempt.state)
    promised = (attempt.payout.amount_minor, attempt.payout.currency)
    answer = answers[0]
    if len({each.outcome for each in answers}) > 1:
        words = " and ".join(sorted({each.outcome for each in answers}))
        return _contradiction(f"contradictory_answer: {key} is reported {words} at once")
    if answer.outcome == UNREADABLE:
        problem = f"unknown_word: {key}: {answer.reason}"
        if state in IN_TRANSIT:
            return AnswerVerdict(None if state == _A.UNKNOWN else _A.UNKNOWN, PayoutHold.Cause.UNKNOWN, problem)
        return _contradiction(problem)
    for each in answers:
        if (each.amount_minor, each.currency) != promised:
            ours, theirs = named_amount(*promised), named_amount(each.amount_minor, each.currency)
            return _contradiction(f"other_amount: {key} is {ours}, the rail says {theirs or 'none'}")
    if answer.outcome in ({SETTLED} if overpaid else _AGREE.get(state, set())):
        return AnswerVerdict(answer=answer)
    if state in IN_TRANSIT or (state, answer.outcome) == (_A.SETTLED, RETURNED):
        return AnswerVerdict(_NEXT[answer.outcome], answer=answer)
    booked = f"{state} and overpaid" if overpaid else state.value
    return _contradiction(f"contradictory_answer: {key} was {booked}, now the rail says {answer.outcome}")


def _contradiction(problem: str) -> AnswerVerdict:
    return AnswerVerdict(question=PayoutHold.Cause.CONTRADICTION, problem=problem)
