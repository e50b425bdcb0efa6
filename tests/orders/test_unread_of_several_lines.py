"""A report that cannot be read and does not say which line it is about holds each that it may be about."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from joey.commissions.earn_due import earn_due
from joey.marketplaces.port import AnyReport, ReportedRow, ReportKind, UnreadableReport
from joey.marketplaces.read_reports import read_row
from joey.marketplaces.taobao.connector import TaobaoConnector
from joey.orders.dismiss_unread import dismiss_unreadable
from joey.orders.models import OrderLine, UnreadReport
from tests.cast import DAY, NOW, ada, leased, meis_shop, refund, settled
from tests.commissions.stage import confirmed
from tests.orders.polled import polled
from tests.proof import prove
from tests.slow import cases_but_every

pytestmark = pytest.mark.django_db

TAOBAO = TaobaoConnector({"credentials": {"app_key": "1", "app_secret": "s"}})
ORDER, TRADE, MEIS, LULUS = "4294159887444064307", "4294159887445064307", "110000000001", "110000000002"
ORDER_ROW: Mapping[str, Any] = {
    "trade_parent_id": ORDER, "trade_id": TRADE, "tk_order_role": 2, "adzone_id": 110000000001, "tk_status": 13,
    "modified_time": "2026-11-19 12:00:00",
}  # fmt: skip
REFUND_ROW: Mapping[str, Any] = {
    "tb_trade_parent_id": ORDER, "tb_trade_id": TRADE, "tk_order_role": "二方", "refund_suit_id": "8812",
    "refund_status": 2, "tk_refund_time": "2026-11-19 12:00:00", "modified_time": "2026-11-19 12:00:00",
    "tk_commission_fee_refund": "3.42", "show_return_fee": "3.42",
}  # fmt: skip
CHANNEL_ROW: Mapping[str, Any] = {
    "tb_trade_parent_id": ORDER, "tb_trade_id": TRADE, "refund_type": 3, "refund_status": 2,
    "tk_refund_time": "2026-11-19 12:00:00", "modified_time": "2026-11-19 12:00:00", "tk_pub_show_return_fee": "3.42",
}  # fmt: skip
MINE = settled(
    external_order=ORDER, external_line=TRADE, external_part=MEIS, days_ago=8, reported_at=NOW - 8 * DAY
)  # fmt: skip


def unread(kind: ReportKind, row: Mapping[str, Any], **changes: object) -> UnreadableReport:
    found = read_row(TAOBAO, ReportedRow(kind, {**row, **changes}, NOW))
    assert isinstance(found, UnreadableReport)
    return found


def taken(*reports: AnyReport) -> None:
    polled(*reports)
    earn_due(now=NOW)


def held() -> set[tuple[str, str]]:
    return {(line.external_line, line.external_part) for line in OrderLine.objects.filter(has_unread=True)}


@pytest.mark.parametrize(
    ("kind", "row", "changes"),
    cases_but_every(
        2,
        [
            ("order", ORDER_ROW, {"adzone_id": ""}),
            ("order", ORDER_ROW, {"adzone_id": "mm_1_2_110000000001"}),
            ("order", ORDER_ROW, {"tk_order_role": None}),
            ("order", ORDER_ROW, {"tk_order_role": 5}),
            ("order", ORDER_ROW, {"trade_id": None}),
            ("refund", REFUND_ROW, {"tk_order_role": ""}),
            ("refund", REFUND_ROW, {"tk_order_role": "四方"}),
            ("refund", REFUND_ROW, {"tb_trade_id": ""}),
            ("refund", CHANNEL_ROW, {}),
        ],
    ),
)
def test_it_holds_the_line_until_an_operator_gives_it_up(
    kind: ReportKind, row: Mapping[str, Any], changes: dict[str, object]
) -> None:
    leased(meis_shop(), MEIS)
    taken(MINE)

    taken(unread(kind, row, **changes))

    assert confirmed() == 0
    prove()
    dismiss_unreadable(UnreadReport.objects.get().pk, by=ada(), reason="Taobao says nothing changed", now=NOW)
    earn_due(now=NOW)
    assert (held(), confirmed()) == (set(), 1)
    prove()


def test_it_holds_no_line_that_it_cannot_be_about() -> None:
    share = replace(MINE, external_line=f"{TRADE}/3", external_part=LULUS)
    other = replace(MINE, external_line="4294159887445064308")
    part = replace(MINE, external_part=LULUS)
    taken(MINE, share, other, part)
    trade, share_name = TRADE, f"{TRADE}/3"
    said = {
        "adzone_id": {(trade, MEIS), (trade, LULUS)},
        "tk_order_role": {(trade, MEIS)},
        "trade_id": {(trade, MEIS), ("4294159887445064308", MEIS)},
    }

    for field, lines in said.items():
        taken(unread("order", ORDER_ROW, **{field: None}))
        assert held() == lines
        prove()
        dismiss_unreadable(UnreadReport.objects.get().pk, by=ada(), reason="A test of theirs", now=NOW)

    taken(unread("refund", REFUND_ROW, tk_order_role=None))
    assert held() == {(trade, MEIS), (trade, LULUS), (share_name, LULUS)}
    prove()


def test_a_line_that_comes_after_it_is_held_unless_its_report_is_newer() -> None:
    leased(meis_shop(), MEIS)
    taken(unread("order", ORDER_ROW, tk_order_role=None))

    taken(MINE, replace(MINE, external_line=f"{TRADE}/3", reported_at=NOW, payload={"share": 3}))

    assert held() == {(TRADE, MEIS)}
    assert confirmed() == 1
    prove()


def test_a_newer_report_of_one_line_releases_that_line_alone() -> None:
    taken(MINE, replace(MINE, external_part=LULUS))
    taken(unread("order", ORDER_ROW, adzone_id=None))

    taken(replace(MINE, reported_at=NOW, payload={"again": 1}))

    assert held() == {(TRADE, LULUS)}
    prove()
    taken(replace(MINE, external_part=LULUS, reported_at=NOW, payload={"again": 2}))
    assert held() == set()
    assert UnreadReport.objects.count() == 1, "a third line may still come"
    prove()
    taken(replace(MINE, external_part="110000000003", payload={"late": 1}))
    assert held() == {(TRADE, "110000000003")}
    prove()


def test_a_newer_report_of_the_case_releases_the_share_that_it_names() -> None:
    taken(MINE, replace(MINE, external_line=f"{TRADE}/3"))
    taken(unread("refund", REFUND_ROW, tk_order_role=None))

    case = replace(refund(ORDER, counts=False, reported_at=NOW), external_line=TRADE)
    taken(case)

    assert held() == {(f"{TRADE}/3", MEIS)}
    prove()
    taken(replace(case, external_line=f"{TRADE}/3", payload={"share": 3}))
    assert held() == set()
    prove()


def test_the_same_row_holds_again_once_a_later_poll_goes_back_to_it() -> None:
    taken(MINE)
    closed = unread("order", ORDER_ROW, tk_order_role=None)
    read = replace(MINE, reported_at=closed.reported_at, payload={"read": 1})
    taken(closed)
    taken(read)
    assert held() == set()

    taken(closed)

    assert held() == {(TRADE, MEIS)}
    prove()
    taken(read)
    assert held() == set()
    prove()


@pytest.mark.parametrize("beside", ["another order", "another line of the order"])
def test_what_says_nothing_new_of_a_line_that_waits_leaves_it_alone(beside: str) -> None:
    """It would be booked again, and an operator's release of what it was set aside for undone."""
    leased(meis_shop())
    one, two = settled("1"), settled("2")
    if beside == "another line of the order":
        two = replace(two, external_order=one.external_order)
    unread = UnreadableReport("order", one.external_order, NOW, {"n": 1}, "n is new", external_line=one.external_line)
    polled(one, unread)
    before = OrderLine.objects.get()
    assert before.has_unread

    polled(two, unread)

    assert OrderLine.objects.get(pk=before.pk).revision == before.revision
    polled(UnreadableReport("order", one.external_order, NOW, {"n": 2}, "n is new", external_line=one.external_line))
    assert OrderLine.objects.get(pk=before.pk).revision > before.revision, "another one may be the reason now"
    earn_due(now=NOW)
    prove()
