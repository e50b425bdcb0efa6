"""Reports are kept as they came, and each order line finds the one shop it belongs to, or none."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from pytest_django import Settings

from joey.commissions.earn_due import earn_due
from joey.kit import sql
from joey.marketplaces import registry
from joey.marketplaces.port import AnyReport, BySubId, UnreadableReport
from joey.orders.models import OrderClaim, OrderLine, RefundCase, Report
from joey.orders.queries import unread_reports
from joey.orders.retry_suspense import retry_suspense
from joey.orders.retry_unread import retry_all_unread
from joey.orders.storable import NO_TIME
from joey.sharing.end_lease import return_idle
from joey.sharing.models import Position, PositionLease
from tests.cast import DAY, NOW, leased, lulus_shop, meis_shop, refund, report, settled
from tests.orders.polled import one_poll, polled, take_order_reports
from tests.orders.test_unread import Learnt
from tests.proof import prove
from tests.slow import but_every

pytestmark = pytest.mark.django_db


def test_every_report_is_kept_and_a_repeated_one_once() -> None:
    leased(meis_shop())

    first = take_order_reports("taobao", [report(), settled()], now=NOW)
    again = take_order_reports("taobao", [report(), settled()], now=NOW)

    assert (first.reports, again.reports) == (2, 0)
    assert (first.lines, again.lines) == (1, 0)
    assert Report.objects.count() == 2


def test_an_unknown_position_goes_to_suspense_with_its_reason() -> None:
    leased(meis_shop())

    take_order_reports("taobao", [report(position="999")], now=NOW)

    line = OrderLine.objects.get()
    assert (line.shop_id, line.suspense) == (None, "unknown_position")
    assert not OrderClaim.objects.exists()
    prove_without_lag()


def prove_without_lag() -> None:
    """A line in suspense is no shop's, so nothing has to be earned for `prove` to hold."""
    prove()


def test_a_click_before_the_lease_goes_to_suspense() -> None:
    leased(meis_shop(), since=NOW - 5 * DAY)

    take_order_reports("taobao", [report(clicked_at=NOW - 5 * DAY - timedelta(seconds=1))], now=NOW)

    assert OrderLine.objects.get().suspense == "not_leased_at_click"


def test_a_report_without_a_click_time_is_not_guessed() -> None:
    leased(meis_shop())

    take_order_reports("taobao", [report(clicked_at=None)], now=NOW)

    assert OrderLine.objects.get().suspense == "no_click_time"


def test_a_position_that_changed_hands_pays_the_shop_that_held_it_at_the_click() -> None:
    position = Position.objects.create(marketplace="taobao", key="110000000001", free_from=None)
    for shop, since, until in (
        (meis_shop(), NOW - 90 * DAY, NOW - 40 * DAY),
        (lulus_shop(), NOW - 40 * DAY, None),
    ):
        PositionLease.objects.create(
            position=position, marketplace="taobao", shop=shop, leased_from=since, until=until,
            ended_at=until and until - 45 * DAY, last_used_at=since,
        )  # fmt: skip

    take_order_reports(
        "taobao",
        [report("1", clicked_at=NOW - 41 * DAY), report("2", clicked_at=NOW - 40 * DAY), report("3")],
        now=NOW,
    )

    assert dict(OrderLine.objects.values_list("external_order", "shop__slug")) == {"1": "mei", "2": "lulu", "3": "lulu"}


def test_a_line_stays_with_its_first_shop_when_a_later_report_names_another_position() -> None:
    leased(meis_shop())
    leased(lulus_shop(), key="110000000002")
    take_order_reports("taobao", [report()], now=NOW)

    take_order_reports("taobao", [settled(position="110000000002", paid_minor=1)], now=NOW)

    line = OrderLine.objects.get()
    assert (line.shop_id, line.state, line.paid_minor) == (meis_shop().pk, "settled", 1)
    assert (line.held, line.evidence_key) == ("contradiction", "110000000001")
    events = sql.rows("SELECT kind FROM record_event WHERE subject_key = %s ORDER BY id", [f"order_line:{line.pk}"])
    assert sorted(row["kind"] for row in events) == [
        "order_line.contradicted",
        "order_line.reported",
        "order_line.reported",
    ]


@pytest.mark.parametrize("moment", [datetime.max.replace(tzinfo=UTC), datetime(1999, 12, 31, tzinfo=UTC)])
def test_a_time_that_cannot_be_true_makes_a_report_unreadable_and_nothing_else(moment: datetime) -> None:
    leased(meis_shop())
    order_times = ("reported_at", "clicked_at", "placed_at", "paid_at", "settled_at")
    untrue: list[AnyReport] = [settled(name, **cast(Any, {name: moment})) for name in order_times]
    untrue += [replace(refund("1", case="1"), reported_at=moment), refund("1", case="2", refunded_at=moment)]
    untrue.append(UnreadableReport("order", "1", moment, {"n": 1}, "n is new"))

    done = take_order_reports("taobao", [*untrue, settled("1")], now=NOW)

    assert (done.unreadable, done.lines) == (8, 1)
    problems = [*(f"{name} cannot be true" for name in (*order_times, "reported_at", "refunded_at")), "n is new"]
    assert sorted(each.problem for each in unread_reports()) == sorted(problems)
    assert {at.year for at in Report.objects.values_list("reported_at", flat=True)} == {NOW.year, NO_TIME.year}


