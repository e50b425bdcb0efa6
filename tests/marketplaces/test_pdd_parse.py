"""What is made of a row of Pinduoduo's order report: each state, each amount, each time, and the custom parameters."""

from datetime import UTC, datetime
from typing import Any

import pytest

from joey.marketplaces.pinduoduo.connector import JinbaoConnector
from joey.marketplaces.pinduoduo.custom_parameters import MOST_BYTES, custom_parameters, sub_id_in
from joey.marketplaces.pinduoduo.manifest import MANIFEST, SUB_IDS
from joey.marketplaces.pinduoduo.parse import after_sale, order_report
from joey.marketplaces.port import ByPosition, BySubId, OrderReport, ReportedRow, UnreadableField, UnreadableReport
from joey.marketplaces.read_reports import read_row

NOW = datetime(2026, 11, 30, 4, tzinfo=UTC)
CONNECTOR = JinbaoConnector({"credentials": {"client_id": "1", "client_secret": "s"}})
PID = "1000001_200000001"
ORDER = "261122-012345678901234"
# The dossier's row, of a paid order whose group is complete.
ROW: dict[str, Any] = {
    "order_sn": ORDER, "order_id": "x", "order_status": 1, "order_status_desc": "已成团", "goods_id": 1234567890,
    "goods_sign": "c9r2omogKFFAc7WBwvbZU1ikIb16_J3CTa8HNN", "goods_name": "316 flask", "goods_quantity": 1,
    "goods_price": 6900, "order_amount": 5900, "promotion_rate": 100, "promotion_amount": 590,
    "order_create_time": 1795309000, "order_pay_time": 1795309010, "order_group_success_time": 1795309200,
    "order_receive_time": None, "order_verify_time": None, "order_settle_time": None, "order_modify_at": 1795309210,
    "type": 4, "group_id": 900100000000000001, "p_id": PID, "custom_parameters": '{"uid":"200000001","sid":"7"}',
    "fail_reason": "", "price_compare_status": 0, "duo_id_service_fee": 59, "bandan_risk_consult": 0,
}  # fmt: skip
SETTLED = ROW | {"order_status": 5, "order_settle_time": 1797000000, "order_modify_at": 1797000001}


def read(**changes: Any) -> OrderReport:
    return order_report(ROW | changes)


def test_a_paid_row_is_estimated_with_the_fee_apart_by_the_time_of_its_order() -> None:
    seen = read()

    assert (seen.external_order, seen.external_line, seen.external_part) == (ORDER, ORDER, "")
    assert (seen.state, seen.held, seen.reason, seen.currency) == ("paid", "", "", "CNY")
    assert (seen.paid_minor, seen.commission_minor, seen.service_fee_minor, seen.rate_ppm) == (5900, 590, 59, 100_000)
    assert seen.evidence == (ByPosition(PID, "ordered"),)
    assert seen.clicked_at is None
    assert seen.placed_at == datetime.fromtimestamp(1795309000, UTC)
    assert seen.paid_at == datetime.fromtimestamp(1795309010, UTC)
    assert seen.reported_at == datetime.fromtimestamp(1795309210, UTC)
    assert (seen.external_item, seen.quantity, seen.settled_at) == (ROW["goods_sign"], 1, None)


@pytest.mark.parametrize(
    ("status", "state"),
    [(-1, "placed"), (0, "paid"), (1, "paid"), (2, "received"), (3, "received"), (5, "settled"), (4, "closed"),
     (8, "closed"), (10, "closed")],
)  # fmt: skip
def test_every_state_of_the_dossier_is_known(status: int, state: str) -> None:
    assert order_report(SETTLED | {"order_status": status}).state == state


@pytest.mark.parametrize("status", [6, 7, 9, 11, 99, "settled"])
def test_a_state_that_is_not_known_holds_the_line(status: object) -> None:
    seen = read(order_status=status)

    assert (seen.state, seen.held) == ("unknown", "unknown_code")


def test_what_is_closed_earns_nothing_and_says_why_in_their_words_or_ours() -> None:
    said, punished = (read(order_status=status, fail_reason="订单发生售后") for status in (4, 10))

    assert (said.commission_minor, said.service_fee_minor, said.reason) == (0, 0, "订单发生售后")
    assert MANIFEST.closed_because[punished.reason].en == "violation: the promotion was punished"
    assert punished.reason in MANIFEST.violations, "so it opens a dispute"


