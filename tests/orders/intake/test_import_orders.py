"""What an export does to order lines: the same as reports by protocol, whatever form it comes in."""

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.insight.health import sync_states
from joey.kit.refusals import Invalid
from joey.marketplaces import registry
from joey.marketplaces.port import ReportedRow
from joey.marketplaces.read_reports import read_row
from joey.marketplaces.registry import NotConnected
from joey.orders.intake.import_orders import ImportedOrders, import_orders
from joey.orders.intake.read_report_mapping import read_report_mapping, starting_mapping
from joey.orders.intake.report_mapping import ReportMapping
from joey.orders.models import OrderLine, Poll, Report, SyncCursor, UnreadReport
from joey.orders.sync import sync
from joey.orders.take_order_reports import AskedPoll, next_poll_number, take_order_reports
from tests.cast import DAY, NOW, leased, meis_shop
from tests.orders.intake.exports import (
    ACCOUNT,
    ORDER,
    ROW,
    mapped,
    row,
    settled,
    starting,
    text_of,
    workbook,
    written,
    zipped,
)
from tests.proof import prove

pytestmark = pytest.mark.django_db

XLS = Path(__file__).with_name("orders.xls")  # three rows of ROW, the third with a number where a text belongs


@pytest.fixture(autouse=True)
def _connected(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = ACCOUNT


def taken(
    folder: Path,
    body: str | bytes,
    mapping: ReportMapping | None = None,
    name: str = "export.csv",
    now: datetime = NOW,
) -> ImportedOrders:
    """Import this, by the mapping that comes with Joey."""
    return import_orders(written(folder, body, name), "taobao", mapping=mapping or starting(folder), now=now)


def refused(folder: Path, *rows: dict[str, str], mapping: ReportMapping | None = None) -> list[tuple[int, str, str]]:
    """Row, field and reason of what is refused."""
    return [(each.row, each.field, each.reason) for each in taken(folder, text_of(rows), mapping).refused]


def lines() -> dict[str, tuple[str, int, int]]:
    """State, commission and fee of each line, by its order."""
    return {
        line.external_order: (line.state, line.commission_minor, line.service_fee_minor)
        for line in OrderLine.objects.all()
    }


def by_protocol(**changes: Any) -> None:
    """The same line, as the union reports it."""
    fields = {
        "trade_parent_id": ORDER, "trade_id": ORDER + "1", "tk_order_role": 2, "tk_status": 12, "item_num": 1,
        "alipay_total_price": "69.00", "pub_share_pre_fee": "3.80", "alimama_share_fee": "0.38",
        "adzone_id": 110000000001, "click_time": "2026-11-13 17:50:00", "tk_create_time": "2026-11-13 18:00:12",
        "tb_paid_time": "2026-11-13 18:00:10", "modified_time": "2026-11-13 18:00:20",
        "item_id": "qYtxrMJOC8tmtM-Qq0Z65Sbbq5DqZ9",
    }  # fmt: skip
    report = read_row(registry.connector("taobao"), ReportedRow("order", fields | changes, NOW))
    poll = AskedPoll(next_poll_number(), "1", "orders", NOW - DAY, NOW, NOW)
    take_order_reports("taobao", [report], now=NOW, poll=poll)


def test_an_export_is_attributed_earned_and_proved_like_reports_by_protocol(tmp_path: Path) -> None:
    shop = meis_shop()
    leased(shop)

    done = taken(tmp_path, text_of([row(), settled(1)]))
    earn_due(now=NOW)

    assert (done.accepted, done.changed, done.lines, done.refused) == (2, 2, 2, [])
    assert {line.shop for line in OrderLine.objects.all()} == {shop}
    assert {(line.evidence_kind, line.evidence_key) for line in OrderLine.objects.all()} == {
        ("position_at_click", "110000000001")
    }
    assert lines() == {ORDER: ("paid", 380, 38), str(int(ORDER) + 1000): ("settled", 380, 38)}
    assert Commission.objects.count() == 2
    prove()


def test_a_trade_under_another_order_number_is_the_line_that_the_protocol_reports(tmp_path: Path) -> None:
    """A mapping that takes the trade's number for the order's as well, of orders and of refund cases."""
    leased(meis_shop())
    by_protocol()
    columns = '["淘宝父订单编号", "淘宝父订单号", "父订单号", "订单编号"]'
    one_number = starting(tmp_path, (f"trade_parent_id = {columns}", 'trade_parent_id = "淘宝子订单编号"'))
    case = {
        "编号": ORDER + "1", "维权编号": "8812", "身份": "二方", "状态": "2", "退款": "69.00", "退佣": "3.42",
        "退费": "0.38", "应退": "3.80", "维权时间": "2026-11-21 12:00:00", "更新时间": "2026-11-21 12:00:03",
    }  # fmt: skip
    of_refunds = mapped(
        tmp_path,
        """
        reports = "refunds"
        [numbers]
        tb_trade_parent_id = "编号"
        tb_trade_id = "编号"
        refund_suit_id = "维权编号"
        [texts]
        tk_order_role = "身份"
        refund_status = "状态"
        [amounts]
        refund_fee = "退款"
        tk_commission_fee_refund = "退佣"
        tk_commission_alimm_refund_fee = "退费"
        show_return_fee = "应退"
        [times]
        tk_refund_time = "维权时间"
        modified_time = "更新时间"
        """,
    )

    taken(tmp_path, text_of([settled()]), one_number)
    taken(tmp_path, text_of([case], columns=tuple(case)), of_refunds)
    earn_due(now=NOW)

    line = OrderLine.objects.get()
    assert (line.external_order, line.state, line.returned_commission_minor) == (ORDER, "settled", 342)
    prove()


def test_the_line_is_the_one_that_the_protocol_reports(tmp_path: Path) -> None:
    leased(meis_shop())
    by_protocol()

    taken(tmp_path, text_of([settled()]))

    assert [(line.external_line, line.state) for line in OrderLine.objects.all()] == [
        (OrderLine.objects.get().external_line, "settled")
    ]
    prove()


@pytest.mark.parametrize("cell", ["--", "", "0", "shop-42", "mm_98836808_45598009_110000000001"])
def test_a_row_without_its_ad_zone_is_no_second_line_of_the_order(cell: str, tmp_path: Path) -> None:
    leased(meis_shop())
    by_protocol()

    done = taken(tmp_path, text_of([row(推广位ID=cell)]))
    earn_due(now=NOW)

    assert [(each.row, each.field) for each in done.refused] == [(2, "推广位ID")]
    assert OrderLine.objects.get().external_part == "110000000001"
    assert Commission.objects.count() == 1
    prove()


def test_a_row_by_protocol_without_its_ad_zone_is_unreadable_and_no_second_line() -> None:
    leased(meis_shop())
    by_protocol()

    by_protocol(adzone_id=None)

    assert OrderLine.objects.get().external_part == "110000000001"
    assert [each.problem for each in UnreadReport.objects.all()] == ["adzone_id is missing"]
    prove()


def test_a_fee_above_the_commission_books_no_penalty_by_file_or_protocol(tmp_path: Path) -> None:
    leased(meis_shop())

    in_file = refused(tmp_path, row(技术服务费="100.00"), settled(1, 技术服务费="100.00"))
    by_protocol(alimama_share_fee="100.00")
    earn_due(now=NOW)

    assert [(number, field) for number, field, _why in in_file] == [(2, "技术服务费"), (3, "技术服务费")]
    (unread,) = UnreadReport.objects.all()
    assert unread.problem.startswith(
        "alimama_share_fee is more than pub_share_pre_fee: whether it may be, as a share of "
    )
    assert not OrderLine.objects.exists()
    assert not Commission.objects.exists()
    prove()


@pytest.mark.parametrize("first", ["file", "protocol"])
def test_an_export_from_before_does_not_win_over_what_the_protocol_reported_since(first: str, tmp_path: Path) -> None:
    leased(meis_shop())
    for step in ("file", "protocol") if first == "file" else ("protocol", "file"):
        if step == "file":
            taken(tmp_path, text_of([row()]))
        else:
            by_protocol(tk_status=13, modified_time="2026-11-15 09:00:00")

    assert lines() == {ORDER: ("closed", 0, 0)}
    prove()


def test_a_row_without_a_time_of_change_is_from_the_latest_time_that_it_names(tmp_path: Path) -> None:
    taken(tmp_path, text_of([row(), settled(1)]))

    assert [each.reported_at for each in OrderLine.objects.order_by("external_order")] == [
        datetime(2026, 11, 13, 10, 0, 12, tzinfo=UTC),
        datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
    ]


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    leased(meis_shop())
    body = text_of([row(), settled(1)])
    taken(tmp_path, body)
    before = [*OrderLine.objects.order_by("id").values()], Poll.objects.count(), Report.objects.count()

    again = taken(tmp_path, body, now=NOW + DAY)

    assert (again.accepted, again.changed, again.lines) == (2, 0, 0)
    assert before == ([*OrderLine.objects.order_by("id").values()], Poll.objects.count(), Report.objects.count())


def test_a_newer_export_moves_the_lines_and_the_older_one_again_does_not_move_them_back(tmp_path: Path) -> None:
    leased(meis_shop())
    older, newer = text_of([row(), row(1)]), text_of([row(订单状态="已失效"), settled(1)])
    taken(tmp_path, older)

    moved = taken(tmp_path, newer)
    again = taken(tmp_path, older, now=NOW + DAY)

    assert (moved.changed, moved.lines) == (2, 2)
    assert (again.changed, again.lines) == (0, 0)
    assert lines() == {ORDER: ("closed", 0, 0), str(int(ORDER) + 1000): ("settled", 380, 38)}
    prove()


@pytest.mark.parametrize("wrapping", ["zip", "gbk", "workbook", "more rows", "other order"])
def test_the_same_rows_in_another_file_are_no_newer_than_they_were(wrapping: str, tmp_path: Path) -> None:
    leased(meis_shop())
    rows, more = [row(), row(1)], [row(2)] if wrapping == "more rows" else []
    taken(tmp_path, text_of(rows))
    taken(tmp_path, text_of([row(订单状态="已失效"), row(1, 订单状态="已失效")]), now=NOW + DAY)

    wrapped: dict[str, str | bytes] = {
        "zip": zipped({"订单.csv": text_of(rows).encode()}),
        "gbk": text_of(rows, above="订单明细\r\n", delimiter=";").encode("gbk"),
        "workbook": workbook([[*ROW], *([_number_or_text(cell) for cell in each.values()] for each in rows)]),
        "more rows": text_of([*more, *rows]),
        "other order": text_of(reversed(rows)),
    }
    again = taken(tmp_path, wrapped[wrapping], now=NOW + 2 * DAY)

    assert (again.accepted, again.changed, again.refused) == (2 + len(more), len(more), [])
    assert {order: state for order, (state, *_money) in lines().items()} == {
        ORDER: "closed",
        str(int(ORDER) + 1000): "closed",
        **{str(int(ORDER) + 2000): "paid" for _row in more},
    }
    assert Poll.objects.count() == 2 + len(more)
    prove()


def test_a_file_read_by_a_corrected_mapping_is_taken_in_again(tmp_path: Path) -> None:
    body = text_of([row(技术服务费="0.00")])
    taken(tmp_path, body)

    taken(
        tmp_path, body, starting(tmp_path, ('alimama_share_fee = "技术服务费"', 'alimama_share_fee = "付款预估收入"'))
    )

    assert lines() == {ORDER: ("paid", 380, 380)}
    assert Poll.objects.count() == 2
    prove()


def test_what_is_not_mapped_is_kept_nowhere(tmp_path: Path) -> None:
    columns = (*ROW, "买家昵称", "uvid", "收货人手机")

    taken(tmp_path, text_of([row(买家昵称="otto", uvid="AAbbCC", 收货人手机="13800000000")], columns=columns))

    payload = Report.objects.get().payload
    assert json.loads(payload)["trade_parent_id"] == ORDER
    assert not any(word in payload for word in ("otto", "AAbbCC", "13800000000", "买家"))


@pytest.mark.parametrize("column", ["买家昵称", "收货人", "会员ID", "uvid", "buyer_phone"])
def test_a_mapping_that_takes_a_buyer_is_refused(column: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="names the buyer"):
        mapped(tmp_path, f'[numbers]\ntrade_id = "订单号"\n[texts]\nitem_title = "{column}"\n')


@pytest.mark.parametrize("asked_before", ["this account", "one that was given up"])
def test_an_account_without_the_order_call_is_asked_for_nothing_and_pays_by_the_day(
    asked_before: str, tmp_path: Path, settings: Settings
) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": ACCOUNT["taobao"] | {"orders": "file"}}
    leased(meis_shop())
    before = registry.connector("taobao").account if asked_before == "this account" else "given up"
    SyncCursor.objects.create(marketplace="taobao", account=before, question="orders", read_until=NOW - 30 * DAY)
    taken(tmp_path, text_of([settled()]))
    earn_due(now=NOW)

    assert sync("taobao", now=NOW)[0].trouble == ""
    confirm_due(now=NOW + 30 * DAY)

    assert Commission.objects.get().released_minor > 0
    assert sync_states() == [], "nothing is expected of it in /readyz either"
    prove()


class TestForms:
    """One export in every form that consoles and spreadsheets give it."""

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_in_any_encoding_and_with_any_delimiter(self, encoding: str, delimiter: str, tmp_path: Path) -> None:
        done = taken(tmp_path, text_of([row()], delimiter=delimiter).encode(encoding))

        assert done.refused == []
        assert OrderLine.objects.get().title == ROW["商品标题"]

    def test_with_title_lines_above_and_totals_below(self, tmp_path: Path) -> None:
        above = "淘宝联盟订单明细\r\n2026-11-01 至 2026-11-23,,\r\n\r\n"
        below = "合计,,,,,,,,,138.00,,7.60,,,,,\r\n注：以月结为准\r\n"

        done = taken(tmp_path, text_of([row(), row(1)], above=above, below=below))

        assert (done.accepted, done.refused) == (2, [])

    @pytest.mark.parametrize(("delimiter", "below"), [(",", "合计,,,\r\n"), ("\t", "")])
    def test_with_a_delimiter_at_the_end_of_each_row_that_the_header_lacks(
        self, delimiter: str, below: str, tmp_path: Path
    ) -> None:
        header, *rows = text_of([row(), settled(1)], delimiter=delimiter).splitlines()
        text = "\r\n".join([header, *(each + delimiter for each in rows), below])

        assert taken(tmp_path, text).accepted == 2
        assert lines() == {ORDER: ("paid", 380, 38), str(int(ORDER) + 1000): ("settled", 380, 38)}

    @pytest.mark.parametrize("title", ['"不锈钢" 保温杯', '"不锈钢保温杯', '""保温杯', '保温杯 "500"'])
    def test_a_title_with_quotation_marks_between_tabs(self, title: str, tmp_path: Path) -> None:
        text = text_of([row(), row(1, 商品标题="TITLE"), row(2)], delimiter="\t").replace("TITLE", title)

        assert taken(tmp_path, text, name="export.txt").accepted == 3
        assert OrderLine.objects.get(external_order=int(ORDER) + 1000).title == title

    def test_quoted_cells_between_tabs_are_read_as_such(self, tmp_path: Path) -> None:
        titles = ['a\tb "c"', 'over\r\n"two" lines', "plain"]

        taken(tmp_path, text_of([row(n, 商品标题=title) for n, title in enumerate(titles)], delimiter="\t"))

        found = OrderLine.objects.order_by("external_order").values_list("title", flat=True)
        assert list(found) == ['a b "c"', 'over "two" lines', "plain"]

    def test_rows_are_numbered_as_a_spreadsheet_does(self, tmp_path: Path) -> None:
        done = taken(tmp_path, text_of([row(), row(1, 付款金额="x")], above="订单明细\r\n\r\n"))

        assert [each.row for each in done.refused] == [5]

    def test_a_decimal_comma_and_groups_of_thousands(self, tmp_path: Path) -> None:
        mapping = starting(tmp_path, ("none = [", 'decimal = ","\nnone = ['))
        body = text_of(
            [row(付款金额="1.234,50", 付款预估收入="61,72", 结算预估收入="0,00", 技术服务费="6,17")], delimiter=";"
        )

        taken(tmp_path, body, mapping)

        assert OrderLine.objects.get().paid_minor == 123_450
        assert lines() == {ORDER: ("paid", 6_172, 617)}

    @pytest.mark.parametrize(
        ("written_as", "fen"), [("¥1,234.50", 123_450), ("￥69", 6_900), ("69.5元", 6_950), ("CNY 69", 6_900)]
    )
    def test_an_amount_with_a_sign_of_its_currency(self, written_as: str, fen: int, tmp_path: Path) -> None:
        taken(tmp_path, text_of([row(付款金额=written_as)]))

        assert OrderLine.objects.get().paid_minor == fen

    @pytest.mark.parametrize(
        "time",
        [
            "2026/11/13 17:50",
            "2026-11-13 17:50:00",
            "2026年11月13日 17:50:00",
            "2026.11.13 17:50:00",
            "2026-11-13T09:50:00+00:00",
        ],
    )
    def test_dates_of_several_shapes(self, time: str, tmp_path: Path) -> None:
        taken(tmp_path, text_of([row(点击时间=time)]))

        assert OrderLine.objects.get().clicked_at == datetime(2026, 11, 13, 9, 50, tzinfo=UTC)

    def test_a_date_in_another_order_is_read_where_the_mapping_says_so(self, tmp_path: Path) -> None:
        mapping = starting(tmp_path, ("none = [", 'dates = ["%d/%m/%Y %H:%M"]\nnone = ['))

        taken(tmp_path, text_of([row(点击时间="11/12/2025 17:50")]), mapping)

        assert OrderLine.objects.get().clicked_at == datetime(2025, 12, 11, 9, 50, tzinfo=UTC)

    @pytest.mark.parametrize("around", ["{}\t", "'{}", '="{}"', "  {} "])
    def test_numbers_that_an_export_keeps_from_a_spreadsheet(self, around: str, tmp_path: Path) -> None:
        taken(tmp_path, text_of([row(淘宝父订单编号=around.format(ORDER))]))

        assert set(lines()) == {ORDER}

    def test_a_workbook(self, tmp_path: Path) -> None:
        table: list[list[str | float]] = [["订单明细"], [], [*ROW], [*row().values()], ["合计"]]
        table[3][9] = 69.0

        done = taken(tmp_path, workbook(table), name="export.xlsx")

        assert (done.accepted, done.refused) == (1, [])
        assert OrderLine.objects.get().paid_minor == 6_900

    @pytest.mark.parametrize("decimal", [".", ","])
    def test_numbers_of_a_workbook_are_read_by_value_whatever_the_decimal_mark(
        self, decimal: str, tmp_path: Path
    ) -> None:
        mapping = starting(tmp_path, ("none = [", f'decimal = "{decimal}"\nnone = ['))
        numbers = {"付款金额": 69.0, "付款预估收入": 3.8, "结算预估收入": 0.0, "技术服务费": 0.38}
        given: list[dict[str, str | float]] = [
            row() | numbers | {"付款金额": 1234.5, "付款预估收入": 12.34, "技术服务费": 0.2},
            row(1) | numbers | {"付款预估收入": 0.345},
            row(2) | numbers | {"付款预估收入": 1.234},
            row(3) | numbers | {"点击时间": 46339.74},
            row(4) | numbers | {"付款预估收入": f"12{decimal}34", "技术服务费": f"1{decimal}2"},
        ]

        done = taken(tmp_path, workbook([[*ROW], *([*each.values()] for each in given)]), mapping, name="export.xlsx")

        assert [(each.row, each.field, "2 places" in each.reason) for each in done.refused] == [
            (3, "付款预估收入", True), (4, "付款预估收入", True), (5, "点击时间", False),
        ]  # fmt: skip
        assert "saved as a number" in done.refused[2].reason
        assert lines() == {ORDER: ("paid", 1234, 20), str(int(ORDER) + 4000): ("paid", 1234, 120)}

    def test_a_workbook_of_the_old_kind(self) -> None:
        done = import_orders(XLS, "taobao", mapping=_starting(), now=NOW)

        assert (done.accepted, [(each.row, each.field) for each in done.refused]) == (2, [(4, "淘宝父订单编号")])

    @pytest.mark.parametrize("old", [False, True])
    def test_a_workbook_inside_a_gzip(self, old: bool, tmp_path: Path) -> None:
        body = XLS.read_bytes() if old else workbook([[*ROW], [*row().values()], [*row(1).values()]])

        done = taken(tmp_path, gzip.compress(body), name="export.gz")

        assert (done.accepted, len(lines())) == (2, 2)

    def test_an_export_inside_a_zip(self, tmp_path: Path) -> None:
        for number, (name, body) in enumerate(
            [("订单.csv", text_of([row()]).encode("gbk")), ("订单.xlsx", workbook([[*ROW], [*row(1).values()]]))]
        ):
            done = taken(
                tmp_path, zipped({name: body, "__MACOSX/._订单.csv": b"x", "读我.pdf": b"x"}), name=f"{number}.zip"
            )

            assert (done.accepted, done.refused) == (1, [])
        assert len(lines()) == 2

    def test_real_rows_of_the_report_reshaped_as_an_export(self, tmp_path: Path) -> None:
        """The values of a row of 2020 that a public source shows; its numbers were replaced by made-up ones."""
        real = {
            "淘客创建时间": "2020-12-17 10:42:57", "付款时间": "2020-12-17 10:48:07", "结算时间": "--",
            "点击时间": "2020-12-17 10:42:23", "商品ID": "631237418743", "订单状态": "订单成功",
            "商品标题": "红/绿色可接驳PU聚氨酯圆皮带圆带圆形粗面O型粘接工业环形传动带", "商品数量": "1",
            "推广者身份": "二方", "付款金额": "1.00", "结算金额": "", "付款预估收入": "0.01", "结算预估收入": "0.00",
            "技术服务费": "0.00",
            "淘宝父订单编号": "1000000000000000331", "淘宝子订单编号": "1000000000000000331",
            "推广位ID": "100000000033",
        }  # fmt: skip

        done = taken(tmp_path, text_of([real]))

        line = OrderLine.objects.get()
        assert (done.accepted, done.refused) == (1, [])
        assert (line.state, line.paid_minor, line.commission_minor, line.service_fee_minor) == ("received", 100, 1, 0)
        assert line.reported_at == datetime(2020, 12, 17, 2, 48, 7, tzinfo=UTC)
        prove()


class TestRefusals:
    """A row that cannot be read is refused by its column, and no other with it."""

    def test_one_row_stops_no_other(self, tmp_path: Path) -> None:
        done = taken(tmp_path, text_of([row(), row(1, 付款预估收入="x"), row(2)]))

        assert (done.accepted, [(each.row, each.field) for each in done.refused]) == (2, [(3, "付款预估收入")])

    @pytest.mark.parametrize(
        ("column", "cell", "why"),
        [
            ("淘宝父订单编号", "4.29416E+18", "rounded this number"),
            ("淘宝父订单编号", "保温杯", "right column"),
            ("淘宝父订单编号", "", "“淘宝父订单编号” is missing"),
            ("推广者身份", "", "“推广者身份” is missing"),
            ("订单状态", "已评价", "does not say what “已评价” means"),
            ("技术服务费", "--", "“技术服务费” is missing"),
            ("技术服务费", "100.00", "“技术服务费” is more than “付款预估收入”"),
            ("付款预估收入", "", "“付款预估收入” is missing"),
            ("付款金额", "-69.00", "below zero"),
            ("付款金额", "$69.00", "not in CNY"),
            ("付款金额", "69.005", "not an amount with 2 places"),
            ("付款金额", "6,9.00", "not a number"),
            ("付款金额", "0,345.00", "not a number"),
            ("付款金额", "069,345.00", "not a number"),
            ("付款金额", "99999999999999999", "not an amount"),
            ("付款金额", "=1+1", "not a number"),
            ("付款金额", "1e3", "not a number"),
            ("点击时间", "11/12/2026 10:00", "Year, month and day"),
            ("点击时间", "2026-11-13", "a day and no time"),
            ("点击时间", "2026-13-45 10:00:00", "not a time"),
            ("点击时间", "9999-12-31 23:59:59", "not a time"),
            ("点击时间", "46339.74", "saved as a number"),
            ("商品标题", "x" * 5000, "longer than any"),
        ],
    )
    def test_each_by_its_column_and_reason(self, column: str, cell: str, why: str, tmp_path: Path) -> None:
        ((number, field, reason),) = refused(tmp_path, row(**{column: cell}))

        assert (number, field) == (2, column)
        assert why in reason
        assert not OrderLine.objects.exists()
        assert not Report.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"商品数量": "3000000000"}, "out of bounds"),
            ({"淘客创建时间": "2031-01-01 00:00:00"}, "cannot be true"),
        ],
    )
    def test_what_cannot_be_true(self, changes: dict[str, str], why: str, tmp_path: Path) -> None:
        ((_number, _field, reason),) = refused(tmp_path, row(**changes))

        assert why in reason

    def test_a_settled_row_without_its_fee_and_not_one_with_a_fee_of_zero(self, tmp_path: Path) -> None:
        done = taken(tmp_path, text_of([settled(技术服务费=""), settled(1, 技术服务费="0.00")]))

        assert [(each.row, each.field) for each in done.refused] == [(2, "技术服务费")]
        assert lines() == {str(int(ORDER) + 1000): ("settled", 380, 0)}

    def test_numbers_that_a_spreadsheet_rounded_and_wrote_out(self, tmp_path: Path) -> None:
        rounded = [row(n, 淘宝父订单编号=f"42941598874450{n}0000") for n in (1, 2)]

        assert [(number, field) for number, field, _reason in refused(tmp_path, *rounded)] == [
            (2, "淘宝父订单编号"), (3, "淘宝父订单编号"),
        ]  # fmt: skip

    @pytest.mark.parametrize("number", ["4294159887444060000", "4294159887444060000.00", "'4294159887444060000"])
    def test_a_single_number_that_a_spreadsheet_rounded_and_wrote_out(self, number: str, tmp_path: Path) -> None:
        ((_number, field, reason),) = refused(tmp_path, row(淘宝子订单编号=number))

        assert field == "淘宝子订单编号"
        assert "rounded this number" in reason
        assert not OrderLine.objects.exists()

    def test_one_of_many_numbers_may_end_in_zeros(self, tmp_path: Path) -> None:
        assert refused(tmp_path, row(), row(1, 淘宝子订单编号="4294159887444060000")) == []

    def test_two_rows_of_one_line_that_say_different_things(self, tmp_path: Path) -> None:
        ((number, field, reason),) = refused(tmp_path, row(), row(1), row(付款预估收入="1.90"))

        assert (number, field) == (4, "row")
        assert "row 2 is of the same line and says something else" in reason
        assert lines()[ORDER] == ("paid", 380, 38)

    def test_a_later_time_that_is_none_of_change_makes_no_later_row_of_a_line(self, tmp_path: Path) -> None:
        """Two sub-orders under one number settle at different times."""
        rows = settled(), settled(结算时间="2026-11-21 10:00:00", 结算预估收入="1.90")

        assert [number for number, _field, _reason in refused(tmp_path, *rows)] == [3]
        assert lines() == {ORDER: ("settled", 380, 38)}

    def test_the_same_row_twice_is_one(self, tmp_path: Path) -> None:
        assert refused(tmp_path, row(), row()) == []
        assert Report.objects.count() == 1

    def test_two_rows_of_one_line_with_times_of_change(self, tmp_path: Path) -> None:
        def changed(at: str, **more: str) -> dict[str, str]:
            return settled(更新时间=f"2026-11-20 {at}", **more)

        rows = changed("10:00:00"), changed("11:00:00", 结算预估收入="1.90"), changed("11:00:00", 结算预估收入="2.90")
        done = taken(tmp_path, text_of(rows, columns=(*ROW, "更新时间")))

        assert [each.row for each in done.refused] == [4]
        assert lines() == {ORDER: ("settled", 190, 38)}

    def test_one_line_under_two_orders(self, tmp_path: Path) -> None:
        rows = row(), row(1), row(1, 淘宝子订单编号=ORDER + "1", 付款预估收入="1.90")

        ((number, field, reason),) = refused(tmp_path, *rows)

        assert (number, field) == (4, "淘宝父订单编号")
        assert "row 2 has the same line under another order" in reason
        assert lines()[ORDER] == ("paid", 380, 38)

    def test_two_items_under_one_number_of_a_line(self, tmp_path: Path) -> None:
        ((number, _field, reason),) = refused(tmp_path, row(), row(商品ID="another-item-of-it"))

        assert number == 3
        assert "another row has the number of this line" in reason


