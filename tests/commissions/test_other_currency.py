"""A refund in another currency is an entry in that currency: named, never converted, never taken from elsewhere."""

import pytest

from joey.ledger.queries import balances_of
from tests.cast import DAY, NOW, leased, meis_shop, refund, settled
from tests.commissions.stage import confirmed, line, money, take_in
from tests.proof import prove

pytestmark = pytest.mark.django_db


def dollars() -> int:
    held = balances_of(meis_shop().pk).get("USD")
    return held.available.minor if held else 0


def test_a_refund_in_another_currency_is_an_entry_there_and_leaves_the_line_alone() -> None:
    leased(meis_shop())
    take_in(settled())
    confirmed()
    before = money()

    take_in(refund(back=3, refund_minor=30, currency="USD"))

    assert dollars() == -2  # four fifths of 0.03, floored; the rest is ours
    assert (money().available, line().base_minor) == (before.available, 342)
    prove()


def test_a_refund_that_did_not_happen_gives_the_entry_back() -> None:
    leased(meis_shop())
    take_in(settled(), refund(back=3, currency="USD", reported_at=NOW - DAY))

    take_in(refund(back=3, currency="USD", counts=False, reported_at=NOW))

    assert dollars() == 0
    prove()


def test_the_same_refund_again_books_nothing() -> None:
    leased(meis_shop())
    take_in(settled(), refund(back=3, currency="USD"))

    take_in(refund(back=3, currency="USD"))

    assert dollars() == -2
