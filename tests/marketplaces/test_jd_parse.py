"""What is made of a row of JD's order report: each code, each amount, each time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from joey.marketplaces.jd.connector import UnionConnector
from joey.marketplaces.jd.manifest import CLOSED_BECAUSE, MANIFEST
from joey.marketplaces.jd.parse import SETTLED, STATES, marked_if_settled, order_report
from joey.marketplaces.port import ByPosition, BySubId, OrderReport, ReportedRow, UnreadableField, UnreadableReport
from joey.marketplaces.read_reports import read_row
from tests.marketplaces.test_taobao_real_rows import orders as real_orders

NOW = datetime(2026, 11, 30, 4, tzinfo=UTC)
CONNECTOR = UnionConnector({"credentials": {"app_key": "1", "app_secret": "s", "site_id": "4100464321"}})
ROW: dict[str, Any] = {
    "id": "211234567890", "orderId": 280000000001, "parentId": 0, "orderTime": "2026-11-22 09:10:00", "finishTime": "",
    "modifyTime": "2026-11-22 09:10:31", "orderEmt": 2, "plus": 0, "unionId": 1000000001, "skuId": 100012043978,
    "itemId": "QpJ3d0Qk_3YF8kM6GqzU", "skuName": "316 flask", "skuNum": 1, "skuReturnNum": 0, "skuFrozenNum": 0,
    "price": "99.0", "commissionRate": "10.0", "subSideRate": "90.0", "subsidyRate": "10.0", "finalRate": "100.0",
    "estimateCosPrice": "79.0", "estimateFee": "7.9", "actualCosPrice": "0.0", "actualFee": "0.0", "validCode": 16,
    "positionId": 3000000042, "siteId": 4100464321, "pid": "", "subUnionId": "shop42", "ext1": "c1", "payMonth": "0",
    "balanceExt": "", "proPriceAmount": 0, "goodsInfo": {"owner": "g", "shopName": "JD self"},
}  # fmt: skip
COMPLETED = ROW | {
    "validCode": 17, "finishTime": "2026-11-25 10:00:00", "modifyTime": "2026-11-25 10:00:05", "actualCosPrice": "70.5",
    "actualFee": "7.05", "payMonth": 20261220,
}  # fmt: skip


def read(**changes: Any) -> OrderReport:
    return order_report(ROW | changes)


def test_a_paid_row_is_estimated_by_the_time_of_its_order() -> None:
    seen = read()

    assert (seen.external_order, seen.external_line, seen.external_part) == ("280000000001", "211234567890", "")
    assert (seen.state, seen.held, seen.reason, seen.currency) == ("paid", "", "", "CNY")
    assert (seen.paid_minor, seen.commission_minor, seen.service_fee_minor, seen.rate_ppm) == (7900, 790, 0, 100_000)
    assert seen.evidence == (ByPosition("3000000042", "ordered"),)
    assert seen.clicked_at is None
    assert seen.placed_at == seen.paid_at == datetime(2026, 11, 22, 1, 10, tzinfo=UTC)
    assert seen.reported_at == datetime(2026, 11, 22, 1, 10, 31, tzinfo=UTC)
    assert (seen.external_item, seen.title, seen.quantity, seen.settled_at) == ("100012043978", "316 flask", 1, None)


def test_every_code_of_the_dossier_has_a_state_and_every_void_one_a_reason_in_both_languages() -> None:
    states = {code: order_report(COMPLETED | {"validCode": int(code)}).state for code in STATES}

    assert states == {
        "15": "placed", "24": "placed", "16": "paid", "17": "received", "18": "settled",
        **{str(code): "closed" for code in (*range(2, 10), 11, 13, 14, *range(19, 24), *range(25, 32), *range(33, 37))},
    }  # fmt: skip
    for code in CLOSED_BECAUSE:
        seen = read(validCode=code)
        assert (seen.reason, seen.commission_minor) == (code, 0)
        assert MANIFEST.closed_because[code].en.strip()
        assert MANIFEST.closed_because[code].zh.strip()


@pytest.mark.parametrize("code", [-1, 10, 12, 32, 37, "toString"])
def test_a_code_that_is_not_known_holds_the_line(code: object) -> None:
    seen = read(validCode=code)

    assert (seen.state, seen.held) == ("unknown", "unknown_code")


def test_once_it_is_completed_what_counts_is_the_actual_fee_less_nothing() -> None:
    seen = order_report(COMPLETED | {"proPriceAmount": "3.50"})

    assert (seen.state, seen.paid_minor, seen.commission_minor, seen.protected_minor) == ("received", 7050, 705, 350)


@pytest.mark.parametrize("day", [20261220, "20261220"])
def test_it_settles_when_it_is_read_on_its_day_and_not_before(day: object) -> None:
    row, settles_at = COMPLETED | {"payMonth": day}, datetime(2026, 12, 19, 16, tzinfo=UTC)

    before, then = (marked_if_settled(row, settles_at + late) for late in (-timedelta(seconds=1), timedelta(0)))

    assert SETTLED not in before
    assert order_report(before).state == "received"
    seen = order_report(then)
    assert (seen.state, seen.settled_at, seen.reported_at) == ("settled", settles_at, settles_at)
    assert order_report({**seen.payload}) == seen  # what is kept says the same whenever it is read


def test_what_changes_after_its_day_is_later_than_its_settlement() -> None:
    row = COMPLETED | {
        "payMonth": "20261120", "modifyTime": "2026-11-28 12:00:00", "actualFee": "5.05", "actualCosPrice": "50.5",
        "skuReturnNum": 1, "balanceExt": "{20261120:7.05,20261220:-2.00}",
    }  # fmt: skip

    seen = order_report(marked_if_settled(row, NOW))

    assert (seen.state, seen.commission_minor, seen.paid_minor, seen.quantity) == ("settled", 505, 5050, 0)
    assert seen.reported_at == datetime(2026, 11, 28, 4, tzinfo=UTC)
    assert seen.settled_at == datetime(2026, 11, 19, 16, tzinfo=UTC)


@pytest.mark.parametrize("never", [0, "0", "", None])
def test_a_row_without_a_day_of_settlement_is_never_settled(never: object) -> None:
    row = COMPLETED | {"payMonth": never}

    assert marked_if_settled(row, NOW) == row
    assert order_report(row).state == "received"


def test_pieces_in_an_after_sale_case_hold_the_line_unless_it_is_closed() -> None:
    assert read(skuFrozenNum=1).held == "frozen"
    assert read(skuFrozenNum=1, validCode=3).held == ""


def test_a_position_of_zero_is_none_and_a_sub_id_counts_where_it_is_read_back() -> None:
    assert read(positionId=0).evidence == ()
    assert order_report(ROW, with_sub_id=True).evidence == (ByPosition("3000000042", "ordered"), BySubId("shop42"))
    assert order_report(ROW | {"positionId": 0, "subUnionId": ""}, with_sub_id=True).evidence == ()


def test_the_rate_is_the_items_and_the_unions_part_of_it() -> None:
    assert read(commissionRate="30.0000", finalRate="90.0").rate_ppm == 270_000
    assert read(finalRate=None).rate_ppm is None
    assert read(finalRate="150").rate_ppm is None


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"id": ""}, "id is missing"),
        ({"orderId": None}, "orderId is missing"),
        ({"validCode": ""}, "validCode is missing"),
        ({"estimateFee": None}, "estimateFee is missing"),
        ({"estimateFee": "-1"}, "estimateFee is below zero"),
        ({"estimateFee": "7.905"}, "estimateFee is not an amount with 2 places"),
        ({"skuNum": "-1"}, "skuNum is below zero"),
        ({"skuReturnNum": 2}, "skuReturnNum is no number of the pieces that were bought"),
        ({"skuReturnNum": -1}, "skuReturnNum is no number of the pieces that were bought"),
        ({"skuFrozenNum": "x"}, "skuFrozenNum is not a whole number"),
        ({"orderTime": "yesterday"}, "orderTime is not a time"),
        ({"modifyTime": "", "orderTime": ""}, "modifyTime is missing, and so is every other time"),
        ({"payMonth": "2026-12"}, "payMonth is not a day"),
        ({"payMonth": "20261340"}, "payMonth is not a day"),
        ({"validCode": 18}, "payMonth is missing"),
        ({"validCode": 17, "actualFee": None}, "actualFee is missing"),
    ],
)
def test_what_cannot_be_read_names_its_field(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(UnreadableField) as refused:
        read(**changes)
    assert str(refused.value) == problem

    kept = read_row(CONNECTOR, ReportedRow("order", ROW | changes, NOW))

    assert isinstance(kept, UnreadableReport)
    assert kept.problem == problem
    assert kept.external_order in ("280000000001", "")
    assert kept.external_line == ("" if changes.get("id") == "" else "211234567890")


def test_the_order_of_2019_is_of_a_report_that_was_withdrawn_so_it_is_kept_and_names_its_order() -> None:
    old = real_orders()[2]

    kept = read_row(CONNECTOR, ReportedRow("order", old, NOW))

    assert isinstance(kept, UnreadableReport)
    assert (kept.external_order, kept.external_line) == ("10000000853", "")
    assert kept.payload == old
    (item,) = old["skuList"]
    assert order_report(ROW | {name: str(value) for name, value in item.items() if name.startswith("estimate")}
                        ).commission_minor == 86  # fmt: skip
