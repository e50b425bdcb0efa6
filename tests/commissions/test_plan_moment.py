"""The plan is the one in force at the click, else at the order, and stays: booking late re-prices no line."""

from datetime import datetime
from typing import Any

import pytest

from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.commissions.publish_plan import publish_plan
from joey.orders.attribute_line import attribute_line
from joey.orders.models import OrderLine
from joey.orders.retry_suspense import retry_suspense
from tests.cast import DAY, NOW, ada, leased, meis_shop, report, settled
from tests.commissions.stage import line, take_in
from tests.orders.polled import take_order_reports
from tests.proof import prove
from tests.slow import slow

pytestmark = pytest.mark.django_db

HALF = {"shopkeeper_ppm": 500_000, "platform_ppm": 500_000, "waiting_days": 30}


def half_from(moment: datetime) -> None:
    publish_plan(HALF, by=ada(), now=moment - 15 * DAY)


@pytest.mark.parametrize(
    ("times", "kind", "part"),
    [
        ({"clicked_at": NOW - 4 * DAY}, "clicked", 273),
        ({"clicked_at": NOW - 2 * DAY}, "clicked", 171),
        ({"clicked_at": None, "placed_at": NOW - 4 * DAY, "paid_at": NOW - DAY}, "placed", 273),
        ({"clicked_at": None, "placed_at": None, "paid_at": NOW - 4 * DAY}, "paid", 273),
        ({"clicked_at": None, "placed_at": None, "paid_at": None, "reported_at": NOW - DAY}, "reported", 171),
    ],
)
def test_the_earliest_kind_of_moment_that_is_reported_chooses_the_version(
    times: dict[str, Any], kind: str, part: int
) -> None:
    leased(meis_shop())
    half_from(NOW - 3 * DAY)
    take_in(report(evidence=(), **times))

    give_to_mei()

    moment = times.get(f"{kind}_at")
    assert (line().plan_moment_kind, line().plan_moment, line().amount_minor) == (kind, moment, part)


def give_to_mei() -> None:
    """Lines that no evidence names a shop for become hers, as an operator's decision would make them."""
    from joey.kit import sql

    sql.execute(
        "UPDATE orders_orderline SET shop_id = %s, suspense = '', revision = nextval('orders_revision')",
        [meis_shop().pk],
    )
    earn_due(now=NOW)


def test_an_outage_across_a_change_prices_the_line_as_if_it_had_been_booked_in_time() -> None:
    leased(meis_shop())
    half_from(NOW - 3 * DAY)

    take_in(settled("1001"))  # clicked ten days ago, booked today

    assert line().amount_minor == 273
    assert line().payable_on == (NOW - 2 * DAY).date()  # nine days ago and the seven of the plan then
    prove()


def test_suspense_across_a_change_prices_the_line_as_if_its_shop_had_been_known() -> None:
    half_from(NOW - 3 * DAY)
    take_in(report(position="110000000009"))
    leased(meis_shop(), key="110000000009")

    retry_suspense("taobao", now=NOW)
    earn_due(now=NOW)

    assert line().amount_minor == 273
    prove()


NO_TIMES: dict[str, Any] = {"clicked_at": None, "placed_at": None, "paid_at": None}


@pytest.mark.parametrize(
    "later",
    [{}, {"paid_at": NOW - DAY}, slow({"placed_at": NOW - DAY}), slow({"clicked_at": NOW - DAY}), {"rate_ppm": 60_000}],
    ids=["none", "paid", "placed", "clicked", "rate"],
)
@pytest.mark.parametrize(
    "order",
    [("reported", "given", "booked", "again", "booked"), ("reported", "given", "again", "booked"),
     ("reported", "again", "given", "booked"), ("both", "given", "booked")],
    ids=["in time", "after an outage", "after suspense", "in one poll"],
)  # fmt: skip
def test_only_the_first_report_prices_a_line_however_late_it_is_booked(
    order: tuple[str, ...], later: dict[str, Any]
) -> None:
    half_from(NOW - 3 * DAY)
    first = report(evidence=(), reported_at=NOW - 4 * DAY, **NO_TIMES)
    second = report(evidence=(), **(NO_TIMES | {"reported_at": NOW - DAY} | later))

    def happens(what: str) -> None:
        match what:
            case "given":
                attribute_line(OrderLine.objects.get().pk, meis_shop(), reason="Receipt", by=None, now=NOW)
            case "booked":
                earn_due(now=NOW)
            case _:
                polled = {"reported": [first], "again": [second], "both": [second, first]}[what]
                take_order_reports("taobao", polled, now=NOW)

    for what in order:
        happens(what)

    priced = line()
    assert (priced.plan_moment_kind, priced.plan_moment, priced.amount_minor) == ("reported", NOW - 4 * DAY, 273)
    assert priced.rate_ppm == 55_000
    prove()


def test_a_later_report_with_another_click_does_not_price_the_line_again() -> None:
    leased(meis_shop())
    take_in(report("1001"))
    half_from(NOW - 3 * DAY)

    take_order_reports("taobao", [settled("1001", clicked_at=NOW - DAY)], now=NOW)
    earn_due(now=NOW)

    assert Commission.objects.get().amount_minor == 273
    prove()
