"""What is wrong with a payout file is said in words in the office; the log and the terminal keep the line."""

import re

import pytest
from django.utils import translation

from joey.office.file_problems import problem_in_words
from joey.payouts.file_problems import ENDED_BY, ERASED, OTHER_ACCOUNT, erased_strangers_note
from joey.payouts.judge_answers import judge
from joey.payouts.models import Payout, PayoutAttempt
from joey.payouts.rails.port import REJECTED, RETURNED, SETTLED, UNREADABLE, TransferAnswer


def says(outcome: str, minor: int | None = 400, currency: str = "CNY", reason: str = "") -> TransferAnswer:
    return TransferAnswer("K1", outcome, minor, currency, reason=reason)


def judged(state: str, *answers: TransferAnswer, overpaid: bool = False) -> str:
    """The note on a transfer of ¥4.00 in this state, when one answer of the bank says this of it."""
    attempt = PayoutAttempt(rail_key="K1", state=state, payout=Payout(amount_minor=400, currency="CNY"))
    return judge(attempt, answers, overpaid=overpaid).problem


BY_ANSWERS = {
    judged("accepted", says(SETTLED, 399)): "K1: the bank names ¥3.99 instead of ¥4.00.",
    judged("accepted", says(SETTLED, 399, "DOGE")): "K1: the bank names 399 DOGE instead of ¥4.00.",
    judged("accepted", says(SETTLED, None, "")): "K1: the bank names no amount instead of ¥4.00.",
    judged("accepted", says(REJECTED), says(SETTLED)): (
        "K1: one answer of the bank says different things: Rejected by the bank · Paid."
    ),
    judged("settled", says(REJECTED)): "K1: “Paid” is booked, and the bank now says “Rejected by the bank”.",
    judged("returned", says(RETURNED), overpaid=True): (
        "K1: “Paid, and came back · Paid although it was booked back, or paid twice” is booked, and the bank now says"
        " “Paid, and came back”."
    ),
}
LINES = BY_ANSWERS | {
    OTHER_ACCOUNT: "The settings name another bank account; this file waits for its own.",
    ERASED: "The bytes of this file were erased; it cannot be submitted.",
    "file_unknown: the rail does not know this file any more": "The bank does not know this file any more.",
    "file_refused: no such debtor": "The bank refused the file: no such debtor",
    "unknown_transfer: 'NOTOURS' is not in this file": (
        "The bank answered about the transfer “NOTOURS”, which is not in this file."
    ),
    erased_strangers_note(3): (
        "The bank answered about transfers that are not in this file; how it named them was erased: 3."
    ),
    "overdue: K1 was not answered in time": "K1: not answered in time.",
    "given_up: K1 is not waited for any more": "K1: an operator gave up waiting.",
    "not_sendable: K1 is in a file with a transfer that must not leave": (
        "K1: the bank does not know this file, and it is not sent again: another transfer in it was left out by a"
        " restore."
    ),
    "unknown_transfer: 12 more are not in this file": (
        "The bank answered about 12 more transfers that are not in this file."
    ),
    "left_out: K1 was not taken over by a restore": "K1: a restore could not take over what became of it.",
    judged("accepted", says(UNREADABLE, None, "", "state 'dancing': ")): (
        "K1: the bank's answer cannot be read (state 'dancing': )."
    ),
    "returned: K1 came back": "K1: paid, and the money came back.",
}


@pytest.mark.parametrize("line", LINES)
def test_a_note_is_said_in_words(line: str) -> None:
    with translation.override("en"):
        assert problem_in_words(line) == LINES[line]


@pytest.mark.parametrize("line", BY_ANSWERS)
def test_no_english_word_is_left_of_what_follows_from_answers(line: str) -> None:
    with translation.override("zh-hans"):
        assert not re.search("[a-z]", problem_in_words(line))


def test_every_code_has_words() -> None:
    assert {line.partition(":")[0] for line in LINES} == set(ENDED_BY)


def test_a_line_that_is_new_is_shown_as_it_is() -> None:
    assert problem_in_words("the moon is full") == "the moon is full"
