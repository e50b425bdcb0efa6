"""What is wrong with a payout file is said in words in the office; the log and the terminal keep the line."""

import pytest
from django.utils import translation

from joey.office.file_problems import problem_in_words
from joey.payouts.file_problems import ENDED_BY, ERASED, OTHER_ACCOUNT

LINES = {
    OTHER_ACCOUNT: "The settings name another bank account; this file waits for its own.",
    ERASED: "The bytes of this file were erased; it cannot be submitted.",
    "file_unknown: the rail does not know this file any more": "The bank does not know this file any more.",
    "file_refused: no such debtor": "The bank refused the file: no such debtor",
    "unknown_transfer: 'NOTOURS' is not in this file": (
        "The bank answered about the transfer “NOTOURS”, which is not in this file."
    ),
    "overdue: K1 was not answered in time": "K1: not answered in time.",
    "unknown_word: K1: state 'dancing': ": "K1: the bank's answer cannot be read (state 'dancing': ).",
    "other_amount: K1 is 400 CNY, the rail says 399 CNY": "K1: the bank names ¥3.99 instead of ¥4.00.",
    "other_amount: K1 is 400 CNY, the rail says None ": "K1: the bank names no amount instead of ¥4.00.",
    "contradictory_answer: K1 is reported rejected and settled at once": (
        "K1: one answer of the bank says different things: Rejected by the bank · Paid."
    ),
    "contradictory_answer: K1 was settled, now the rail says rejected": (
        "K1: “Paid” is booked, and the bank now says “Rejected by the bank”."
    ),
    "returned: K1 came back": "K1: paid, and the money came back.",
}


@pytest.mark.parametrize("line", LINES)
def test_a_note_is_said_in_words(line: str) -> None:
    with translation.override("en"):
        assert problem_in_words(line) == LINES[line]


def test_every_code_has_words() -> None:
    assert {line.partition(":")[0] for line in LINES} == set(ENDED_BY)


def test_a_line_that_is_new_is_shown_as_it_is() -> None:
    assert problem_in_words("the moon is full") == "the moon is full"
