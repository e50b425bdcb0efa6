"""What the union says, read from the samples beside the connector: exact money, exact times, no names."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest

import joey.marketplaces.taobao
from joey.marketplaces.port import (
    AnyReport,
    ByPosition,
    OrderReport,
    RefundReport,
    ReportedRow,
    UnreadableField,
    UnreadableReport,
)
from joey.marketplaces.read_reports import read_row
from joey.marketplaces.row_values import fen, inner, link, listed, moment, ppm, text
from joey.marketplaces.taobao import parse
from joey.marketplaces.taobao.connector import TaobaoConnector
from joey.marketplaces.taobao.manifest import MANIFEST
from joey.marketplaces.taobao.parse_offer import converted_link, offer_facts
from joey.marketplaces.taobao.unverified import FACTS
from joey.marketplaces.without_buyer import TOO_DEEP

SAMPLES = Path(joey.marketplaces.taobao.__file__).parent / "samples"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HUGE = 10**5000  # more digits than Python writes
TAOBAO = TaobaoConnector({"credentials": {"app_key": "1", "app_secret": "s"}})


def read_order(row: Any) -> AnyReport:
    return read_row(TAOBAO, ReportedRow("order", row, NOW))


def sample(name: str) -> Any:
    """A sample as the client reads it: no float anywhere."""
    (answer,) = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"), parse_float=str).values()
    return answer


def order_rows() -> list[Any]:
    return listed(inner(sample("order_report"), "data"), "results", "publisher_order_dto")


def refund_rows() -> list[Any]:
    return listed(inner(sample("refund_report"), "data"), "result", "publisher_refund_order_d_t_o")


def punished_rows() -> list[Any]:
    return listed(inner(sample("punish_report"), "result", "data"), "results", "result")


def channel_refund_rows() -> list[Any]:
    return listed(inner(sample("channel_refund_report"), "result", "data"), "results", "result")


def item_rows() -> list[Any]:
    return listed(sample("search"), "result_list", "map_data")


def test_paid_order_has_its_estimate_and_the_service_fee_that_is_reported() -> None:
    seen = parse.order_report(order_rows()[0])

    assert (seen.external_order, seen.external_line) == ("4294159887444064307", "4294159887445064307")
    assert (seen.state, seen.evidence, seen.quantity) == ("paid", (ByPosition("110000000001", "clicked"),), 1)
    assert (seen.paid_minor, seen.commission_minor, seen.service_fee_minor) == (6900, 381, 38)
    assert seen.rate_ppm == 55_000
    assert seen.clicked_at == datetime(2026, 11, 22, 0, 50, 1, tzinfo=UTC)
    assert seen.reported_at == datetime(2026, 11, 22, 1, 1, 20, tzinfo=UTC)
    assert seen.settled_at is None


def test_settled_order_counts_what_was_settled_and_the_technical_fee_and_takes_numbers_as_they_are() -> None:
    seen = parse.order_report(order_rows()[1])

    assert seen.state == "settled"
    assert (seen.paid_minor, seen.commission_minor, seen.service_fee_minor) == (24000, 2880, 288)
    assert (seen.rate_ppm, seen.quantity) == (120_000, 2)
    assert seen.settled_at == datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("missing", [None, "", "--"])
def test_a_settled_order_that_does_not_say_since_when_is_not_read(missing: str | None) -> None:
    row = {name: value for name, value in order_rows()[1].items() if name != "tk_earning_time"}
    kept = read_row(
        TAOBAO, ReportedRow("order", row | ({"tk_earning_time": missing} if missing is not None else {}), NOW)
    )

    assert isinstance(kept, UnreadableReport)
    assert kept.problem == "tk_earning_time is missing"


@pytest.mark.parametrize("kind", ["order", "refund"])
def test_a_row_that_lacks_a_part_of_the_key_of_its_line_cannot_be_read(kind: Literal["order", "refund"]) -> None:
    (whole, *_) = order_rows() if kind == "order" else refund_rows()

    for name in MANIFEST.row_fields[kind].needed:
        read = read_row(TAOBAO, ReportedRow(kind, {**whole, name: "--"}, NOW))

        assert isinstance(read, UnreadableReport)
        assert read.problem == f"{name} is missing"


def test_second_owner_of_a_trade_is_a_line_of_its_own_and_long_ids_stay_exact() -> None:
    seen = parse.order_report(order_rows()[1])

    assert seen.external_order == "4294159887444064999"
    assert seen.external_line == "4294159887445064999/3"


def test_two_dashes_for_a_time_mean_that_there_is_none() -> None:
    assert parse.order_report(order_rows()[1]).clicked_at is None


def test_closed_order_brings_nothing_and_says_why() -> None:
    seen = parse.order_report(order_rows()[2])

    assert (seen.state, seen.commission_minor, seen.service_fee_minor, seen.reason) == ("closed", 0, 0, "refunded")


def test_amount_with_a_comma_is_refused_by_name_and_the_report_is_kept() -> None:
    row = order_rows()[3]

    with pytest.raises(UnreadableField, match="pub_share_pre_fee"):
        parse.order_report(row)
    kept = parse.unreadable("order", row, "pub_share_pre_fee", window_end=NOW)
    whole = parse.order_report({**row, "pub_share_pre_fee": "1234.00"})
    assert (kept.external_order, kept.external_line) == (whole.external_order, whole.external_line)
    assert (kept.external_order, kept.case_id) == ("4294159887444065001", "")
    assert kept.payload["pub_share_pre_fee"] == "1,234.00"
    assert kept.reported_at == datetime(2026, 11, 22, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("state", [3, 12, 14, 99])
@pytest.mark.parametrize("said", [None, "", "--"])
def test_an_order_whose_fee_or_commission_is_not_said_cannot_be_read(state: int, said: str | None) -> None:
    row = {**order_rows()[1], "tk_status": state}
    commission = "pub_share_fee" if state == 3 else "pub_share_pre_fee"

    for name in ("alimama_share_fee", commission):
        seen = read_row(TAOBAO, ReportedRow("order", {**row, name: said}, NOW))
        assert isinstance(seen, UnreadableReport)
        assert seen.problem == f"{name} is missing"
        zero = parse.order_report({**row, "alimama_share_fee": "0.00", name: "0.00"})
        assert 0 in (zero.commission_minor, zero.service_fee_minor)


@pytest.mark.parametrize("state", [3, 12, 14, 99])
def test_an_order_whose_fee_is_more_than_its_commission_cannot_be_read(state: int) -> None:
    row = {**order_rows()[1], "tk_status": state}
    commission = "pub_share_fee" if state == 3 else "pub_share_pre_fee"

    seen = read_row(TAOBAO, ReportedRow("order", {**row, commission: "3.80", "alimama_share_fee": "3.81"}, NOW))
    all_of_it = parse.order_report({**row, commission: "3.80", "alimama_share_fee": "3.80"})

    assert isinstance(seen, UnreadableReport)
    assert seen.problem == (
        f"alimama_share_fee is more than {commission}: whether it may be, as a share of the whole commission of which"
        " we get a small cut, is unverified (service_fee_within_commission)"
    )
    assert "service_fee_within_commission" in {fact.name for fact in FACTS if fact.see}, "and check asks about it"
    assert (all_of_it.commission_minor, all_of_it.service_fee_minor) == (380, 380)


def test_an_order_that_is_not_paid_has_an_estimate_with_its_fee_or_none_yet() -> None:
    row = {**order_rows()[0], "tk_status": 11, "alimama_share_fee": "--"}

    seen = parse.order_report({**row, "pub_share_pre_fee": "--"})

    assert (seen.state, seen.commission_minor, seen.service_fee_minor) == ("placed", 0, 0)
    with pytest.raises(UnreadableField, match="alimama_share_fee is missing"):
        parse.order_report(row)


@pytest.mark.parametrize("name", ["tk_commission_fee_refund_pub", "tk_subsidy_fee_refund_pub"])
def test_a_refund_of_a_channel_order_that_does_not_say_what_was_ours_cannot_be_read(name: str) -> None:
    row = channel_refund_rows()[0]

    with pytest.raises(UnreadableField, match=f"{name} is missing"):
        parse.channel_refund_report({**row, name: "--"})
    assert not parse.channel_refund_report({**row, name: "--", "refund_status": 4}).counts


def test_a_refund_that_cannot_be_read_names_its_line_and_case() -> None:
    row = {**refund_rows()[0], "show_return_fee": "much"}
    whole = parse.refund_report(refund_rows()[0])

    kept = read_row(TAOBAO, ReportedRow("refund", row, NOW))

    assert isinstance(kept, UnreadableReport)
    assert (kept.external_order, kept.external_line, kept.case_id, kept.reported_at) == (
        whole.external_order, whole.external_line, whole.case_id, whole.reported_at,
    )  # fmt: skip


def test_a_punished_order_is_on_hold_unless_it_is_released() -> None:
    frozen, released, new_code = (parse.hold_report(row) for row in punished_rows())

    assert (frozen.trade, frozen.frozen) == ("4294159887445064307", True)
    assert frozen.placed_at == datetime(2026, 11, 22, 1, 1, 12, tzinfo=UTC)
    assert (released.trade, released.frozen, released.placed_at) == ("4294159887445064999", False, None)
    assert (new_code.frozen, new_code.placed_at) == (True, None), "neither a new code nor a broken time loses a hold"
    assert [row.part for row in (frozen, released)] == ["110000000001", "110000000002"]


@pytest.mark.parametrize("adzone", [None, "", "--", 0, "0", "mm_98836808_45598009_110000000001", ["1"], "9" * 65, True])
def test_a_punished_order_of_which_no_ad_zone_can_be_made_out_is_about_all_of_its_trade(adzone: object) -> None:
    row = {**punished_rows()[0], "tk_adzone_id": adzone}

    assert parse.hold_report(row).part == ""
    assert parse.hold_report({name: row[name] for name in row if name != "tk_adzone_id"}).part == ""


def test_a_punished_order_names_every_line_of_its_trade() -> None:
    lines = [parse.order_report({**row, "pub_share_pre_fee": "1234.00"}).external_line for row in order_rows()]

    assert len(lines) == 4
    trades = [str(row["trade_id"]) for row in order_rows()]
    assert [line.partition("/")[0] for line in lines] == trades, "what joey/orders/mark_frozen.py goes by"


@pytest.mark.parametrize("by_relation", [False, True])
def test_a_punished_order_names_the_part_of_a_line_as_the_order_report_does(by_relation: bool) -> None:
    row = {**order_rows()[0], "pub_share_pre_fee": "1", "adzone_id": 110000000001, "relation_id": "2345678901"}

    assert parse.order_report(row, by_relation=by_relation).external_part == parse.hold_report(punished_rows()[0]).part


@pytest.mark.parametrize("status", [None, "--", "7"])
def test_a_punished_order_is_frozen_until_it_is_said_to_be_released(status: str | None) -> None:
    assert parse.hold_report({**punished_rows()[0], "punish_status": status}).frozen


def test_a_punished_order_without_its_trade_is_kept_and_says_why() -> None:
    kept = read_row(TAOBAO, ReportedRow("hold", {**punished_rows()[0], "tb_trade_id": "--"}, NOW))

    assert isinstance(kept, UnreadableReport)
    assert (kept.kind, kept.external_order, kept.external_line, kept.reported_at) == ("hold", "", "", NOW)
    assert kept.problem == "tb_trade_id is missing"


def test_refunds_of_channel_orders_say_the_same_under_other_names() -> None:
    ours, opened, cut = (read_row(TAOBAO, ReportedRow("refund", row, NOW)) for row in channel_refund_rows())
    same = parse.refund_report(refund_rows()[0])

    assert isinstance(ours, RefundReport)
    assert ours.case_id == "@2026-11-20 12:00:00", "no number, only when it was opened"
    assert replace(ours, case_id=same.case_id, payload={}) == replace(same, payload={})
    assert ours.payload["tk_commission_fee_refund_pub"] == "3.42"
    assert "refund_suit_id" not in ours.payload
    assert isinstance(opened, RefundReport)
    assert (opened.counts, opened.commission_back_minor, opened.refund_minor) == (False, 0, 4990)
    assert isinstance(cut, RefundReport)
    assert (cut.external_line, cut.counts, cut.commission_back_minor) == ("4294159887445065001/3", True, 120)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("tk_pub_show_return_fee", "3.41", "tk_pub_show_return_fee is less than its parts"),
        ("tk_pub_show_return_fee", None, "tk_pub_show_return_fee is less than its parts"),
        ("refund_type", 3, "refund_type is a code that is not known"),
        ("tk_refund_time", "--", "tk_refund_time is missing"),
        ("refund_status", 99, "refund_status is a code that is not known"),
    ],
)
def test_a_refund_of_a_channel_order_that_could_mean_anything_is_not_read(
    field: str, value: object, problem: str
) -> None:
    kept = read_row(TAOBAO, ReportedRow("refund", {**channel_refund_rows()[0], field: value}, NOW))

    assert isinstance(kept, UnreadableReport)
    assert kept.problem == problem
    assert kept.case_id == ("" if field == "tk_refund_time" else "@2026-11-20 12:00:00")
    assert kept.external_line == ("4294159887445064307" + ("/" if field == "refund_type" else "")), "it waits"


@pytest.mark.parametrize("state", [0, 99, "", None, "twelve"])
def test_a_report_with_an_unknown_state_code_is_read_and_held(state: object) -> None:
    seen = parse.order_report({**order_rows()[0], "tk_status": state})

    assert (seen.state, seen.held) == ("unknown", "unknown_code")
    assert (seen.paid_minor, seen.commission_minor) == (6900, 381)


def test_nothing_that_names_the_buyer_is_kept() -> None:
    orders = [read_order(row) for row in order_rows()]
    kept = [*orders, *(read_row(TAOBAO, ReportedRow("hold", row, NOW)) for row in punished_rows())]

    text_of_all = json.dumps([dict(each.payload) for each in kept], ensure_ascii=False)
    for gone in ("某某", "13800000000", "special_id"):
        assert gone not in text_of_all
    assert kept[0].payload["seller_shop_title"] == "灶边旗舰店"
    assert kept[0].payload["relation_id"] == 2345678901


def test_what_names_the_buyer_is_not_kept_deeper_down_or_under_a_new_name_either() -> None:
    unexpected = {
        "trade_extra": {"buyer_nick": "某某", "site": "wap", "parcels": [{"receiver_mobile": "13800000000", "no": 1}]},
        "consignee": "某某", "buyer_message": "某某", "seller_memo": "某某", "user_name": "某某", "tel": "13800000000",
        "email": "x@example.com", "id_card_no": "110101",
    }  # fmt: skip

    kept = read_order({**order_rows()[0], **unexpected}).payload

    assert kept["trade_extra"] == {"site": "wap", "parcels": [{"no": 1}]}
    assert not kept.keys() & (unexpected.keys() - {"trade_extra"})


def test_relation_is_the_position_only_where_it_is_configured() -> None:
    row = order_rows()[0]

    assert parse.order_report(row, by_relation=True).evidence == (ByPosition("relation:2345678901", "clicked"),)
    without = parse.order_report({**row, "relation_id": 0}, by_relation=True)
    assert without.evidence == (ByPosition("110000000001", "clicked"),)


def test_refunded_case_takes_back_what_was_ours_without_the_fees_share() -> None:
    seen = parse.refund_report(refund_rows()[0])

    assert (seen.case_id, seen.external_line) == ("8812", "4294159887445064307")
    assert (seen.counts, seen.refund_minor, seen.commission_back_minor) == (True, 6900, 342)
    assert seen.refunded_at == datetime(2026, 11, 20, 4, tzinfo=UTC)  # when it was opened, and not when it was finished
    assert seen.reported_at == datetime(2026, 11, 21, 4, 0, 3, tzinfo=UTC)


def test_refunded_case_of_a_channel_takes_its_own_fee_back_no_more_than_the_technical_one() -> None:
    fees = {"tk_commission_fee_refund": "3.12", "tk_commission_agent_refund_fee": "0.20",
            "tk_subsidy_agent_refund_fee": "0.10"}  # fmt: skip

    seen = parse.refund_report({**refund_rows()[0], **fees})

    assert seen.commission_back_minor == 312


def test_an_undecided_case_does_not_count() -> None:
    undecided = parse.refund_report(refund_rows()[1])

    assert (undecided.counts, undecided.external_line) == (False, "4294159887445064999/3")


@pytest.mark.parametrize("status", [99, 0, 1, "two", "", None])
def test_a_case_with_an_unknown_status_is_unreadable_and_names_its_line(status: object) -> None:
    row = refund_rows()[2]
    assert row["refund_status"] == 99

    kept = read_row(TAOBAO, ReportedRow("refund", {**row, "refund_status": status}, NOW))

    assert isinstance(kept, UnreadableReport)
    assert kept.problem.startswith("refund_status")
    assert (kept.external_line, kept.case_id) == ("4294159887445065001", "8814")


@pytest.mark.parametrize("role", [4, "四方", "", None])
@pytest.mark.parametrize("kind", ["order", "refund"])
def test_a_report_that_does_not_say_which_part_of_the_trade_is_ours_is_unreadable(kind: Any, role: object) -> None:
    row = {"order": order_rows, "refund": refund_rows}[kind]()[0]

    kept = read_row(TAOBAO, ReportedRow(kind, {**row, "tk_order_role": role}, NOW))

    assert isinstance(kept, UnreadableReport)
    assert kept.problem.startswith("tk_order_role")
    assert kept.external_line == "4294159887445064307/"  # any line of the trade


def test_an_unknown_mark_of_a_closed_order_is_not_shown_as_a_refund() -> None:
    assert parse.order_report({**order_rows()[2], "refund_tag": 7}).reason == "closed"


@pytest.mark.parametrize("status", [2, 3, 4, 11, 12, 13, 14, 15])
def test_a_case_counts_by_its_status(status: int) -> None:
    seen = parse.refund_report({**refund_rows()[0], "refund_status": status})

    assert seen.counts is (status in {2, 12, 13})


def test_the_special_service_fee_is_outside_of_the_commission_already() -> None:
    row = order_rows()[1]
    with_fee = parse.order_report({**row, "platform_special_service_fee": "3.00"})

    assert with_fee.service_fee_minor == parse.order_report(row).service_fee_minor


@pytest.mark.parametrize(
    ("name", "more"),
    [("tk_commission_fee_refund", 1), ("tk_subsidy_fee_refund", 1), ("tk_commission_alimm_refund_fee", 0),
     ("tk_subsidy_alimm_refund_fee", 0), ("tk_commission_agent_refund_fee", 0), ("tk_subsidy_agent_refund_fee", 0)],
)  # fmt: skip
def test_what_is_given_back_is_commission_and_subsidy_and_with_the_fees_the_whole(name: str, more: int) -> None:
    row = refund_rows()[0]
    before, whole = parse.refund_report(row), fen(row, "show_return_fee")
    part = fen(row, name) or 0
    changed = {**row, name: f"0.{part + 1:02d}" if part < 99 else f"{(part + 1) / 100:.2f}"}

    with pytest.raises(UnreadableField, match="not the sum"):
        parse.refund_report(changed)
    assert whole is not None
    seen = parse.refund_report({**changed, "show_return_fee": f"{(whole + 1) / 100:.2f}"})
    assert seen.commission_back_minor == before.commission_back_minor + more


def test_a_row_without_its_time_of_change_is_from_the_latest_time_that_it_names() -> None:
    row = {name: value for name, value in order_rows()[1].items() if name != "modified_time"}

    assert parse.order_report(row).reported_at == datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    timeless = {name: value for name, value in order_rows()[0].items() if not name.endswith("_time")}
    with pytest.raises(UnreadableField, match="modified_time"):
        parse.order_report(timeless)


def test_the_encrypted_id_of_a_buyer_is_not_kept() -> None:
    assert "uvid" not in read_order({**order_rows()[0], "uvid": "AB12"}).payload


def test_counting_case_without_its_amount_is_unreadable() -> None:
    row = {name: value for name, value in refund_rows()[0].items() if name != "show_return_fee"}

    with pytest.raises(UnreadableField, match="show_return_fee"):
        parse.refund_report(row)


def test_item_has_three_prices_and_an_identity_that_outlives_its_id() -> None:
    facts = offer_facts(item_rows()[0], as_of=NOW)

    assert (facts.marketplace, facts.external_id) == ("tmall", "qYtxrMJOC8tmtM-Qq0Z65Sbbq5DqZ9")
    assert facts.identity == "2200000001:/bao/flask.jpg"
    assert (facts.list_minor, facts.now_minor, facts.coupon_minor) == (12900, 8900, 6900)
    assert facts.coupon_until == datetime.fromtimestamp(1795795199, UTC)  # the first of its promotions to end
    assert facts.commission_ppm == 55_000
    assert facts.picture_urls == ("https://img.alicdn.com/bao/flask.jpg", "https://img.alicdn.com/bao/flask-2.jpg")
    assert facts.url == "https://detail.tmall.com/item.htm?id=qYtxrMJOC8tmtM-Qq0Z65Sbbq5DqZ9"
    assert (facts.volume, facts.seller_kind, facts.currency) == (3021, "brand store", "CNY")
    assert facts.brand == "灶边"


def test_identity_stays_when_id_title_and_price_change() -> None:
    row = item_rows()[0]
    other = {**row, "item_id": "another", "item_basic_info": {**row["item_basic_info"], "title": "换了名字"}}

    assert offer_facts(other, as_of=NOW).identity == offer_facts(row, as_of=NOW).identity


def test_item_without_a_coupon_has_none_and_prices_may_be_numbers() -> None:
    facts = offer_facts(item_rows()[1], as_of=NOW)

    assert (facts.marketplace, facts.now_minor, facts.coupon_minor) == ("taobao", 3990, None)
    assert facts.commission_ppm == 15_000


def test_category_number_becomes_our_code_where_one_is_configured_and_else_there_is_none() -> None:
    row = item_rows()[0]

    assert offer_facts(row, as_of=NOW, categories={"50010850": "kitchen"}).category == "kitchen"
    assert offer_facts(row, as_of=NOW).category == ""


def test_price_with_a_comma_is_refused_by_name() -> None:
    with pytest.raises(UnreadableField, match="zk_final_price"):
        offer_facts(item_rows()[2], as_of=NOW)


def test_link_goes_through_the_coupon_while_it_runs_and_plain_afterwards() -> None:
    entry = listed(inner(sample("link_convert"), "data"), "item_url_list", "item_url_list")[0]

    running = converted_link(entry, now=NOW)
    over = converted_link(entry, now=datetime(2026, 12, 5, tzinfo=UTC))
    none_left = converted_link(
        {**entry, "coupon_info_dto": {**entry["coupon_info_dto"], "coupon_remain_count": 0}}, now=NOW
    )

    assert running is not None
    assert over is not None
    assert running.url == "https://uland.taobao.com/coupon/edetail?e=Hc"
    assert running.copy_code.startswith("47￥")
    assert over.url == "https://s.click.taobao.com/t?e=m%3D2"
    assert over.copy_code.startswith("39￥")
    assert none_left == over


@pytest.mark.parametrize(
    ("written", "expected"),
    [("69.00", 6900), ("69", 6900), ("69.5", 6950), (69, 6900), ("0.07", 7), ("-3.10", -310), ("69.000", 6900),
     ("--", None), ("", None), (None, None)],
)  # fmt: skip
def test_yuan_are_read_exactly(written: object, expected: int | None) -> None:
    assert fen({"fee": written}, "fee") == expected


@pytest.mark.parametrize("written", ["1,234.00", "NaN", "1e3", "6.999", "６.00", "abc", "∞", "1 000"])
def test_what_is_no_amount_is_never_guessed(written: str) -> None:
    with pytest.raises(UnreadableField, match="fee"):
        fen({"fee": written}, "fee")


@pytest.mark.parametrize(("written", "expected"), [("9.99", 99_900), ("100", 1_000_000), ("0.0001", 1), (5, 50_000)])
def test_percent_become_parts_per_million(written: object, expected: int) -> None:
    assert ppm({"rate": written}, "rate") == expected


def test_a_rate_above_a_hundred_percent_is_unreadable() -> None:
    with pytest.raises(UnreadableField, match="rate"):
        ppm({"rate": "100.01"}, "rate")


def test_beijing_times_become_utc_across_midnight() -> None:
    assert moment({"at": "2026-11-23 07:59:59"}, "at") == datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("written", ["2026-11-23", "2026-13-01 00:00:00", "23.11.2026 07:59:59", "2026-11-23T07:59:59"])
def test_what_is_no_time_is_unreadable(written: str) -> None:
    with pytest.raises(UnreadableField, match="at is not a time"):
        moment({"at": written}, "at")


@pytest.mark.parametrize(
    ("written", "expected"),
    [("//img.alicdn.com/a.jpg", "https://img.alicdn.com/a.jpg"), ("http://a.example/x", "http://a.example/x"),
     ("javascript:alert(1)", ""), ("//a.example/x y", ""), ("", "")],
)  # fmt: skip
def test_links_get_their_scheme_back_and_nothing_else_passes(written: str, expected: str) -> None:
    assert link({"url": written}, "url") == expected


def test_lists_are_read_wrapped_and_simplified_and_absent() -> None:
    row = {"a": 1}

    assert listed({"results": {"dto": [row]}}, "results", "dto") == [row]
    assert listed({"results": [row]}, "results", "dto") == [row]
    assert listed({}, "results", "dto") == []
    assert listed({"results": ["odd"]}, "results", "dto") == [{"not_an_object": "odd"}]


def test_text_of_an_object_is_empty() -> None:
    assert text({"name": {"a": 1}}, "name") == ""


def test_two_readings_of_one_report_are_equal() -> None:
    first, second = (parse.order_report(order_rows()[0]) for _ in range(2))

    assert first == second
    assert replace(first, state="settled") != second


def test_a_row_that_is_nested_too_deep_is_read_without_its_depths() -> None:
    deep: dict[str, object] = {}
    for _level in range(900):
        deep = {"in": deep}

    read = read_order({**order_rows()[0], "extra": deep})

    assert isinstance(read, OrderReport)
    assert TOO_DEEP in str(read.payload["extra"])


def test_a_row_that_surprises_the_parser_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def surprised(row: object, **_: object) -> OrderReport:
        raise KeyError("never seen")

    monkeypatch.setattr(parse, "order_report", surprised)

    read = read_order(order_rows()[0])

    assert isinstance(read, UnreadableReport)
    assert read.problem == "KeyError"


@pytest.mark.parametrize(
    ("field", "broken", "problem"),
    [("modified_time", "0001-01-01 00:00:00", "modified_time is not a time"),  # UTC has no such time
     ("alipay_total_price", HUGE, "alipay_total_price is too long"),
     ("trade_parent_id", HUGE, "trade_parent_id is too long")],
    ids=["time", "amount", "number"],
)  # fmt: skip
def test_what_breaks_the_reading_breaks_nothing_that_is_kept_of_the_row(
    field: str, broken: object, problem: str
) -> None:
    whole = parse.order_report(order_rows()[0])

    kept = read_order({**order_rows()[0], field: broken})

    assert isinstance(kept, UnreadableReport)
    assert (kept.problem, kept.external_line) == (problem, whole.external_line)
    assert kept.payload[field] is broken
    assert kept.external_order == ("" if field == "trade_parent_id" else whole.external_order)
    assert kept.reported_at == (NOW if field == "modified_time" else whole.reported_at)


def test_what_could_not_be_read_is_read_again_from_what_was_kept() -> None:
    row = order_rows()[0]
    unread = read_order({**row, "modified_time": "soon"})
    assert isinstance(unread, UnreadableReport)

    assert isinstance(read_order(unread.payload), UnreadableReport)
    corrected = {**unread.payload, "modified_time": row["modified_time"]}

    assert read_order(corrected) == read_order(row)
