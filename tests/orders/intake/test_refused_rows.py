"""Rows of an export that are refused and name an order that is known: its money waits, as for an unreadable report."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from pytest_django import Settings

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds_in_force import held_lines
from joey.commissions.models import Commission
from joey.kit.refusals import NotFound
from joey.orders.dismiss_unread import dismiss_poll, dismiss_unreadable
from joey.orders.intake.import_orders import ImportedOrders, import_orders
from joey.orders.intake.report_mapping import ReportMapping
from joey.orders.models import OrderLine, Poll, Report, UnreadReport
from joey.orders.retry_unread import retry_all_unread
from joey.shops.models import Shop
from tests.cast import DAY, NOW, ada, leased, meis_shop
from tests.orders.intake.exports import ACCOUNT, ORDER, ROW, mapped, row, settled, starting, text_of, written
from tests.orders.intake.test_exports_that_differ import OTHER_MAPPINGS
from tests.orders.intake.test_import_orders import by_protocol
from tests.proof import prove
from tests.slow import but_every

pytestmark = pytest.mark.django_db

NUMBERS = ("淘宝父订单编号", "淘宝子订单编号", "推广位ID")
CLOSED = row(订单状态="已失效")
FROZEN = settled(订单状态="违规冻结")  # a word that the mapping does not know
CASE = {
    "父订单": ORDER, "子订单": ORDER + "1", "维权编号": "8860", "角色": "二方", "状态": "2", "退款金额": "69.00",
    "应返佣金": "3.42", "应返技术费": "0.38", "应返合计": "3.80", "维权时间": "2026-11-21 10:00:00",
    "完成时间": "2026-11-22 10:00:00",
}  # fmt: skip
REFUNDS = """
    reports = "refunds"
    [numbers]
    tb_trade_parent_id = "父订单"
    tb_trade_id = "子订单"
    refund_suit_id = "维权编号"
    [texts]
    tk_order_role = "角色"
    refund_status = "状态"
    [amounts]
    refund_fee = "退款金额"
    tk_commission_fee_refund = "应返佣金"
    tk_commission_alimm_refund_fee = "应返技术费"
    show_return_fee = "应返合计"
    [times]
    tk_refund_time = "维权时间"
    tk_refund_suit_time = "完成时间"
