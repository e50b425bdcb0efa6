"""A refund in another currency is an entry in that currency: named, never converted, never taken from elsewhere."""

from dataclasses import replace
from datetime import timedelta

import pytest

from joey.commissions.models import Hold, HoldClosing
from joey.insight.trace import order_trace
from joey.ledger.queries import balances_of
from joey.marketplaces.port import AnyReport, UnreadableReport
from joey.orders.models import OrderLine
from tests.cast import DAY, NOW, leased, meis_shop, refund, settled
from tests.commissions.stage import Money, confirmed, line, money, take_in
from tests.proof import prove
from tests.slow import but_every, slow

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


# ── A line whose reports change their currency: what it gives in the new one is not booked, nor is its refund ──────

FIRST = settled(days_ago=9)
ABROAD = settled(days_ago=8, settled_at=FIRST.settled_at, currency="USD", commission_minor=99, service_fee_minor=0)
BACK = settled(days_ago=3, settled_at=FIRST.settled_at, commission_minor=381)
IN_DOLLARS = refund(back=99, currency="USD", reported_at=NOW - 5 * DAY)
EARLIER = refund(case="1", back=10, currency="USD", reported_at=NOW - 8 * DAY - timedelta(hours=12))
LATER = refund(case="2", back=20, currency="USD", reported_at=NOW - 2 * DAY)
IN_YEN = refund(case="3", back=50, currency="JPY", reported_at=NOW - 4 * DAY)


def shares(**minor: int) -> dict[str, int]:
    """Mei's parts in other currencies: four fifths of each, floored."""
    return {currency: -(each * 8 // 10) for currency, each in minor.items()}


@pytest.mark.parametrize("together", [slow(False), True], ids=["one by one", "in one poll"])
@pytest.mark.parametrize(
    ("reports", "elsewhere"),
    [
        ((FIRST, ABROAD, IN_DOLLARS), {}),
        ((FIRST, IN_DOLLARS, ABROAD), {}),
        ((IN_DOLLARS, FIRST, ABROAD), {}),
        ((FIRST, ABROAD, IN_DOLLARS, BACK), {}),
        ((FIRST, EARLIER), shares(USD=10)),
        ((FIRST, EARLIER, ABROAD), {}),
        ((FIRST, EARLIER, ABROAD, IN_DOLLARS), {}),
        ((FIRST, EARLIER, ABROAD, IN_DOLLARS, BACK), shares(USD=10)),
        ((FIRST, ABROAD, IN_DOLLARS, BACK, LATER), shares(USD=20)),
        ((FIRST, BACK, LATER, ABROAD, IN_DOLLARS), shares(USD=20)),
        ((FIRST, ABROAD, IN_DOLLARS, IN_YEN), shares(JPY=50)),
        ((FIRST, EARLIER, IN_YEN, ABROAD, BACK, LATER), shares(USD=30, JPY=50)),
    ],
)
def test_what_is_taken_back_of_amounts_that_are_not_booked_is_not_booked(
    reports: tuple[AnyReport, ...], elsewhere: dict[str, int], together: bool
) -> None:
    leased(meis_shop())
    for some in [reports] if together else [(each,) for each in reports]:
        take_in(*some)

    booked = {code: each.available.minor for code, each in balances_of(meis_shop().pk).items() if code != "CNY"}
    assert {code: minor for code, minor in booked.items() if minor} == elsewhere
    assert line().amount_minor == (274 if BACK in reports else 273)
    prove()


def test_a_refund_that_was_booked_is_given_back_while_the_order_is_reported_in_its_currency() -> None:
    leased(meis_shop())
    take_in(FIRST, EARLIER)
    assert dollars() == -8

    take_in(ABROAD)

    assert dollars() == 0
    steps = order_trace(meis_shop(), OrderLine.objects.get().pk, now=NOW).steps
    given_back = [step.why for step in steps if "no longer counts" in step.what or "given back" in step.what]
    assert len(given_back) == 2
    assert all("neither is what it takes back" in why for why in given_back)
    take_in(BACK)
    assert dollars() == -8
    prove()


# ── A line that is only placed or is closed gives nothing, in any currency ─────────────────────────────────────────

CLOSED = settled(days_ago=6, state="closed", currency="USD", commission_minor=99, service_fee_minor=0)
PLACED = settled(days_ago=6, state="placed", currency="USD", commission_minor=99, service_fee_minor=0, settled_at=None)


@pytest.mark.parametrize("together", but_every(2, [False, True]), ids=["one by one", "in one poll"])
@pytest.mark.parametrize(
    "reports", [(FIRST, ABROAD, CLOSED), (FIRST, CLOSED), (FIRST, CLOSED, ABROAD), (FIRST, PLACED)]
)
def test_a_line_that_gives_nothing_in_another_currency_gives_nothing(
    reports: tuple[AnyReport, ...], together: bool
) -> None:
    leased(meis_shop())
    take_in(FIRST)
    confirmed()

    for some in [reports] if together else [(each,) for each in reports]:
        take_in(*some)

    order = OrderLine.objects.get()
    assert (order.state, order.held) == ("closed" if CLOSED in reports else "placed", "")
    assert (order.currency, order.commission_minor, order.paid_minor) == ("CNY", 0, 0)
    assert money() == Money()
    assert Hold.objects.count() == HoldClosing.objects.count()
    prove()


def test_what_a_line_gives_after_it_was_closed_in_another_currency_is_held() -> None:
    leased(meis_shop())
    take_in(FIRST)
    take_in(CLOSED)

    take_in(replace(ABROAD, reported_at=NOW - DAY, payload={"again": True}))

    order = OrderLine.objects.get()
    assert (order.state, order.held, order.commission_minor) == ("closed", "currency", 0)
    prove()


def test_what_else_holds_a_line_is_said_by_the_report_that_closes_it_in_another_currency() -> None:
    leased(meis_shop())
    take_in(FIRST, ABROAD)

    take_in(replace(CLOSED, held="frozen"))

    assert OrderLine.objects.get().held == "frozen"
    prove()


def test_a_later_report_that_closes_it_in_another_currency_makes_up_for_one_that_cannot_be_read() -> None:
    leased(meis_shop())
    take_in(FIRST, UnreadableReport("order", FIRST.external_order, NOW - 7 * DAY, {}, "torn", FIRST.external_line))
    assert OrderLine.objects.get().has_unread

    take_in(CLOSED)

    assert not OrderLine.objects.get().has_unread
    prove()
