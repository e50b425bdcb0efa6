"""Settled orders of which a later export says something else: they stay as they are, and no money of them leaves."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import release_hold
from joey.commissions.holds_in_force import held_lines
from joey.commissions.models import Commission, Hold
from joey.commissions.queries import orders_of
from joey.commissions.waits_for import waits_for
from joey.insight.explain_waiting import waiting_in_words
from joey.orders.intake.import_orders import ImportedOrders, import_orders
from joey.orders.models import OrderLine, Poll, Report
from joey.shops.models import Shop
from tests.cast import DAY, NOW, leased, meis_shop
from tests.orders.intake.exports import ACCOUNT, ORDER, ROW, row, settled, starting, text_of, written
from tests.orders.intake.test_import_orders import by_protocol
from tests.proof import prove
from tests.slow import but_every

pytestmark = pytest.mark.django_db

CLOSED = row(订单状态="已失效")
PAID_AGAIN = row()
# What an export names in another order, from days after the settlement.
LATER = settled(1, 结算时间="2026-11-22 10:00:00")


@pytest.fixture(autouse=True)
def shop(settings: Settings) -> Shop:
    settings.JOEY_MARKETPLACES = {"taobao": ACCOUNT["taobao"] | {"orders": "file"}}
    leased(meis_shop())
    return meis_shop()


def imported(
    folder: Path,
    *rows: dict[str, str],
    older: bool = False,
    columns: Sequence[str] = (),
    mapping: Sequence[tuple[str, str]] = (),
) -> ImportedOrders:
    file = written(folder, text_of(rows, columns=tuple(columns or ROW)))
    done = import_orders(file, "taobao", mapping=starting(folder, *mapping), older=older, now=NOW)
    earn_due(now=NOW)
    return done


def line() -> OrderLine:
    return OrderLine.objects.get(external_order=ORDER)


def is_payable(at: datetime = NOW + 60 * DAY) -> bool:
    confirm_due(now=at)
    return Commission.objects.get(order_line=line()).released_minor > 0


@pytest.mark.parametrize("newer", [CLOSED, PAID_AGAIN, settled(结算时间="2026-11-19 10:00:00", 结算预估收入="1.90")])
def test_what_a_later_export_says_otherwise_is_not_payable(newer: dict[str, str], tmp_path: Path) -> None:
    imported(tmp_path, settled())

    done = imported(tmp_path, newer)

    assert (done.accepted, done.changed, done.lines, done.differing) == (1, 1, 0, 1)
    assert (line().state, line().commission_minor) == ("settled", 380)
    assert [hold.hold_class for hold in held_lines()] == ["export_differs"]
    assert not is_payable()
    prove()


def test_what_was_available_already_is_held(tmp_path: Path) -> None:
    imported(tmp_path, settled())
    assert is_payable()

    imported(tmp_path, CLOSED)

    assert Commission.objects.get().held_minor == 273
    prove()


def test_the_shop_reads_why(shop: Shop, tmp_path: Path) -> None:
    imported(tmp_path, settled())
    imported(tmp_path, CLOSED)

    (order,) = orders_of(shop.pk, limit=2)

    assert "a newer export of the marketplace says something else about it" in waiting_in_words(
        order, waits_for(order, now=NOW), now=NOW
    )


def test_the_same_export_twice_and_rows_that_did_not_change_change_nothing(tmp_path: Path) -> None:
    imported(tmp_path, settled())
    assert imported(tmp_path, settled(), LATER).differing == 0
    imported(tmp_path, CLOSED, LATER)
    before = [*OrderLine.objects.order_by("id").values()], Poll.objects.count(), Report.objects.count()

    again = imported(tmp_path, CLOSED, LATER)

    assert (again.changed, again.lines, again.differing) == (0, 0, 0)
    assert before == ([*OrderLine.objects.order_by("id").values()], Poll.objects.count(), Report.objects.count())
    assert Hold.objects.count() == 1


def test_a_row_that_was_known_before_the_settlement_contradicts_in_an_export_made_after_it(tmp_path: Path) -> None:
    imported(tmp_path, row())
    imported(tmp_path, settled())

    done = imported(tmp_path, PAID_AGAIN, LATER)

    assert (done.changed, done.differing) == (2, 1)
    assert not is_payable()
    assert imported(tmp_path, PAID_AGAIN, LATER).changed == 0
    prove()


OTHER_MAPPINGS = {
    "without the title": ('item_title = ["商品标题", "商品名称", "商品信息"]\n', ""),
    "another number of the order": ('trade_parent_id = ["淘宝父订单编号",', 'trade_parent_id = ["淘宝子订单编号",'),
    "without when it was paid": ('tb_paid_time = ["淘宝付款时间", "付款时间"]', 'tb_paid_time = "没有"'),
    "without what was paid in the end": ('pay_price = "结算金额"', 'pay_price = "没有"'),
}


@pytest.mark.parametrize("older", [False, True], ids=["", "said to be older"])
@pytest.mark.parametrize("change", but_every(2, OTHER_MAPPINGS.values()), ids=OTHER_MAPPINGS)
def test_an_old_export_by_another_mapping_ends_no_hold(change: tuple[str, str], older: bool, tmp_path: Path) -> None:
    imported(tmp_path, settled(结算金额="46.00"))
    imported(tmp_path, CLOSED)
    assert imported(tmp_path, settled(结算金额="46.00")).changed == 0

    assert imported(tmp_path, settled(结算金额="46.00"), mapping=[change], older=older).changed == 1

    assert [hold.hold_class for hold in held_lines()] == ["export_differs"]
    assert not is_payable()
    prove()


def test_an_old_export_by_another_mapping_does_not_bring_back_what_was_corrected(tmp_path: Path) -> None:
    imported(tmp_path, settled())
    imported(tmp_path, settled(结算预估收入="1.90"))

    imported(tmp_path, settled(), mapping=[OTHER_MAPPINGS["without the title"]])

    assert [hold.hold_class for hold in held_lines()] == ["export_differs"]
    assert not is_payable()
    prove()


def test_the_seconds_that_a_spreadsheet_lost_are_no_later_report(tmp_path: Path) -> None:
    imported(tmp_path, settled(结算时间="2026-11-20 10:00"))
    imported(tmp_path, CLOSED)

    imported(tmp_path, settled(结算时间="2026-11-20 10:00:37"))

    assert [hold.hold_class for hold in held_lines()] == ["export_differs"]
    prove()


def test_what_the_buyer_paid_alone_contradicts_nothing(tmp_path: Path) -> None:
    imported(tmp_path, settled(结算金额="46.00"))

    done = imported(tmp_path, settled(), LATER, columns=[name for name in ROW if name != "结算金额"])

    assert (done.changed, done.differing) == (2, 0)
    assert is_payable()
    prove()


def test_an_old_export_again_contradicts_nothing(tmp_path: Path) -> None:
    older = row(), row(1), row(2, 淘客创建时间="2026-11-20 22:00:00")
    imported(tmp_path, *older)
    imported(tmp_path, settled(), settled(1))

    assert (imported(tmp_path, *older).changed, line().export_differs) == (0, False)
    assert is_payable()
    prove()


def test_an_older_export_that_comes_late_contradicts_nothing_where_the_operator_says_so(tmp_path: Path) -> None:
    imported(tmp_path, settled(), settled(1))

    done = imported(tmp_path, row(), row(1), row(2), older=True)

    assert (done.changed, done.differing) == (3, 0)
    assert is_payable()
    prove()


def test_the_operator_can_say_it_afterwards(tmp_path: Path) -> None:
    imported(tmp_path, settled(), settled(1))
    assert imported(tmp_path, row(), row(1), row(2)).differing == 2

    imported(tmp_path, row(), row(1), row(2), older=True)

    assert held_lines() == []
    assert imported(tmp_path, row(), row(1), row(2), older=True).changed == 0
    assert is_payable()
    prove()


def test_an_older_export_does_not_settle_in_silence_what_a_later_one_had_closed(tmp_path: Path) -> None:
    imported(tmp_path, CLOSED, LATER)

    imported(tmp_path, settled(), older=True)

    assert (line().state, line().export_differs) == ("settled", True)
    assert not is_payable()
    prove()


def test_rows_that_name_their_time_of_change_count_by_it(tmp_path: Path) -> None:
    columns = (*ROW, "更新时间")
    imported(tmp_path, settled())

    done = imported(tmp_path, row(更新时间="2026-11-13 18:00:30"), columns=columns)

    assert done.differing == 0
    assert is_payable()
    prove()


OF_ITS_TIME = (*ROW, "更新时间")
CHANGED = {"更新时间": "2026-11-20 10:00:20"}
MISREADINGS = {
    "another column of money": (
        [('pub_share_fee = ["结算预估收入", "预估收入"]', 'pub_share_fee = "付款金额"')], settled(**CHANGED),
    ),
    "another word for closed": ([('"已失效" = "13"', '"已失效" = "13"\n"已结算完" = "13"')],
                                settled(**CHANGED, 订单状态="已结算完")),
}  # fmt: skip


@pytest.mark.parametrize(("mapping", "misread"), MISREADINGS.values(), ids=MISREADINGS)
def test_what_a_wrong_mapping_read_in_a_known_row_is_put_right_by_the_right_one(
    mapping: list[tuple[str, str]], misread: dict[str, str], tmp_path: Path
) -> None:
    imported(tmp_path, settled(**CHANGED), columns=OF_ITS_TIME)
    right = (line().state, line().commission_minor)
    assert imported(tmp_path, misread, columns=OF_ITS_TIME, mapping=mapping).changed == 1
    assert (line().state, line().commission_minor) != right

    done = imported(tmp_path, settled(**CHANGED), columns=OF_ITS_TIME)

    assert (done.accepted, done.changed, done.lines) == (1, 1, 1)
    assert (line().state, line().commission_minor) == right
    assert imported(tmp_path, settled(**CHANGED), columns=OF_ITS_TIME).changed == 0, "it is that row already"
    prove()


def test_a_known_row_wins_neither_over_a_later_change_nor_over_an_answer_of_the_marketplace(tmp_path: Path) -> None:
    imported(tmp_path, row(更新时间="2026-11-20 10:00:20"), columns=OF_ITS_TIME)
    by_protocol(tk_status=13, modified_time="2026-11-20 10:00:20")

    assert imported(tmp_path, row(更新时间="2026-11-20 10:00:20"), columns=OF_ITS_TIME).changed == 0
    assert line().state == "closed"

    imported(tmp_path, row(1, 更新时间="2026-11-20 10:00:20"), columns=OF_ITS_TIME)
    imported(tmp_path, row(1, 更新时间="2026-11-20 10:00:21", 订单状态="已失效"), columns=OF_ITS_TIME)
    assert imported(tmp_path, row(1, 更新时间="2026-11-20 10:00:20"), columns=OF_ITS_TIME).changed == 0
    prove()


@pytest.mark.parametrize(
    "agrees",
    [settled(结算时间="2026-11-23 10:00:00"), settled(技术服务费="0.36")],
    ids=["settled later", "another fee"],
)
def test_a_later_row_ends_the_hold(agrees: dict[str, str], tmp_path: Path) -> None:
    imported(tmp_path, settled())
    imported(tmp_path, CLOSED)

    imported(tmp_path, agrees)

    assert (line().export_differs, held_lines()) == (False, [])
    assert is_payable()
    prove()


def test_the_answer_of_the_marketplace_ends_the_hold_though_it_says_nothing_new(tmp_path: Path) -> None:
    fields = {"tk_status": 3, "tk_earning_time": "2026-11-20 10:00:00", "pub_share_fee": "3.80"}
    by_protocol(**fields, modified_time="2026-11-20 10:00:20")
    assert imported(tmp_path, CLOSED, LATER).differing == 1

    by_protocol(**fields, modified_time="2026-11-20 10:00:20")
    earn_due(now=NOW)

    assert (line().export_differs, held_lines()) == (False, [])
    prove()


def test_an_export_from_before_contradicts_nothing_that_the_marketplace_answered(tmp_path: Path) -> None:
    by_protocol(
        tk_status=3, tk_earning_time="2026-11-20 10:00:00", pub_share_fee="3.80", modified_time="2026-11-20 10:00:20"
    )

    assert imported(tmp_path, row(), settled(1)).differing == 0
    prove()


def test_what_an_operator_released_stays_released_until_an_export_says_something_new(tmp_path: Path) -> None:
    imported(tmp_path, settled())
    imported(tmp_path, CLOSED)
    release_hold(Hold.objects.get(), reason="Taobao says it is settled", now=NOW)

    imported(tmp_path, CLOSED, LATER)

    assert held_lines() == []
    imported(tmp_path, row(付款预估收入="2.00"))
    assert [hold.hold_class for hold in held_lines()] == ["export_differs"]
    prove()
