"""`taobao.tbk.order.refund.get`: refund cases (维权) that take commission back after settlement."""

from sqlite3 import Row
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.amounts import decimal_text
from joey.sandbox.dialects.taobao.arguments import Arguments, read_time
from joey.sandbox.dialects.taobao.envelope import ElementList
from joey.sandbox.dialects.taobao.goods import TAOBAO
from joey.sandbox.dialects.taobao.order_report import parent_id_of
from joey.sandbox.dialects.taobao.paging import BadJump, BadPosition, turn_page
from joey.sandbox.dialects.taobao.query_option import (
    BAD_OPTION,
    BAD_POSITION,
    BAD_TIME,
    BadQuestion,
    read_option,
    whole,
)
from joey.sandbox.world.reports import ReportStyle, dress, publish, style_of
from joey.sandbox.world.state import World

OPTION = "publisher_refund_order_query_option"
REFUNDED, UNKNOWN_STATUS = 2, 99
NEW_QUERY_TYPES_FROM = beijing.read("2022-12-20 00:00:00")
MOMENT_OF_QUERY = {
    1: "back.at",  # asked for and
    2: "sold.settled_at",
    3: "back.at",  # finished at once
    4: "sold.created_at",
    5: "back.modified_at",
}
ALL = 1  # the only order_scene that is documented here
SECOND_PARTY, THIRD_PARTY, EITHER_PARTY = 1, 2, 4  # not the numbering of the order report


def report_refunds(world: World, arguments: Arguments) -> dict[str, Any]:
    """One page of refund cases. A question that is no good gets `biz_error_code` beside an empty `data`, no error.

    Pages may be counted from 0 or from 1: a first page comes without `position_index`, and each further one has the
    number after the page whose position it brings. The length of a window is not limited here.
    """
    option = read_option(arguments, OPTION)
    try:
        data = _answer(world, option)
    except BadQuestion as refused:
        return refused.answer
    return {"result_code": 200, "result_msg": "", "data": data}


def _answer(world: World, option: dict[str, Any]) -> dict[str, Any]:
    query_type = whole(option, "query_type", 1, 5)
    page_no = whole(option, "page_no", 0, 10_000)
    size = whole(option, "page_size", 1, 100)
    scene = whole(option, "order_scene", ALL, ALL)
    role = whole(option, "member_type", SECOND_PARTY, EITHER_PARTY)
    if role not in (SECOND_PARTY, THIRD_PARTY, EITHER_PARTY):
        raise BadQuestion(BAD_OPTION, "member_type is 1, 2 or 4")
    window = _window(option)
    if query_type in (4, 5) and window[0] < NEW_QUERY_TYPES_FROM:
        raise BadQuestion(BAD_OPTION, "query_type 4 and 5 begin on 2022-12-20")
    column = MOMENT_OF_QUERY[query_type]
    publish(world, TAOBAO)
    style = style_of(world, TAOBAO)
    where = "sold.account = ?" + (" AND 0" if role == THIRD_PARTY else "")  # the sandbox has no cuts from others

    def read(direction: str, limit: int, beyond: tuple[int, int] | None) -> list[Row]:
        sign, order = (">", "ASC") if direction == "forward" else ("<", "DESC")
        further = f" AND ({column}, back.number) {sign} (?, ?)" if beyond else ""
        return world.rows(
            "SELECT back.*, sold.order_id, sold.title, sold.sub_id, sold.settled_at, sold.paid_minor,"
            f" sold.settled_minor, sold.created_at AS ordered_at, {column} AS moment"
            " FROM reported_taken_back AS back JOIN reported_order AS sold ON sold.number = back.order_number"
            f" WHERE {where} AND {column} >= ? AND {column} < ?{further}"
            f" ORDER BY {column} {order}, back.number {order} LIMIT ?",
            TAOBAO, *window, *(beyond or ()), limit,
        )  # fmt: skip

    position = str(option.get("position_index") or "")
    if not position and page_no > 1:
        raise BadQuestion(BAD_POSITION, "position_index is needed after the first page")
    try:
        page = turn_page(
            read,
            ("refunds", query_type, scene, role),
            window,
            page_no=page_no,
            first_page=1 if page_no else 0,
            size=size,
            position_index=position,
            jump_type=str(option.get("jump_type") or ""),
        )
    except (BadJump, BadPosition):
        raise BadQuestion(BAD_POSITION, "jump_type or position_index does not fit the page before") from None
    return {
        "has_pre": bool(position) and page.has_pre,
        "has_next": page.has_next,
        "pre_page": max(page_no - 1, 0),
        "next_page": page_no + 1,
        "page_no": page_no,
        "page_size": size,
        "position_index": page.position_index,
        "result": ElementList("publisher_refund_order_d_t_o", dress(style, [_row(row, style) for row in page.rows])),
    }


def _row(row: Row, style: ReportStyle) -> dict[str, Any]:
    text_of = beijing.text_of
    return {
        "refund_suit_id": str(8_800 + row["number"]),
        "tb_trade_id": row["order_id"],
        "tb_trade_parent_id": parent_id_of(row["order_id"]),
        "tb_trade_create_time": text_of(row["ordered_at"]),
        "tk_refund_time": text_of(row["at"]),
        "tk_refund_suit_time": text_of(row["at"]),
        "modified_time": text_of(row["modified_at"]),
        "item_title": row["title"],
        "tk_order_role": "二方",
        "refund_status": UNKNOWN_STATUS if style.unknown_state else REFUNDED,
        "refund_fee": decimal_text(row["refund_minor"]),
        "tb_trade_finish_price": decimal_text(row["paid_minor"]),
        "pub_share_fee": decimal_text(row["settled_minor"]),
        "tk_commission_fee_refund": decimal_text(row["commission_minor"]),
        "tk_subsidy_fee_refund": "0",
        "tk_commission_alimm_refund_fee": decimal_text(row["service_minor"]),
        "tk_subsidy_alimm_refund_fee": "0",
        "tk_commission_agent_refund_fee": "0",
        "tk_subsidy_agent_refund_fee": "0",
        "show_return_fee": decimal_text(row["commission_minor"] + row["service_minor"]),
    } | _where_it_applies(row)


def _where_it_applies(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {"relation_id": int(row["sub_id"])} if row["sub_id"] else {}
    return found | ({"earning_time": beijing.text_of(row["settled_at"])} if row["settled_at"] is not None else {})


def _window(option: dict[str, Any]) -> tuple[int, int]:
    start, end = read_time(str(option.get("start_time", ""))), read_time(str(option.get("end_time", "")))
    if start is None or end is None or start >= end:
        raise BadQuestion(BAD_TIME, "start_time and end_time must be times, the first before the second")
    return start, end
