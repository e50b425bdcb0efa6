"""A shopkeeper reads that a price fell, before settlement and after, and not that something was returned (13)."""

from typing import Any

import pytest

from joey.commissions.earn_due import earn_due
from joey.insight.trace import Step, order_trace
from joey.marketplaces.port import AnyReport
from joey.orders.models import OrderLine
from tests.cast import DAY, NOW, leased, meis_shop, refund, report, settled
from tests.orders.polled import take_order_reports
from tests.proof import prove

pytestmark = pytest.mark.django_db

LINE: dict[str, Any] = {"quantity": 3, "service_fee_minor": 0}


def story(*reports: AnyReport) -> tuple[Step, ...]:
    """The steps that Mei reads after these reports, each booked before the next."""
    leased(meis_shop())
    for each in reports:
        take_order_reports("taobao", [each], now=NOW)
        earn_due(now=NOW)
    prove()
    return order_trace(meis_shop(), OrderLine.objects.get().id, now=NOW).steps


def test_twenty_less_for_a_line_of_ten_percent_is_two_less_before_settlement() -> None:
    steps = story(
        report(paid_minor=29_700, commission_minor=2_970, **LINE),
        report(paid_minor=27_700, commission_minor=2_770, protected_minor=2_000, reported_at=NOW - 9 * DAY, **LINE),
    )

    assert steps[-1].what == "Price protection of CN¥20.00: −CN¥1.60"  # four fifths of 2.00
    assert "return" not in " ".join(step.what for step in steps).casefold()


def test_after_settlement_a_case_says_it() -> None:
    steps = story(
        settled(paid_minor=29_700, commission_minor=2_970, protected_minor=0, **LINE),
        refund(refund_minor=2_000, back=200, protected_minor=2_000),
    )

    assert [step.what for step in steps[-2:]] == [
        "Price protection was reported", "Price protection of CN¥20.00: −CN¥1.60",
    ]  # fmt: skip


def test_a_return_beside_an_old_price_protection_is_a_return() -> None:
    protected: dict[str, Any] = {"paid_minor": 27_000, "commission_minor": 2_700, "protected_minor": 2_700} | LINE
    steps = story(settled(**protected), refund(refund_minor=9_000, back=900))

    assert steps[-1].what == "Returned 1 of 3: −CN¥7.20"


def test_a_return_after_a_price_protection_is_a_return() -> None:
    steps = story(
        settled(paid_minor=29_700, commission_minor=2_970, **LINE),
        refund(refund_minor=2_700, back=270, protected_minor=2_700),
        refund(case="2", refund_minor=9_000, back=900),
    )

    assert steps[-1].what == "Returned 1 of 3: −CN¥7.20"


def test_a_return_before_a_price_protection_and_one_after_it_are_each_a_return() -> None:
    steps = story(
        settled(paid_minor=29_700, commission_minor=2_970, **LINE),
        refund(refund_minor=9_900, back=990),
        refund(case="2", refund_minor=1_800, back=180, protected_minor=1_800),
        refund(case="3", refund_minor=9_000, back=900),
    )

    read = [step.what for step in steps if step.code == "commission.adjusted"]
    assert read == ["Returned 1 of 3: −CN¥7.92", "Price protection of CN¥18.00: −CN¥1.44", "Returned 1 of 3: −CN¥7.20"]


def test_half_a_piece_after_a_price_protection_is_a_part() -> None:
    steps = story(
        settled(paid_minor=29_700, commission_minor=2_970, **LINE),
        refund(refund_minor=2_700, back=270, protected_minor=2_700),
        refund(case="2", refund_minor=4_500, back=450),
    )

    assert steps[-1].what.startswith("Refunded in part, CN¥45.00 to the buyer: ")


def test_a_price_that_fell_while_the_order_settled_is_in_the_step_that_says_so() -> None:
    steps = story(
        report(paid_minor=29_700, commission_minor=2_970, **LINE),
        settled(paid_minor=27_700, commission_minor=2_770, protected_minor=2_000, **LINE),
    )

    assert steps[-1].what.startswith("Settled; available on")
    assert steps[-1].why == "Price protection of CN¥20.00: −CN¥1.60."
