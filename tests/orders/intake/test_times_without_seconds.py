"""A time of an export that has lost its seconds is any of its minute, and a day is no time: it decides nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from joey.commissions.earn_due import earn_due
from joey.kit.refusals import Invalid
from joey.marketplaces import registry
from joey.marketplaces.port import ReportedRow
from joey.marketplaces.read_reports import read_row
from joey.orders.intake.import_orders import ImportedOrders, import_orders
from joey.orders.intake.look_at_file import look_at_file
from joey.orders.intake.report_mapping import ReportMapping
from joey.orders.models import OrderLine, Report
from joey.orders.retry_suspense import retry_suspense
from joey.orders.take_order_reports import AskedPoll, next_poll_number, take_order_reports
from joey.sharing.models import Position, PositionLease, TrackedUrl
from joey.shops.models import Shop
from tests.cast import DAY, NOW, flask, lease_on, leased, listed, lulus_shop, meis_shop
from tests.orders.intake.exports import ACCOUNT, ORDER, ROW, mapped, row, settled, starting, text_of, workbook, written
from tests.proof import prove

pytestmark = pytest.mark.django_db

BEGAN = datetime(2026, 11, 13, 9, 50, 30, tzinfo=UTC)  # 17:50:30 in the exports
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _connected(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = ACCOUNT


def taken(folder: Path, body: str | bytes, mapping: ReportMapping | None = None) -> ImportedOrders:
    return import_orders(written(folder, body), "taobao", mapping=mapping or starting(folder), now=NOW)


def dated(number: int, **times: datetime) -> tuple[str | datetime, ...]:
    """The cells of a row of a workbook in which these are dates."""
    return tuple((row(number) | times).values())


def the_line() -> OrderLine:
    """The only line, once what was reported of it is booked and proved."""
    earn_due(now=NOW)
    prove()
    return OrderLine.objects.select_related("shop").get()


def whose() -> list[tuple[Shop | None, str]]:
    """The shop of each line, or why it has none, in the order of the rows, once they are booked and proved."""
    earn_due(now=NOW)
    prove()
    lines = OrderLine.objects.select_related("shop").order_by("external_order")
    return [(line.shop, line.suspense) for line in lines]


def after_lulu(*, rested: bool = True) -> PositionLease:
    """Mei's lease of a position that was Lulu's, with a link to the item from the next second on."""
    position = Position.objects.create(marketplace="taobao", key=ROW["推广位ID"], free_from=None)
    lease_on(position, lulus_shop(), since=NOW - 200 * DAY, ended_at=NOW - 60 * DAY if rested else BEGAN)
    lease = lease_on(position, meis_shop(), since=BEGAN)
    TrackedUrl.objects.create(
        shop=meis_shop(), listing=listed(meis_shop(), flask()), lease=lease, item=ROW["商品ID"],
        url="https://s.click.taobao.com/t?e=1", made_at=BEGAN + SECOND,
    )  # fmt: skip
    return lease


def by_protocol(click: str) -> None:
    """The same line, as the union reports it later."""
    fields = {
        "trade_parent_id": ORDER, "trade_id": ORDER + "1", "tk_order_role": 2, "tk_status": 12, "item_num": 1,
        "alipay_total_price": "69.00", "pub_share_pre_fee": "3.80", "alimama_share_fee": "0.38",
        "adzone_id": 110000000001, "click_time": click, "tk_create_time": "2026-11-13 18:00:12",
        "modified_time": "2026-11-13 18:00:20", "item_id": ROW["商品ID"],
    }  # fmt: skip
    _by_protocol("order", fields)


def channel_refund(opened: str, *, back: str = "3.42", days: int = 0) -> None:
    """A refund as the report of channel orders brings it: by when its case was opened, and without a number."""
    fields = {
        "tb_trade_parent_id": ORDER, "tb_trade_id": ORDER + "1", "refund_type": 1, "refund_status": 2,
        "tk_refund_time": opened, "modified_time": f"2026-11-{21 + days} 12:00:03", "refund_fee": "69.00",
        "tk_commission_fee_refund_pub": back, "tk_subsidy_fee_refund_pub": "0.00",
        "tk_pub_show_return_fee": f"{float(back) + 0.38:.2f}",
    }  # fmt: skip
    _by_protocol("refund", fields)


def _by_protocol(kind: str, fields: dict[str, object]) -> None:
    report = read_row(registry.connector("taobao"), ReportedRow(kind, fields, NOW))  # type: ignore[arg-type]
    poll = AskedPoll(next_poll_number(), "1", f"{kind}s", NOW - DAY, NOW, NOW)
    take_order_reports("taobao", [report], now=NOW, poll=poll)


class TestWhoseAnOrderIs:
    def test_the_first_order_of_a_lease_is_the_shops(self, tmp_path: Path) -> None:
        """The lease began with this click. A spreadsheet writes the seconds that it does not have as 00."""
        lease = leased(meis_shop(), since=BEGAN)

        taken(tmp_path, text_of([row(点击时间="2026-11-13 17:50"), row(1, 点击时间="2026-11-13 17:50:00")]))

        assert whose() == [(meis_shop(), ""), (meis_shop(), "")]
        as_the_export_says = BEGAN.replace(second=0)
        assert set(OrderLine.objects.values_list("lease_id", "evidence_at")) == {(lease.pk, as_the_export_says)}

    def test_clicks_before_the_lease_are_not(self, tmp_path: Path) -> None:
        leased(meis_shop(), since=BEGAN)
        clicks = "2026-11-13 17:49", "2026-11-13 17:50:29", "2026-11-13 17:50:30"

        taken(tmp_path, text_of([row(number, 点击时间=click) for number, click in enumerate(clicks)]))

        before = (None, "not_leased_at_click")
        assert whose() == [before, before, (meis_shop(), "")]

    @pytest.mark.parametrize("rested", [True, False])
    def test_a_minute_in_which_the_position_passed_to_another_shop_names_neither(
        self, rested: bool, tmp_path: Path
    ) -> None:
        after_lulu(rested=rested)

        taken(tmp_path, text_of([settled(点击时间="2026-11-13 17:50")]))

        line = the_line()
        assert (line.shop, line.suspense) == (None, "changed_hands")
        (piece,) = line.failed_evidence
        assert (piece["shop"], piece["earlier_shop"]) == (meis_shop().slug, lulus_shop().slug)
        assert retry_suspense("taobao", now=NOW) == 0, "what was kept says the same when it is read again"
        assert the_line().suspense == "changed_hands"

    def test_the_minutes_around_it_name_their_shops(self, tmp_path: Path) -> None:
        after_lulu()
        clicks = "2026-11-13 17:49", "2026-11-13 17:50:29", "2026-11-13 17:50:45", "2026-11-13 17:51"

        taken(tmp_path, text_of([row(number, 点击时间=click) for number, click in enumerate(clicks)]))

        assert whose() == [(lulus_shop(), ""), (lulus_shop(), ""), (meis_shop(), ""), (meis_shop(), "")]

    def test_the_report_by_protocol_names_the_shop_that_the_minute_could_not(self, tmp_path: Path) -> None:
        after_lulu()
        taken(tmp_path, text_of([row(点击时间="2026-11-13 17:50")]))

        by_protocol("2026-11-13 17:50:45")

        assert (the_line().shop, the_line().suspense, the_line().held) == (meis_shop(), "", "")

    @pytest.mark.parametrize("rested", [True, False])
    def test_a_minute_that_two_shops_had_contradicts_neither(self, rested: bool, tmp_path: Path) -> None:
        after_lulu(rested=rested)
        by_protocol("2026-11-13 17:50:45")

        taken(tmp_path, text_of([settled(点击时间="2026-11-13 17:50")]))

        assert (the_line().shop, the_line().state, the_line().held) == (meis_shop(), "settled", "")

    def test_by_protocol_the_first_second_of_a_minute_is_that_second(self, tmp_path: Path) -> None:
        leased(meis_shop(), since=BEGAN)

        by_protocol("2026-11-13 17:50:00")

        assert (the_line().shop, the_line().suspense) == (None, "not_leased_at_click")

    def test_a_row_is_the_same_in_a_workbook_that_wrote_seconds_of_its_own(self, tmp_path: Path) -> None:
        leased(meis_shop())
        taken(tmp_path, text_of([row(点击时间="2026-11-13 17:50")]))

        done = taken(tmp_path, workbook([tuple(ROW), tuple(row(点击时间="2026/11/13 17:50:00").values())]))

        assert (done.accepted, done.changed) == (1, 0)

    @pytest.mark.parametrize("others", [0, 3])
    def test_a_date_of_a_workbook_is_that_moment_midnight_too(self, others: int, tmp_path: Path) -> None:
        midnight = datetime(2026, 11, 13)  # noqa: DTZ001 (a spreadsheet has no zone)
        leased(meis_shop(), since=midnight.replace(tzinfo=ZoneInfo("Asia/Shanghai")))
        clicks = [midnight, *(midnight + timedelta(hours=9, seconds=12 + each) for each in range(others))]

        done = taken(tmp_path, workbook([tuple(ROW), *(dated(each, 点击时间=at) for each, at in enumerate(clicks))]))

        assert (done.accepted, done.refused) == (1 + others, [])
        assert set(whose()) == {(meis_shop(), "")}
        found = OrderLine.objects.order_by("external_order").values_list("clicked_at", flat=True)
        assert [each.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None) for each in found if each] == clicks

    def test_days_of_a_workbook_are_no_times(self, tmp_path: Path) -> None:
        days = [dated(each, 点击时间=datetime(2026, 11, 10 + each)) for each in range(3)]  # noqa: DTZ001
        before = row(9, 点击时间="--")

        done = taken(tmp_path, workbook([tuple(ROW), *days, tuple(before.values())]))

        assert (done.accepted, [each.field for each in done.refused]) == (1, ["点击时间"] * 3)
        assert "a day and no time" in done.refused[0].reason

    @pytest.mark.parametrize("body", [text_of, lambda rows: workbook([tuple(ROW), *(tuple(r.values()) for r in rows)])])
    def test_a_day_that_is_text_is_no_time(self, body: Any, tmp_path: Path) -> None:
        done = taken(tmp_path, body([row(点击时间="2026-11-13")]))

        assert (done.accepted, [each.field for each in done.refused]) == (0, ["点击时间"])

    def test_a_look_at_the_file_says_which_clicks_are_a_minute(self, tmp_path: Path) -> None:
        file = written(tmp_path, text_of([row(点击时间="2026-11-13 17:50"), row(1, 点击时间="2026-11-13 17:50:30")]))

        seen = look_at_file(file, "taobao", mapping=None, report=None, progress=lambda done, size, rows: None)

        assert [dict(each.facts)["position"] for each in seen.rows] == [
            "110000000001, by the time it was clicked, any second of that minute",
            "110000000001, by the time it was clicked",
        ]

    @pytest.mark.parametrize("column", ["click_time", "tk_earning_time"])
    def test_a_day_decides_nothing(self, column: str, tmp_path: Path) -> None:
        name = {"click_time": '"点击时间"', "tk_earning_time": '["淘客结算时间", "结算时间"]'}[column]
        mapping = starting(
            tmp_path, (f"{column} = {name}\n", ""), ("[amounts]", f"[days]\n{column} = {name}\n[amounts]")
        )

        with pytest.raises(Invalid) as raised:
            taken(tmp_path, text_of([row()]), mapping)

        assert raised.value.field == column
        assert not Report.objects.exists()

    @pytest.mark.parametrize(("shape", "click"), [("%d/%m/%Y %H", "13/11/2026 17"), ("", "2026-11-13T17")])
    def test_an_hour_is_no_time(self, shape: str, click: str, tmp_path: Path) -> None:
        mapping = starting(tmp_path, ("[numbers]", f'dates = ["{shape}"]\n[numbers]')) if shape else None

        done = taken(tmp_path, text_of([row(点击时间=click)]), mapping)

        assert (done.accepted, [each.field for each in done.refused]) == (0, ["点击时间"])


REFUNDS = """
    reports = "refunds"
    [numbers]
    tb_trade_parent_id = "淘宝父订单编号"
    tb_trade_id = "淘宝子订单编号"
    refund_suit_id = "维权编号"
    [texts]
    refund_status = "状态"
    [constants]
    tk_order_role = "2"
    tk_commission_alimm_refund_fee = "0.38"
    [amounts]
    refund_fee = "退款"
    tk_commission_fee_refund = "退佣"
    show_return_fee = "应退"
    [times]
    modified_time = "更新时间"
    tk_refund_time = "维权时间"