def test_a_price_comparison_says_so_while_it_is_open() -> None:
    seen = read(price_compare_status=1, promotion_rate=10, promotion_amount=59, duo_id_service_fee=5)

    assert (seen.state, seen.commission_minor, seen.service_fee_minor) == ("paid", 59, 5)
    assert "price comparison" in MANIFEST.earns_less_because[seen.reason].en
    assert "比价订单" in MANIFEST.earns_less_because[seen.reason].zh
    assert read(price_compare_status=1, order_status=4).reason == "4"


def test_a_risk_holds_an_open_line() -> None:
    assert read(bandan_risk_consult=1).held == "risk"
    assert read(bandan_risk_consult=-1).held == ""
    assert read(bandan_risk_consult=1, order_status=4).held == ""


def test_a_settled_row_settles_at_its_time_and_a_look_up_names_the_position_otherwise() -> None:
    looked_up = {name: value for name, value in SETTLED.items() if name != "p_id"} | {"pid": PID}

    assert order_report(SETTLED).settled_at == datetime.fromtimestamp(1797000000, UTC)
    assert order_report(looked_up).evidence == (ByPosition(PID, "ordered"),)


def test_an_after_sale_that_runs_freezes_the_order_until_it_is_over() -> None:
    frozen = {status: after_sale({"order_sn": ORDER, "return_status": status}).frozen for status in (0, 1, 2)}

    assert frozen == {0: False, 1: True, 2: False}
    assert after_sale({"order_sn": ORDER, "return_status": 1}).trade == read().external_line
    kept = read_row(CONNECTOR, ReportedRow("hold", {"order_sn": ORDER, "return_status": 3}, NOW))
    assert isinstance(kept, UnreadableReport)
    assert (kept.kind, kept.external_line, kept.problem) == ("hold", ORDER, "return_status is a code that is not known")


def test_custom_parameters_stay_within_their_bytes_and_only_ours_are_a_sub_id() -> None:
    longest = SUB_IDS.alphabet[0] * SUB_IDS.max_length

    assert len(custom_parameters(PID, longest).encode()) <= MOST_BYTES
    assert len(custom_parameters("1000001_" + "9" * 15, longest).encode()) <= MOST_BYTES
    assert sub_id_in(custom_parameters(PID, "abc"), PID) == "abc"
    for written in ("", "free text", "[1]", '{"uid":"shop42","sid":"abc"}', '{"uid":"200000001","sid":7}',
                    '{"uid":"200000001"}'):  # fmt: skip
        assert sub_id_in(written, PID) == ""
    assert order_report(ROW, with_sub_id=True).evidence == (ByPosition(PID, "ordered"), BySubId("7"))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"order_sn": ""}, "order_sn is missing"),
        ({"order_status": None}, "order_status is missing"),
        ({"promotion_amount": None}, "promotion_amount is missing"),
        ({"promotion_amount": -1}, "promotion_amount is below zero"),
        ({"promotion_amount": "5.90"}, "promotion_amount is not a whole number"),
        ({"duo_id_service_fee": 591}, "duo_id_service_fee is more than promotion_amount"),
        ({"goods_quantity": -1}, "goods_quantity is below zero"),
        ({"order_amount": "many"}, "order_amount is not a whole number"),
        ({"order_create_time": "2026-11-22 09:00:00"}, "order_create_time is not a whole number"),
        ({"order_create_time": 1795309000123}, "order_create_time is not a time in seconds"),
        ({"order_modify_at": None, "order_pay_time": None},
         "order_modify_at is missing, and so is every other time"),
        ({"order_status": 5}, "order_settle_time is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_names_its_field(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(UnreadableField) as refused:
        read(**changes)
    assert str(refused.value) == problem

    kept = read_row(CONNECTOR, ReportedRow("order", ROW | changes, NOW))

    assert isinstance(kept, UnreadableReport)
    assert (kept.problem, kept.external_line) == (problem, changes.get("order_sn", ORDER))
