"""`taobao.tbk.dg.punish.order.get`: trades whose commission the union froze, and those that it released again."""

from sqlite3 import Row
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.dialects.taobao.arguments import Arguments, read_time
from joey.sandbox.dialects.taobao.demo_account import PUBLISHER_ID, SITE_ID
from joey.sandbox.dialects.taobao.envelope import ElementList
from joey.sandbox.dialects.taobao.goods import TAOBAO
from joey.sandbox.dialects.taobao.query_option import BAD_OPTION, BAD_TIME, BadQuestion, read_option, whole
from joey.sandbox.world.reports import ReportStyle, dress, publish, style_of
from joey.sandbox.world.state import World

OPTION = "af_order_option"
CLOSED_INPUTS = ("tb_trade_parent_id", "special_id", "violation_type", "punish_status")
FROZEN, RELEASED, UNKNOWN_STATUS = "0", "1", "9"
FAKE_TRADE = "2"
MOST_DAYS, MOST_ROWS, DAY_SECONDS = 30, 100, 86_400
FILTERS = {"relation_id": "sub_id", "tb_trade_id": "order_id", "adzone_id": "position"}


def report_punished(world: World, arguments: Arguments) -> dict[str, Any]:
    """One page of the punished trades that were created in the `span` days from `start_time` on.

    Guessed: that page and time have to be there, the most rows of a page, and that the oldest order comes first.
    """
    option = read_option(arguments, OPTION)
    try:
        data = _answer(world, option)
    except BadQuestion as refused:
        return {"result": refused.answer}
    return {"result": {"result_code": 200, "result_msg": "ok", "data": data}}


def _answer(world: World, option: dict[str, Any]) -> dict[str, Any]:
    closed = next((name for name in CLOSED_INPUTS if name in option), None)
    if closed:
        raise BadQuestion(BAD_OPTION, f"{closed} is not taken any more")
    page_no, size = whole(option, "page_no", 1, 10_000), whole(option, "page_size", 1, MOST_ROWS)
    start = read_time(str(option.get("start_time", "")))
    if start is None:
        raise BadQuestion(BAD_TIME, "start_time must be a time")
    end = start + whole(option, "span", 1, MOST_DAYS) * DAY_SECONDS
    asked = {column: str(option[name]) for name, column in FILTERS.items() if option.get(name)}
    if option.get("site_id") and str(option["site_id"]) != str(SITE_ID):
        raise BadQuestion(BAD_OPTION, "site_id is not a site of this publisher")
    publish(world, TAOBAO)
    with world.change() as db:
        db.execute(
            "INSERT OR IGNORE INTO punished SELECT number FROM reported_order WHERE account = ? AND frozen", (TAOBAO,)
        )
    style = style_of(world, TAOBAO)
    rows = world.rows(
        "SELECT sold.* FROM reported_order AS sold JOIN punished ON punished.order_number = sold.number"
        " WHERE sold.account = ? AND created_at >= ? AND created_at < ?"
        + "".join(f" AND {column} = ?" for column in asked)
        + " ORDER BY created_at, number",
        TAOBAO, start, end, *asked.values(),
    )  # fmt: skip
    page = rows[(page_no - 1) * size : page_no * size]
    return {
        "page_no": page_no,
        "page_size": size,
        "total_count": len(rows),
        "results": ElementList("result", dress(style, [_row(row, style) for row in page])),
    }


def _row(order: Row, style: ReportStyle) -> dict[str, Any]:
    status = FROZEN if order["frozen"] else RELEASED
    settled = beijing.text_of(order["settled_at"])
    row: dict[str, Any] = {
        "tb_trade_id": int(order["order_id"]),
        "tk_adzone_id": int(order["position"]),
        "tk_site_id": SITE_ID,
        "tk_pub_id": str(PUBLISHER_ID),
        "tk_trade_create_time": beijing.text_of(order["created_at"]),
        "punish_status": UNKNOWN_STATUS if style.unknown_state else status,
        "violation_type": FAKE_TRADE,
    }
    if settled:
        row["settle_month"] = int(settled[:7].replace("-", ""))
    return row | ({"relation_id": int(order["sub_id"])} if order["sub_id"] else {})