"""


def case(opened: str, *, order: int = 0, back: str = "3.42", changed: str = "12:00") -> dict[str, str]:
    of = row(order)
    return {
        "淘宝父订单编号": of["淘宝父订单编号"], "淘宝子订单编号": of["淘宝子订单编号"], "维权编号": "8812",
        "状态": "2", "退款": "69.00",
        "退佣": back, "应退": f"{float(back) + 0.38:.2f}", "更新时间": f"2026-11-21 {changed}", "维权时间": opened,
    }  # fmt: skip


class TestRefunds:
    @pytest.fixture(autouse=True)
    def _settled(self, tmp_path: Path) -> None:
        leased(meis_shop())
        taken(tmp_path, text_of([settled(结算时间="2026-11-20 10:00:30")]))

    @staticmethod
    def refunds(folder: Path, *cases: dict[str, str], mapping: str = REFUNDS) -> ImportedOrders:
        return taken(folder, text_of(cases, columns=tuple(cases[0])), mapped(folder, mapping))

    def test_one_of_the_minute_of_the_settlement_is_taken_back(self, tmp_path: Path) -> None:
        taken(tmp_path, text_of([settled(number, 结算时间="2026-11-20 10:00:30") for number in range(1, 4)]))
        times = "2026-11-20 09:59", "2026-11-20 10:00", "2026-11-20 10:00:29", "2026-11-20 10:01"

        self.refunds(tmp_path, *(case(opened, order=number) for number, opened in enumerate(times)))

        whose()
        back = OrderLine.objects.order_by("external_order").values_list("returned_commission_minor", flat=True)
        assert list(back) == [0, 342, 0, 342]

    def test_a_day_does_not_say_whether_it_is_inside_the_settled_amount(self, tmp_path: Path) -> None:
        mapping = REFUNDS.replace('tk_refund_time = "', '[days]\n    tk_refund_time = "')

        with pytest.raises(Invalid) as raised:
            self.refunds(tmp_path, case("2026-11-20"), mapping=mapping)

        assert raised.value.field == "tk_refund_time"
        assert the_line().returned_commission_minor == 0

    @pytest.mark.parametrize("export_first", [True, False])
    def test_one_refund_by_two_names_is_taken_back_once(self, export_first: bool, tmp_path: Path) -> None:
        if export_first:
            self.refunds(tmp_path, case("2026-11-20 12:00"))
        channel_refund("2026-11-20 12:00:37")
        if not export_first:
            self.refunds(tmp_path, case("2026-11-20 12:00"))

        assert the_line().returned_commission_minor == 342

    def test_a_refund_of_another_minute_is_another(self, tmp_path: Path) -> None:
        channel_refund("2026-11-20 12:01:00", back="1.00")

        self.refunds(tmp_path, case("2026-11-20 12:00", back="2.00"))

        assert the_line().returned_commission_minor == 300

    def test_two_refunds_of_one_minute_stay_two_beside_the_export_of_one(self, tmp_path: Path) -> None:
        """The minute does not say which of them the numbered case is: the report that shows both is believed."""
        channel_refund("2026-11-20 12:00:10", back="1.00")
        channel_refund("2026-11-20 12:00:40", back="2.00")

        self.refunds(tmp_path, case("2026-11-20 12:00", back="2.00", changed="23:00"))

        assert the_line().returned_commission_minor == 300

    def test_by_protocol_two_moments_of_one_minute_are_two_refunds(self, tmp_path: Path) -> None:
        channel_refund("2026-11-20 12:00:10", back="1.00")

        self.refunds(tmp_path, case("2026-11-20 12:00:40", back="2.00"))

        assert the_line().returned_commission_minor == 300

    def test_a_case_without_a_number_needs_its_seconds(self, tmp_path: Path) -> None:
        mapping = """
            reports = "refunds"
            [numbers]
            tb_trade_parent_id = "淘宝父订单编号"
            tb_trade_id = "淘宝子订单编号"
            [texts]
            refund_status = "状态"
            [constants]
            refund_type = "1"
            tk_subsidy_fee_refund_pub = "0.00"
            [amounts]
            refund_fee = "退款"
            tk_commission_fee_refund_pub = "退佣"
            tk_pub_show_return_fee = "应退"
            [times]
            modified_time = "更新时间"
            tk_refund_time = "维权时间"
        """

        done = self.refunds(tmp_path, case("2026-11-20 12:00"), case("2026-11-20 12:00:37"), mapping=mapping)

        assert (done.accepted, [(each.row, each.field) for each in done.refused]) == (1, [(2, "维权时间")])
        assert the_line().returned_commission_minor == 342
