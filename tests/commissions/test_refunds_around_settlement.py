"""A refund from before the settlement is inside the settled amount; one from after it is taken back beside it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from joey.ledger.queries import balances_of
from joey.marketplaces.port import AnyReport, RefundReport
from joey.orders.models import OrderLine, RefundCase
from tests.cast import DAY, NOW, leased, meis_shop, refund, report, settled
from tests.commissions.stage import confirmed, money, take_in
from tests.proof import prove

pytestmark = pytest.mark.django_db

BEFORE, SETTLED, AFTER = NOW - 9 * DAY - timedelta(hours=6), NOW - 9 * DAY, NOW - 8 * DAY
NAMED_OR_NOT = pytest.mark.parametrize("named", [True, False], ids=["moment named", "no moment named"])


@pytest.fixture(autouse=True)
def position() -> None:
    leased(meis_shop())


def case(number: str, at: datetime, *, named: bool, changed: datetime | None = None, **more: Any) -> RefundReport:
    """A case of 0.42 of commission that happened at this moment, as it is once it changed."""
    if named:
        more["refunded_at"] = at
    return refund(case=number, back=42, refund_minor=840, reported_at=changed or at, **more)


def taken() -> int:
    return OrderLine.objects.get().returned_commission_minor


@NAMED_OR_NOT
def test_a_case_from_before_settlement_is_not_taken_back_whatever_becomes_of_it(named: bool) -> None:
    take_in(report(), case("1", BEFORE, named=named))
    take_in(settled())
    confirmed()

    take_in(case("1", BEFORE, named=named, changed=AFTER))  # taken from us, it says by now

    assert (taken(), money().available, money().receivable) == (0, 273, 342)
    assert RefundCase.objects.get().reported_at == AFTER
    prove()


@NAMED_OR_NOT
def test_of_two_cases_only_the_one_since_the_settlement_is_taken_back(named: bool) -> None:
    take_in(report(), case("1", BEFORE, named=named))
    take_in(settled(), case("2", AFTER, named=named))

    assert (taken(), money().pending, money().receivable) == (42, 240, 300)
    prove()


@NAMED_OR_NOT
def test_a_settlement_that_is_withdrawn_and_made_again_after_the_case_has_it_inside(named: bool) -> None:
    take_in(settled())
    take_in(case("1", AFTER, named=named))
    beside = taken()

    take_in(report(reported_at=NOW - 7 * DAY, commission_minor=338))
    waiting = taken(), money().expected
    take_in(settled(days_ago=6, commission_minor=338))

    assert (beside, waiting, taken()) == (42, (0, 300), 0)
    assert (money().pending, money().receivable) == (240, 300)
    prove()


def test_a_settlement_that_comes_back_as_it_was_takes_the_case_back_again() -> None:
    take_in(settled(), case("1", AFTER, named=True))
    take_in(report(reported_at=NOW - 7 * DAY))

    take_in(settled(reported_at=NOW - 6 * DAY, settled_at=SETTLED))

    assert (taken(), money().receivable) == (42, 300)
    prove()


@NAMED_OR_NOT
def test_in_another_currency_the_same_moment_decides(named: bool) -> None:
    def dollars() -> int:
        held = balances_of(meis_shop().pk).get("USD")
        return held.available.minor if held else 0

    take_in(report(), case("1", BEFORE, named=named, currency="USD"))
    take_in(settled(), case("2", AFTER, named=named, currency="USD"))
    after_one = dollars()
    take_in(report(reported_at=NOW - 7 * DAY))
    withdrawn = dollars()
    take_in(settled(days_ago=6))

    assert (after_one, withdrawn, dollars()) == (-33, 0, 0)
    assert OrderLine.objects.get().returned_elsewhere == {}
    prove()


def test_a_first_report_that_is_read_late_says_when_the_case_happened() -> None:
    take_in(settled(), case("1", BEFORE, named=False, changed=AFTER))
    as_far_as_known = taken()

    take_in(case("1", BEFORE, named=False))

    assert (as_far_as_known, taken(), money().pending) == (42, 0, 273)
    prove()


def test_a_case_that_was_opened_before_and_refunded_after_the_settlement_is_taken_back() -> None:
    take_in(report(), case("1", BEFORE, named=False, counts=False))
    take_in(settled())

    take_in(case("1", AFTER, named=False))

    assert (taken(), money().pending) == (42, 240)
    prove()


def test_a_settled_line_without_a_time_of_its_settlement_is_taken_at_its_word() -> None:
    take_in(settled(settled_at=None), case("1", AFTER, named=True))

    assert taken() == 42
    prove()


@pytest.mark.parametrize("currency", ["", "USD"])
def test_more_cases_than_can_be_added_up_stop_their_own_line_only(currency: str) -> None:
    """Each amount is possible; 9,224 of them are more than a column holds."""
    cases: list[AnyReport] = [
        refund("1001", case=str(number), back=10**15, refund_minor=10**15, currency=currency) for number in range(9_300)
    ]

    take_in(settled("1001"), *cases, settled("1002"))

    from joey.commissions.queries import quarantined_lines

    assert [(row.external_order, row.reason) for row in quarantined_lines()] == [("1001", "amount_too_large")]
    assert RefundCase.objects.count() == 9_300
    assert money().pending == 273
    prove()
