"""A line that the marketplace's reports hold is kept and estimated, and not confirmed until a later report lifts it."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.insight.trace import order_trace
from joey.kit import sql
from joey.ledger.queries import balances_of
from joey.marketplaces.port import OrderReport
from joey.orders.models import OrderLine
from tests.api.client import Caller
from tests.cast import DAY, NOW, leased, lulus_shop, mei, meis_shop, report, settled
from tests.orders.polled import one_poll, take_order_reports
from tests.proof import prove
from tests.slow import slow

pytestmark = pytest.mark.django_db

LATER = NOW + 90 * DAY


@pytest.fixture(autouse=True)
def _mei_has_a_position() -> None:
    leased(meis_shop())


def take(*reports: OrderReport) -> OrderLine:
    take_order_reports("taobao", reports, now=NOW)
    earn_due(now=NOW)
    confirm_due(now=LATER)
    prove()
    return OrderLine.objects.get()


def confirmed() -> bool:
    return bool(Commission.objects.get().state == "confirmed")


def unknown(**changes: Any) -> OrderReport:
    facts: dict[str, Any] = {"state": "unknown", "held": "unknown_code", "reported_at": NOW - 8 * DAY}
    return report(**(facts | changes))


@pytest.mark.parametrize("reason", ["frozen", "risk"])
def test_a_held_line_is_estimated_and_never_confirmed(reason: str) -> None:
    line = take(settled(held=reason))

    assert (line.state, line.held) == ("settled", reason)
    assert balances_of(meis_shop().pk)["CNY"].pending.minor == 273
    assert not confirmed()
    assert order_trace(meis_shop(), line.pk, now=NOW).reason == "held_by_marketplace"
    (order,) = Caller(mei()).get("/shops/mei/orders").json()["items"]
    assert order["held"]


def test_a_later_report_that_is_not_held_releases_the_line() -> None:
    take(settled(held="frozen"))
    assert not confirmed()

    line = take(settled(days_ago=3))

    assert line.held == ""
    assert confirmed()


def test_an_unknown_code_holds_the_line_and_changes_nothing_else() -> None:
    take_order_reports("taobao", [settled()], now=NOW)
    before = OrderLine.objects.get()

    line = take(unknown(commission_minor=0, paid_minor=1))

    assert (line.state, line.paid_minor, line.commission_minor) == ("settled", 6900, 380)
    assert (line.held, line.held_at) == ("unknown_code", NOW - 8 * DAY)
    assert line.revision > before.revision
    assert not confirmed()


def test_a_report_in_another_currency_holds_the_line_and_stops_no_other() -> None:
    take(report("1"))

    take_order_reports("taobao", [settled("1", currency="USD"), settled("2")], now=NOW)
    earn_due(now=NOW)
    confirm_due(now=LATER)
    prove()

    line = OrderLine.objects.get(external_order="1")
    assert (line.state, line.currency, line.held) == ("paid", "CNY", "currency")
    assert Commission.objects.get(order_line__external_order="2").state == "confirmed"


def test_a_line_first_seen_with_an_unknown_code_is_estimated_like_a_paid_one() -> None:
    line = take(unknown())

    assert (line.state, line.held, line.shop_id) == ("unknown", "unknown_code", meis_shop().pk)
    assert balances_of(meis_shop().pk)["CNY"].pending.minor == 273


@pytest.mark.parametrize("together", [True, False])
def test_a_late_report_moves_a_line_whose_newest_report_is_unknown(together: bool) -> None:
    reports = [unknown(), settled()]
    for some in [reports] if together else [[each] for each in reports]:
        take_order_reports("taobao", some, now=NOW)

    line = OrderLine.objects.get()
    assert (line.state, line.held) == ("settled", "unknown_code")


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("held_first", [True, False])
def test_of_two_reports_of_one_second_the_one_that_holds_wins(together: bool, held_first: bool) -> None:
    reports = [replace(settled(held="risk"), payload={"held": True}), settled()]
    if not held_first:
        reports.reverse()
    with one_poll() as take_in:
        for some in [reports] if together else [[each] for each in reports]:
            take_in(some)

    assert OrderLine.objects.get().held == "risk"


HOLDING: dict[str, dict[str, Any]] = {
    "frozen": {"held": "frozen"},
    "risk": {"held": "risk"},
    "contradiction": {"position": "110000000002"},
    "unknown_code": {"state": "unknown", "held": "unknown_code"},
    "currency": {"currency": "USD"},
}


@pytest.mark.parametrize("together", [True, slow(False)])
@pytest.mark.parametrize(("lighter", "weightier"), list(pairwise(HOLDING)))
def test_of_two_holds_of_one_moment_the_weightier_wins_whatever_its_name(
    together: bool, lighter: str, weightier: str
) -> None:
    leased(lulus_shop(), key="110000000002")
    take_order_reports("taobao", [report()], now=NOW)
    two = [replace(settled(**HOLDING[each]), payload={"is": each}) for each in (weightier, lighter)]
    with one_poll() as take_in:
        for some in [two] if together else [[each] for each in two]:
            take_in(some)

    assert OrderLine.objects.get().held == weightier
    earn_due(now=NOW)
    prove()


def test_the_record_says_that_a_line_is_held_and_when_it_is_no_longer() -> None:
    line = take(settled(held="frozen"))
    take(settled(days_ago=2))

    facts = sql.rows(
        "SELECT facts ->> 'held' AS held FROM record_event WHERE kind = 'order_line.reported' AND subject_key = %s"
        " ORDER BY happened_at",
        [f"order_line:{line.pk}"],
    )
    assert [row["held"] for row in facts] == ["frozen", None]