"""


@pytest.fixture(autouse=True)
def _shop(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": ACCOUNT["taobao"] | {"orders": "file"}}
    leased(meis_shop())


def imported(folder: Path, *rows: Mapping[str, str], mapping: ReportMapping | None = None) -> ImportedOrders:
    columns: Sequence[str] = tuple(rows[0])
    file = written(folder, text_of(rows, columns=columns))
    done = import_orders(file, "taobao", mapping=mapping or starting(folder), now=NOW)
    earn_due(now=NOW)
    return done


def holds() -> list[str]:
    return [hold.hold_class for hold in held_lines()]


def is_payable() -> bool:
    confirm_due(now=NOW + 60 * DAY)
    return Commission.objects.get().released_minor > 0


@pytest.mark.parametrize("rows", but_every(2, [(settled(), CLOSED), (settled(), settled(结算预估收入="1.90"))]))
@pytest.mark.parametrize("known", [False, True], ids=["first", "known"])
def test_neither_of_two_rows_that_contradict_each_other_pays(
    rows: tuple[dict[str, str], ...], known: bool, tmp_path: Path
) -> None:
    if known:
        imported(tmp_path, settled())

    done = imported(tmp_path, *rows)

    assert ([each.row for each in done.refused], done.holding) == ([3], 1)
    assert holds() == ["unreadable"]
    assert not is_payable()
    prove()


def test_a_closed_row_before_a_settled_one_does_not_let_a_settled_line_pay(tmp_path: Path) -> None:
    imported(tmp_path, settled())

    imported(tmp_path, CLOSED, settled(付款金额="70.00"))

    assert sorted(holds()) == ["export_differs", "unreadable"]
    assert not is_payable()
    prove()


@pytest.mark.parametrize(
    "refused",
    but_every(
        2,
        [
            FROZEN,
            row(订单状态="已失效", 推广位ID="--"),
            row(订单状态="已失效", 淘客创建时间="13/11/12"),
            settled(技术服务费="--"),
        ],
    ),
    ids=["an unknown word", "without its ad zone", "without a time that can be read", "without its fee"],
)
def test_a_refused_row_holds_the_settled_order_that_it_names(refused: dict[str, str], tmp_path: Path) -> None:
    imported(tmp_path, settled(), settled(1))

    done = imported(tmp_path, refused, settled(1))

    assert (len(done.refused), done.holding, OrderLine.objects.get(external_order=ORDER).state) == (1, 1, "settled")
    assert holds() == ["unreadable"]
    confirm_due(now=NOW + 60 * DAY)
    assert sorted(each.released_minor for each in Commission.objects.all()) == [0, 273]
    prove()


def test_what_a_wrong_mapping_refused_is_given_up_together_and_its_orders_can_be_paid(tmp_path: Path) -> None:
    imported(tmp_path, settled(), settled(1))
    done = imported(tmp_path, settled(技术服务费="--"), settled(1, 技术服务费="--"))
    assert (done.holding, holds()) == (2, ["unreadable", "unreadable"])
    other = imported(tmp_path, FROZEN)
    assert done.holding_poll is not None
    assert other.holding_poll not in (None, done.holding_poll)

    given_up = dismiss_poll(done.holding_poll, by=ada(), reason="The mapping was wrong.", now=NOW)

    assert (given_up.dismissed, dict(given_up.kept)) == (2, {})
    assert set(UnreadReport.objects.values_list("poll", flat=True)) == {other.holding_poll}, "of another file"
    earn_due(now=NOW)
    confirm_due(now=NOW + 60 * DAY)
    assert sorted(each.released_minor for each in Commission.objects.all()) == [0, 273]
    with pytest.raises(NotFound, match="given up by now"):
        dismiss_poll(done.holding_poll, by=ada(), reason="Again.", now=NOW)
    prove()


def test_of_a_poll_the_rows_about_the_own_shop_stay_and_each_reason_is_counted(tmp_path: Path) -> None:
    imported(tmp_path, settled(), settled(1))
    done = imported(tmp_path, settled(订单状态="?"), settled(1, 订单状态="?"))
    Shop.objects.filter(pk=meis_shop().pk).update(owner=ada())
    assert done.holding_poll is not None

    given_up = dismiss_poll(done.holding_poll, by=ada(), reason="The mapping was wrong.", now=NOW)

    assert (given_up.dismissed, list(given_up.kept.values())) == (0, [2])
    assert "your own shop" in next(iter(given_up.kept))
    assert UnreadReport.objects.count() == 2


def test_what_a_wrong_mapping_read_in_a_known_refund_case_is_put_right_by_the_right_one(tmp_path: Path) -> None:
    imported(tmp_path, settled())
    right = REFUNDS + '    modified_time = "更新时间"\n'
    wrong = right.replace('refund_status = "状态"', 'refund_status = "处理"')
    case = CASE | {"处理": "4", "更新时间": "2026-11-22 10:00:05"}

    def given_back(mapping: str) -> int:
        imported(tmp_path, case, mapping=mapped(tmp_path, mapping))
        prove()
        return OrderLine.objects.get().returned_commission_minor

    assert [given_back(each) for each in (right, wrong, right)] == [342, 0, 342]


def test_a_row_with_a_cell_too_many_holds_the_order_that_it_names_before_it(tmp_path: Path) -> None:
    """A title with a delimiter in it, without quotes: the cells behind it are in other columns."""
    columns = (*NUMBERS, *(name for name in ROW if name not in NUMBERS))
    imported(tmp_path, settled(), settled(1))
    body = text_of([CLOSED | {"商品标题": "Flask"}, settled(1)], columns=columns).replace("Flask", "Flask, green")

    done = import_orders(written(tmp_path, body), "taobao", mapping=starting(tmp_path), now=NOW)
    earn_due(now=NOW)

    assert [(each.row, each.field) for each in done.refused] == [(2, "row")]
    assert (done.accepted, done.holding, holds()) == (1, 1, ["unreadable"])
    confirm_due(now=NOW + 60 * DAY)
    assert sorted(each.released_minor for each in Commission.objects.all()) == [0, 273]
    (kept,) = Report.objects.exclude(problem="").values_list("payload", flat=True)
    assert "green" not in kept, "only what names the line"
    prove()


def test_a_row_that_is_refused_for_its_time_of_change_names_the_column(tmp_path: Path) -> None:
    rows = [settled(更新时间="2027-11-20 10:00:00")]
    file = written(tmp_path, text_of(rows, columns=(*ROW, "更新时间")))

    (refused,) = import_orders(file, "taobao", mapping=starting(tmp_path), now=NOW).refused

    assert (refused.field, refused.reason) == ("更新时间", "“更新时间” cannot be true")


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    imported(tmp_path, settled())
    imported(tmp_path, FROZEN)
    before = [*OrderLine.objects.values()], Poll.objects.count(), Report.objects.count()

    assert imported(tmp_path, FROZEN).holding == 0
    assert before == ([*OrderLine.objects.values()], Poll.objects.count(), Report.objects.count())


def test_of_a_refused_row_only_what_names_its_line_is_kept_and_trying_again_keeps_the_reason(tmp_path: Path) -> None:
    imported(tmp_path, settled())
    imported(tmp_path, FROZEN)

    assert retry_all_unread(now=NOW).read == 0

    (unread,) = UnreadReport.objects.all()
    assert "does not say what “违规冻结” means" in unread.problem
    payload = json.loads(Report.objects.get(pk=unread.report_id).payload)
    assert set(payload) == {"trade_parent_id", "trade_id", "tk_order_role", "adzone_id", "refused_row_sha256"}
    prove()


def test_a_refused_row_of_an_unknown_order_is_kept_nowhere(tmp_path: Path) -> None:
    done = imported(tmp_path, FROZEN)

    assert (len(done.refused), done.holding) == (1, 0)
    assert not Report.objects.exists()
    assert not Poll.objects.exists()


def test_an_operator_ends_the_hold_and_the_file_imported_again_brings_it_back_no_more(tmp_path: Path) -> None:
    imported(tmp_path, settled())
    imported(tmp_path, FROZEN)

    dismiss_unreadable(UnreadReport.objects.get().pk, by=ada(), reason="Taobao says it is settled", now=NOW)
    earn_due(now=NOW)

    assert imported(tmp_path, FROZEN).holding == 0
    assert holds() == []
    assert is_payable()


def test_the_row_read_by_a_corrected_mapping_ends_the_hold(tmp_path: Path) -> None:
    imported(tmp_path, settled())
    imported(tmp_path, FROZEN)

    corrected = starting(tmp_path, ('"已失效" = "13"', '"已失效" = "13"\n"违规冻结" = "13"'))
    imported(tmp_path, FROZEN, mapping=corrected)

    assert OrderLine.objects.get().state == "closed"
    assert holds() == []
    assert imported(tmp_path, FROZEN).holding == 0, "it was read since"
    prove()


@pytest.mark.parametrize(
    "change", but_every(2, [("", ""), *OTHER_MAPPINGS.values()]), ids=["the same", *OTHER_MAPPINGS]
)
def test_the_old_rows_again_do_not_end_the_hold(change: tuple[str, str], tmp_path: Path) -> None:
    imported(tmp_path, settled())
    imported(tmp_path, FROZEN)

    imported(tmp_path, settled(), mapping=starting(tmp_path, change))

    assert holds() == ["unreadable"]
    assert not is_payable()


def test_a_later_report_by_protocol_ends_the_hold(tmp_path: Path) -> None:
    imported(tmp_path, settled())
    imported(tmp_path, FROZEN)

    by_protocol(
        tk_status=3, tk_earning_time="2026-11-20 10:00:00", pub_share_fee="3.80", modified_time="2026-11-20 10:00:20"
    )
    earn_due(now=NOW)

    assert holds() == []
    assert is_payable()
    prove()


def test_a_refund_whose_parts_do_not_add_up_holds_its_order_until_it_is_read(tmp_path: Path) -> None:
    imported(tmp_path, settled())
    of_refunds = mapped(tmp_path, REFUNDS)

    done = imported(tmp_path, CASE | {"应返合计": "3.42"}, mapping=of_refunds)

    assert (len(done.refused), done.holding, holds()) == (1, 1, ["unreadable"])
    prove()
    imported(tmp_path, CASE, mapping=of_refunds)
    assert holds() == []
    assert OrderLine.objects.get().returned_commission_minor == 342
    prove()


@pytest.mark.parametrize("trade", [ORDER + "1/3", ORDER + "1/2"])
def test_a_number_with_a_slash_is_not_that_of_a_trade(trade: str, tmp_path: Path) -> None:
    (refused,) = imported(tmp_path, settled(淘宝子订单编号=trade)).refused
    by_protocol(trade_id=trade)

    assert (refused.row, refused.field) == (2, "淘宝子订单编号")
    assert "is not the number of a trade" in refused.reason
    assert [each.problem for each in UnreadReport.objects.all()] == [
        "trade_id is not the number of a trade: it has a “/”"
    ]
    assert not OrderLine.objects.exists()
    assert not Commission.objects.exists()


@pytest.mark.parametrize(
    ("column", "cell", "protocol", "problem"),
    [
        ("付款金额", "-69.00", {"alipay_total_price": "-69.00"}, "alipay_total_price is below zero"),
        ("结算金额", "-69.00", {"pay_price": "-69.00"}, "pay_price is below zero"),
        ("商品数量", "-1", {"item_num": "-1"}, "item_num is below zero"),
        (
            "结算时间",
            "2026-11-11 10:00:00",
            {"tk_earning_time": "2026-11-11 10:00:00"},
            "tk_earning_time is more than a day before tk_create_time",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_file_and_unreadable_by_protocol(
    column: str, cell: str, protocol: dict[str, str], problem: str, tmp_path: Path
) -> None:
    (refused,) = imported(tmp_path, settled(**{column: cell})).refused
    fields = {"tk_status": 3, "tk_earning_time": "2026-11-20 10:00:00", "pub_share_fee": "3.80", "pay_price": "69.00"}
    by_protocol(**{**fields, **protocol})

    assert refused.field == column
    assert [each.problem for each in UnreadReport.objects.all()] == [problem]
    assert not OrderLine.objects.exists()


@pytest.mark.parametrize("said", [{"商品数量": "0"}, {"付款金额": "1.00", "结算金额": "1.00", "结算预估收入": "9.99"}])
def test_what_a_marketplace_may_say_is_taken_as_it_says_it(said: dict[str, str], tmp_path: Path) -> None:
    """A gift counts none, and a reward for a new customer can be more than was paid."""
    assert imported(tmp_path, settled(**said)).refused == []