def test_a_report_from_the_future_does_not_freeze_its_line_and_holds_it_until_it_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leased(meis_shop())
    ahead = settled("1", reported_at=NOW + 365 * DAY)
    monkeypatch.setattr(registry, "connectors", lambda: [Learnt(lambda _unread: ahead)])
    polled(ahead)
    polled(report("1", state="closed", reported_at=NOW + DAY), now=NOW + DAY)

    assert retry_all_unread(now=NOW + 366 * DAY).read == 0, "it was from the future when it came"

    line = OrderLine.objects.get()
    assert (line.state, line.has_unread) == ("closed", True)
    assert [each.problem for each in unread_reports()] == ["reported_at cannot be true"]


def test_suspense_is_retried_when_a_position_gets_its_lease() -> None:
    take_order_reports("taobao", [report("1"), report("2", position="999")], now=NOW)
    leased(meis_shop())

    found = retry_suspense("taobao", now=NOW)

    assert found == 1
    assert OrderLine.objects.get(external_order="1").shop_id == meis_shop().pk
    assert OrderLine.objects.get(external_order="2").suspense == "unknown_position"


def test_an_attributed_line_that_is_reported_from_nowhere_stays_attributed() -> None:
    leased(meis_shop())
    take_order_reports("taobao", [report()], now=NOW)

    take_order_reports("taobao", [settled(clicked_at=None)], now=NOW)

    assert OrderLine.objects.get().shop_id == meis_shop().pk


def test_a_lease_that_orders_still_come_through_is_not_idle(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {
        "app_key": "1", "app_secret": "s"}}}  # fmt: skip
    leased(meis_shop())
    leased(lulus_shop(), key="110000000002")

    take_order_reports("taobao", [report(), report("2", position="110000000002", clicked_at=NOW - 31 * DAY)], now=NOW)

    assert PositionLease.objects.get(shop=meis_shop()).last_used_at == report().clicked_at
    assert return_idle(now=NOW) == 1
    assert PositionLease.objects.get(ended_at=None).shop_id == meis_shop().pk


def test_hostile_text_in_a_report_is_kept_as_text() -> None:
    leased(meis_shop())
    hostile = "'; DROP TABLE orders_orderline; -- \\N \t \x01 ￿ <script>"

    take_order_reports("taobao", [report(title=hostile)], now=NOW)

    assert OrderLine.objects.get().title == hostile


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("late_first", [True, False])
def test_a_report_without_a_click_moves_the_line_of_the_shop_that_another_report_named(
    together: bool, late_first: bool
) -> None:
    leased(meis_shop())
    reports = [report(), settled(clicked_at=None)]
    if late_first:
        reports.reverse()

    for batch in [reports] if together else [[each] for each in reports]:
        take_order_reports("taobao", batch, now=NOW)

    line = OrderLine.objects.get()
    assert (line.shop_id, line.suspense, line.state) == (meis_shop().pk, "", "settled")
    assert line.lease_id is not None
    assert line.clicked_at == report().clicked_at
    earn_due(now=NOW)
    prove()


def test_a_contradiction_is_recorded_once_however_often_it_is_reported() -> None:
    leased(meis_shop())
    leased(lulus_shop(), key="110000000002")
    take_order_reports("taobao", [report()], now=NOW)

    for _time in range(3):
        take_order_reports("taobao", [settled(position="110000000002")], now=NOW)

    assert sql.value("SELECT count(*) FROM record_event WHERE kind = 'order_line.contradicted'") == 1


@pytest.mark.parametrize("salt", but_every(3, range(6)))  # so that now the one, now the other has the greater digest
@pytest.mark.parametrize("together", [True, False])
def test_of_reports_of_one_second_the_one_that_is_further_on_counts(salt: int, together: bool) -> None:
    leased(meis_shop())
    at = NOW - 9 * DAY
    steps = [
        replace(report(state=state, reported_at=at), payload={"state": state, "salt": salt})
        for state in ("settled", "paid", "received")
    ]

    with one_poll() as take_in:
        for some in [steps] if together else [[step] for step in steps]:
            take_in(some)

    assert OrderLine.objects.get().state == "settled"
    assert Report.objects.count() == 3


@pytest.mark.parametrize("salt", but_every(3, range(6)))
@pytest.mark.parametrize("together", [True, False])
def test_of_reports_of_a_refund_case_of_one_second_the_one_that_counts_counts(salt: int, together: bool) -> None:
    leased(meis_shop())
    steps = [replace(refund(counts=counts), payload={"counts": counts, "salt": salt}) for counts in (True, False)]
    take_order_reports("taobao", [report()], now=NOW)

    with one_poll() as take_in:
        for some in [steps] if together else [[step] for step in steps]:
            take_in(some)

    assert RefundCase.objects.get().counts


