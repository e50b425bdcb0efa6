"""What an operator reads of a payout file: each note in amounts as people write them, and for as long as it holds."""

from datetime import timedelta

import pytest

from joey.payouts.holds import open_holds, release_hold
from joey.payouts.models import PayoutAttempt, PayoutFile
from joey.payouts.resolve import resolve
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from tests.cast import NOW, ada
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, ready_shop, second_operator
from tests.slow import cases_but_every

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _sent(bank: Bank) -> None:
    """Mei's 100.00 is with the bank."""
    approved(ready_shop())
    send_due(now=NOW)


def hear(bank: Bank, *states: str, **more: object) -> None:
    for minute, state in enumerate(states, start=1):
        bank.decide_all(state, **more)
        take_answers(now=NOW + minute * MINUTE, all_files=True)


def notes() -> list[str]:
    """Without the transfer's key."""
    key = PayoutAttempt.objects.get().rail_key
    return [line.replace(key, "KEY") for line in PayoutFile.objects.get().problems.splitlines()]


def find(outcome: str) -> None:
    for operator in (ada(), second_operator()):
        resolve(PayoutAttempt.objects.get(), outcome=outcome, by=operator, reason="Statement 7", now=NOW)


@pytest.mark.parametrize(
    ("minor", "currency", "says"),
    cases_but_every(3, [(1_001, "KWD", "KWD 1.001"), (10_000, "JPY", "JP¥10,000"), (10_000, "DOGE", "10000 DOGE")]),
)
def test_another_amount_is_written_with_the_decimals_of_its_currency(
    bank: Bank, minor: int, currency: str, says: str
) -> None:
    hear(bank, "settled", amount_minor=minor, currency=currency)

    assert notes() == [f"other_amount: KEY is ¥100.00, the rail says {says}"]


def test_that_it_came_back_is_noted_until_its_hold_is_released_and_a_question_until_it_ends(bank: Bank) -> None:
    hear(bank, "settled", "returned")
    hear(bank, "returned", amount_minor=9_900)
    back, asked = "returned: KEY came back", "other_amount: KEY is ¥100.00, the rail says ¥99.00"
    assert notes() == [back, asked]

    find("returned")
    assert notes() == [back]

    hear(bank, "settled")
    question = "contradictory_answer: KEY was returned, now the rail says settled"
    release_hold(open_holds().get(cause="returned"), by=ada(), reason="The account was closed", now=NOW)
    assert notes() == [question]


def test_an_answer_that_only_an_overpayment_makes_strange_says_so(bank: Bank) -> None:
    hear(bank, "settled", "returned", "settled")
    find("overpaid")

    hear(bank, "returned")

    assert "contradictory_answer: KEY was returned and overpaid, now the rail says returned" in notes()
