"""`taobao.tbk.relation.refund`: refund cases of channel orders, in a shape of their own."""

from sqlite3 import Row
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.amounts import decimal_text
from joey.sandbox.dialects.taobao.arguments import Arguments, read_time
from joey.sandbox.dialects.taobao.demo_account import PUBLISHER_ID
from joey.sandbox.dialects.taobao.envelope import ElementList
from joey.sandbox.dialects.taobao.goods import TAOBAO
from joey.sandbox.dialects.taobao.order_report import parent_id_of
from joey.sandbox.dialects.taobao.query_option import BAD_TIME, BadQuestion, read_option, whole
from joey.sandbox.dialects.taobao.refund_report import MOMENT_OF_QUERY, REFUNDED, UNKNOWN_STATUS
from joey.sandbox.world.reports import ReportStyle, dress, publish, style_of
from joey.sandbox.world.state import World

OPTION = "search_option"
SPAN_SECONDS = 86_400
ANY_PARTY, SECOND_PARTY, THIRD_PARTY = 0, 1, 2
CHANNELS, MEMBERS = 1, 2


def report_channel_refunds(world: World, arguments: Arguments, *, span_seconds: int = SPAN_SECONDS) -> dict[str, Any]:
    """One page of refund cases of channel orders, of the day from `start_time` on; there is no end to ask for.

    A row names no case, as real rows do not. That the span is a day is a guess.
    """
    option = read_option(arguments, OPTION)
    try:
        data = _answer(world, option, span_seconds)
    except BadQuestion as refused:
        return {"result": refused.answer}
    return {"result": {"result_code": 200, "biz_error_code": 0, "data": data}}


def _answer(world: World, option: dict[str, Any], span_seconds: int) -> dict[str, Any]:
    column = MOMENT_OF_QUERY[whole(option, "search_type", 1, 5)]
    page_no, size = whole(option, "page_no", 1, 100), whole(option, "page_size", 1, 100)
    party = whole(option, "refund_type", ANY_PARTY, THIRD_PARTY)
    kind = whole(option, "biz_type", CHANNELS, MEMBERS)
    start = read_time(str(option.get("start_time", "")))
    if start is None:
        raise BadQuestion(BAD_TIME, "start_time must be a time")
    publish(world, TAOBAO)
    style = style_of(world, TAOBAO)
    rows: list[Row] = []
    if party != THIRD_PARTY and kind == CHANNELS:  # the sandbox has neither cuts from others nor members
        rows = world.rows(
            "SELECT back.*, sold.order_id, sold.title, sold.sub_id, sold.settled_at, sold.paid_minor,"
            " sold.created_at AS ordered_at"
            " FROM reported_taken_back AS back JOIN reported_order AS sold ON sold.number = back.order_number"
            f" WHERE sold.account = ? AND sold.sub_id IS NOT NULL AND {column} >= ? AND {column} < ?"
            f" ORDER BY {column}, back.number",
            TAOBAO, start, start + span_seconds,
        )  # fmt: skip
    page = rows[(page_no - 1) * size : page_no * size]
    return {
        "page_no": str(page_no),
        "page_size": str(size),
        "total_count": str(len(rows)),
        "results": ElementList("result", dress(style, [_row(row, style) for row in page])),
    }


def _row(back: Row, style: ReportStyle) -> dict[str, Any]:
    text_of = beijing.text_of
    row: dict[str, Any] = {
        "tb_trade_id": int(back["order_id"]),
        "tb_trade_parent_id": int(parent_id_of(back["order_id"])),
        "tb_trade_create_time": text_of(back["ordered_at"]),
        "tk_refund_time": text_of(back["at"]),
        "tk_refund_suit_time": text_of(back["at"]),
        "modified_time": text_of(back["modified_at"]),
        "tb_auction_title": back["title"],
        "refund_type": SECOND_PARTY,
        "refund_status": UNKNOWN_STATUS if style.unknown_state else REFUNDED,
        "refund_fee": decimal_text(back["refund_minor"]) + "00",
        "tb_trade_finish_price": decimal_text(back["paid_minor"]) + "00",
        "tk_pub_id": PUBLISHER_ID,
        "tk_commission_fee_refund_pub": decimal_text(back["commission_minor"]),
        "tk_subsidy_fee_refund_pub": "0",
        "tk_pub_show_return_fee": decimal_text(back["commission_minor"] + back["service_minor"]),
        "relation_id": int(back["sub_id"]),
    }
    return row | ({"earning_time": text_of(back["settled_at"])} if back["settled_at"] is not None else {})