def test_two_reports_of_a_refund_case_of_one_moment_come_to_the_same_in_either_order() -> None:
    leased(meis_shop())
    waiting, dropped = refund(counts=True), refund(counts=False)
    with one_poll() as take_in:
        take_in([report(), waiting])
        take_in([dropped])
        first = RefundCase.objects.get().counts

        take_in([dropped])
        take_in([waiting])

    assert RefundCase.objects.get().counts == first


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": 10**12},
        {"quantity": -1},
        {"position": "9" * 81},
        {"external_line": "9" * 65},
        {"commission_minor": -1},
        {"service_fee_minor": -1},
        {"paid_minor": 2**63},
        {"rate_ppm": 2**31},
    ],
)
def test_a_report_that_no_table_can_hold_is_kept_unread_and_stops_no_other(changes: dict[str, Any]) -> None:
    leased(meis_shop())

    done = take_order_reports("taobao", [report("1", **changes), report("2")], now=NOW)

    assert (done.reports, done.lines, done.unreadable) == (2, 1, 1)
    assert OrderLine.objects.get().external_order == "2"


@pytest.mark.parametrize(
    "changes",
    but_every(
        3,
        [
            {"quantity": 1.5},
            {"quantity": True},
            {"paid_minor": None},
            {"title": None},
            {"external_order": None},
            {"currency": None},
            {"reported_at": None},
            {"clicked_at": "2026-11-28"},
            {"placed_at": NOW.replace(tzinfo=None)},
            {"evidence": (None,)},
            {"evidence": (BySubId(cast(str, None)),)},
            {"payload": None},
        ],
    ),
)
def test_a_mistake_of_a_connector_in_one_report_stops_no_other(changes: dict[str, Any]) -> None:
    leased(meis_shop())
    reports = [replace(report("1"), **changes), report("2")]

    done = take_order_reports("taobao", reports, now=NOW)
    again = take_order_reports("taobao", reports, now=NOW + DAY)

    assert (done.reports, done.lines, done.unreadable) == (2, 1, 1)
    assert again.reports == 0
    assert OrderLine.objects.get().external_order == "2"


def test_a_value_that_json_has_no_form_for_keeps_no_report_out() -> None:
    leased(meis_shop())
    odd = replace(report(), payload={"rate": float("nan"), "at": NOW})

    take_order_reports("taobao", [odd], now=NOW)

    assert OrderLine.objects.get().state == "paid"
    assert json.loads(Report.objects.get().payload) == {"rate": "nan", "at": str(NOW)}


def test_a_long_case_number_is_no_hindrance() -> None:
    leased(meis_shop())

    take_order_reports("taobao", [settled(), refund(case="8" * 64)], now=NOW)
    take_order_reports("taobao", [refund(case="8" * 65)], now=NOW)

    assert OrderLine.objects.get().returned_commission_minor == 342
    assert Report.objects.get(problem="the case's number is too long").case_id == ""  # a part may be another's


@pytest.mark.parametrize("text", ["a\x00b", "cut in an emoji \ud83d", "\\u0000", "\\\\u0000"])
def test_text_that_postgresql_cannot_hold_keeps_no_report_out(text: str) -> None:
    leased(meis_shop())
    hostile = replace(report(title=text, external_item=text), payload={"item_title": text, text: [{"in": text}]})

    take_order_reports("taobao", [hostile], now=NOW)
    again = take_order_reports("taobao", [hostile], now=NOW)

    kept = text.replace("\x00", "").replace("\ud83d", "\ufffd")
    assert OrderLine.objects.get().title == kept
    assert json.loads(Report.objects.get().payload)["item_title"] == kept
    assert again.reports == 0


def test_price_protection_is_kept_beside_the_amounts_that_are_without_it() -> None:
    leased(meis_shop())
    protected = settled(paid_minor=4900, commission_minor=270, protected_minor=2000)

    take_order_reports("taobao", [report(), protected], now=NOW)
    assert (OrderLine.objects.get().paid_minor, OrderLine.objects.get().protected_minor) == (4900, 2000)
    after = refund(refund_minor=1000, back=49, protected_minor=1000)
    take_order_reports("taobao", [after], now=NOW)

    line = OrderLine.objects.get()
    assert (line.protected_minor, line.returned_protected_minor, line.returned_commission_minor) == (2000, 1000, 49)
    assert set(Report.objects.values_list("protected_minor", flat=True)) == {0, 1000, 2000}


def test_a_case_of_two_lines_takes_its_part_back_from_each() -> None:
    leased(meis_shop())
    take_order_reports("taobao", [settled("1001"), settled("1002")], now=NOW)

    for step in (refund("1001", back=100, reported_at=NOW - 2 * DAY), refund("1002", back=200)):
        take_order_reports("taobao", [step], now=NOW)
    take_order_reports("taobao", [refund("1001", back=100, counts=False, reported_at=NOW)], now=NOW)
    earn_due(now=NOW)

    back = dict(OrderLine.objects.values_list("external_order", "returned_commission_minor"))
    assert back == {"1001": 0, "1002": 200}
    prove()