class TestWholeFiles:
    """A file that cannot be relied on is refused, and changes nothing."""

    def refusal(self, folder: Path, body: str | bytes, name: str = "export.csv") -> str:
        with pytest.raises(Invalid) as raised:
            taken(folder, body, name=name)
        assert not OrderLine.objects.exists()
        return str(raised.value)

    def test_columns_that_are_missing_are_named(self, tmp_path: Path) -> None:
        columns = [name for name in ROW if name not in ("技术服务费", "订单状态")]

        said = self.refusal(tmp_path, text_of([row()], columns=columns, above="订单明细\r\n"))

        assert "row 2" in said
        assert "no column “订单状态” (tk_status), “技术服务费” (alimama_share_fee)" in said

    def test_another_file(self, tmp_path: Path) -> None:
        assert "names a column of the mapping" in self.refusal(tmp_path, "id,title\n1,x\n")

    def test_a_web_page_under_another_name(self, tmp_path: Path) -> None:
        assert "web page" in self.refusal(tmp_path, "<html><table></table></html>", "export.xls")

    def test_a_truncated_table(self, tmp_path: Path) -> None:
        assert "truncated" in self.refusal(tmp_path, text_of([row(), row(1)])[:-40])

    def test_a_truncated_table_whose_rows_end_with_a_delimiter(self, tmp_path: Path) -> None:
        header, *rows = text_of([row(), row(1)]).splitlines()
        text = "\r\n".join([header, *(each + "," for each in rows)])

        assert "truncated" in self.refusal(tmp_path, text[:-1])
        assert "truncated" in self.refusal(tmp_path, text[:-20])

    def test_a_truncated_table_between_tabs(self, tmp_path: Path) -> None:
        text = text_of([row(), row(1, 商品标题="TITLE")], delimiter="\t").replace("TITLE", '"不锈钢保温杯')

        assert "truncated" in self.refusal(tmp_path, text[:-40])

    def test_a_row_alone_with_a_delimiter_too_many_in_the_last_place(self, tmp_path: Path) -> None:
        shifted = text_of([row(), row(1, 商品标题="TITLE", 推广位ID="")]).replace("TITLE", "a,b")

        done = taken(tmp_path, shifted)

        assert [(each.row, each.field) for each in done.refused] == [(3, "row")]  # it has its end, so nothing was cut

    def test_neither_utf_8_nor_gbk(self, tmp_path: Path) -> None:
        assert "neither UTF-8 nor GBK" in self.refusal(tmp_path, text_of([row()]).encode() + b"\xff\xff\n")

    def test_utf_16_that_does_not_stay_it(self, tmp_path: Path) -> None:
        body = text_of([row()]).encode("utf-16") + b"\x00\xd8" * 8 + b"\n\x00"

        assert "does not stay it" in self.refusal(tmp_path, body)

    def test_a_zip_of_several_exports(self, tmp_path: Path) -> None:
        assert "2 files" in self.refusal(tmp_path, zipped({"1.csv": b"x", "2.csv": b"x"}))

    def test_a_zip_that_unpacks_without_end(self, tmp_path: Path) -> None:
        body = zipped({"1.csv": text_of([row()]).encode() + b"0\n" * (12 << 20)})

        assert "unpacks to more than 250 times" in self.refusal(tmp_path, body)

    def test_a_broken_zip(self, tmp_path: Path) -> None:
        body = zipped({"1.csv": text_of([row(number) for number in range(50)]).encode()})

        assert "zip file is broken" in self.refusal(tmp_path, body[:-40])
        assert "zip file is broken" in self.refusal(tmp_path, body.replace(body[60:80], b"0" * 20))

    def test_a_broken_gzip(self, tmp_path: Path) -> None:
        body = gzip.compress(text_of([row()]).encode())

        assert "gzip file ends early" in self.refusal(tmp_path, body[:3] + b"\xff" + body[4:20])
        assert "gzip file is broken" in self.refusal(tmp_path, body[:2] + b"\xff" + body[3:])

    def test_a_workbook_in_a_truncated_gzip(self, tmp_path: Path) -> None:
        body = gzip.compress(workbook([[*ROW], [*row().values()]]))

        assert "The gzip file ends early" in self.refusal(tmp_path, body[: len(body) // 2])

    def test_an_export_that_is_packed_twice(self, tmp_path: Path) -> None:
        body = text_of([row()]).encode()

        for packed in (gzip.compress(gzip.compress(body)), gzip.compress(zipped({"export.csv": body}))):
            assert "packed twice" in self.refusal(tmp_path, packed)

    def test_a_workbook_of_two_sheets(self, tmp_path: Path) -> None:
        assert "More than one sheet" in self.refusal(tmp_path, workbook([["a"]], [["b"]]))

    def test_a_workbook_that_names_the_last_cell_there_is(self, tmp_path: Path) -> None:
        body = zipped_with(
            workbook([[*ROW], [*row().values()]]),
            b"</sheetData>",
            b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
        )

        assert "cannot be read" in self.refusal(tmp_path, body)

    def test_a_workbook_that_is_none(self, tmp_path: Path) -> None:
        assert "cannot be read" in self.refusal(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600)

    def test_of_a_marketplace_that_reports_no_orders(self, tmp_path: Path, settings: Settings) -> None:
        settings.JOEY_MARKETPLACES = {"jd": {"gateway": "https://feeds.example.com/jd.jsonl"}}
        file, mapping = written(tmp_path, text_of([row()])), starting(tmp_path)

        with pytest.raises(Invalid, match="Orders of JD cannot be taken in"):
            import_orders(file, "jd", mapping=mapping, now=NOW)
        with pytest.raises(NotConnected):
            import_orders(file, "taobao", mapping=mapping, now=NOW)


class TestMappings:
    """What is wrong in a mapping is refused by its key."""

    @pytest.mark.parametrize(
        ("text", "field"),
        [
            ("columns = 1", "columns"),
            ('[texts]\na = "b"', "numbers"),
            ("[numbers]\na = []", "numbers.a"),
            ('[numbers]\na = "b"\n[texts]\na = "c"', "texts.a"),
            ('decimal = "x"\n[numbers]\na = "b"', "decimal"),
            ('reports = "all"\n[numbers]\na = "b"', "reports"),
            ('optional = ["c"]\n[numbers]\na = "b"', "c"),
            ('[numbers]\na = "b"\n[words]\na = 1', "words.a"),
            ('[numbers]\na = "b"\n[constants]\nc = 1', "constants.c"),
            ('[numbers]\na = "b"\n[constants]\na = "1"', "constants.a"),
        ],
    )
    def test_by_its_key(self, text: str, field: str, tmp_path: Path) -> None:
        with pytest.raises(Invalid) as raised:
            mapped(tmp_path, text)

        assert raised.value.field == field

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('adzone_id = ["推广位ID", "广告位ID"]\n', ""),
            ("optional = [", 'optional = ["adzone_id", '),
        ],
    )
    def test_that_cannot_tell_the_lines_of_an_order_apart(self, old: str, new: str, tmp_path: Path) -> None:
        mapping = starting(tmp_path, (old, new))

        with pytest.raises(Invalid, match="paid, a second time") as raised:
            taken(tmp_path, text_of([row()]), mapping)

        assert raised.value.field == "adzone_id"
        assert not Report.objects.exists()

    def test_the_ad_zone_may_be_a_constant_where_an_export_is_of_one(self, tmp_path: Path) -> None:
        given = (
            ('adzone_id = ["推广位ID", "广告位ID"]\n', ""),
            ("[amounts]", '[constants]\nadzone_id = "110000000001"\n[amounts]'),
        )

        taken(tmp_path, text_of([row()]), starting(tmp_path, *given))

        assert OrderLine.objects.get().external_part == "110000000001"

    def test_refund_cases_come_by_a_mapping_of_their_own(self, tmp_path: Path) -> None:
        taken(tmp_path, text_of([settled()]))
        mapping = mapped(
            tmp_path,
            """
            reports = "refunds"
            [numbers]
            tb_trade_parent_id = "淘宝父订单编号"
            tb_trade_id = "淘宝子订单编号"
            refund_suit_id = "维权编号"
            [texts]
            tk_order_role = "推广者身份"
            refund_status = "维权状态"
            [words.refund_status]
            "维权成功" = "2"
            [amounts]
            refund_fee = "维权退款金额"
            tk_commission_fee_refund = "应返还佣金"
            tk_commission_alimm_refund_fee = "应返还技术服务费"
            show_return_fee = "应返还合计"
            [times]
            tk_refund_time = "维权创建时间"
            tk_refund_suit_time = "维权完成时间"
            """,
        )
        case = {
            "维权编号": "8812", "淘宝父订单编号": ORDER, "淘宝子订单编号": ORDER + "1", "推广者身份": "二方",
            "维权状态": "维权成功", "维权退款金额": "69.00", "应返还佣金": "3.42", "应返还技术服务费": "0.38",
            "应返还合计": "3.80", "维权创建时间": "2026-11-21 10:00:00", "维权完成时间": "2026-11-22 10:00:00",
        }  # fmt: skip

        other = case | {"应返还佣金": "1.42", "应返还技术服务费": "0.16", "应返还合计": "1.58"}

        done = taken(tmp_path, text_of([case, case, other], columns=tuple(case)), mapping)

        assert (done.accepted, [each.row for each in done.refused]) == (2, [4])
        assert OrderLine.objects.get().returned_commission_minor == 342
        prove()


def _starting() -> ReportMapping:
    return read_report_mapping(starting_mapping("taobao"))


def _number_or_text(cell: str) -> str | float:
    """As a spreadsheet takes a cell that is no date and no long number."""
    return float(cell) if len(cell) < 10 and cell[:1].isdigit() else cell


def zipped_with(body: bytes, old: bytes, new: bytes) -> bytes:
    """A workbook with a part of its first sheet replaced."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["xl/sheet1.xml"] = files["xl/sheet1.xml"].replace(old, new)
    return zipped(files)
