"""`taobao.tbk.order.details.get`: what was bought through the publisher's links, in windows and by position."""

from sqlite3 import Row
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.amounts import decimal_text, part_of, percent
from joey.sandbox.dialects.taobao.arguments import Arguments, read_time
from joey.sandbox.dialects.taobao.call_limit import ORDER_CALLS
from joey.sandbox.dialects.taobao.demo_account import PUBLISHER_ID, SITE_ID, SITE_NAME
from joey.sandbox.dialects.taobao.envelope import ElementList
from joey.sandbox.dialects.taobao.errors import invalid_parameter, remote
from joey.sandbox.dialects.taobao.goods import TAOBAO, TMALL
from joey.sandbox.dialects.taobao.item_ids import item_id
from joey.sandbox.dialects.taobao.links import item_page
from joey.sandbox.dialects.taobao.paging import BadJump, BadPosition, turn_page
from joey.sandbox.dialects.taobao.sale_days import longest_window
from joey.sandbox.world.reports import ReportStyle, dress, publish, style_of
from joey.sandbox.world.simulated_order import CLOSED, PAID, PLACED, RECEIVED, SETTLED
from joey.sandbox.world.state import World

OLDEST_SECONDS = 90 * 86_400
MOST_PAGES = 100
TK_STATUS = {PLACED: 11, PAID: 12, CLOSED: 13, RECEIVED: 14, SETTLED: 3}
UNKNOWN_STATUS = 99
MOMENT_OF_QUERY = {1: "created_at", 2: "paid_at", 3: "settled_at", 4: "modified_at"}
SERVICE_PPM = 100_000  # the union's technical service fee: 10.00 % of the commission, estimated until it is settled
NOT_SET = "--"  # how the report writes that there is no such time or text
PARENT_STEP = 1_000_000
ALL, CHANNEL, MEMBER = 1, 2, 3


def report_orders(world: World, arguments: Arguments) -> dict[str, Any]:
    """One page of orders whose chosen moment is in [start_time, end_time).

    Refusals carry the report's own numbers as sub_code: 1001 no question, 1005 jump_type, 1006 tk_status,
    1008 position_index, 2000 unreadable time, 2001 start not before end, 2002 start in the future, 2004 older than
    90 days, 2007 window too long; 7 when called too often.
    """
    ORDER_CALLS.count()
    query_type = arguments.integer("query_type", 1, least=1, most=4)
    window = _window(world, arguments.text("start_time", ""), arguments.text("end_time", ""))
    page_no = arguments.integer("page_no", 1, least=1, most=MOST_PAGES)
    size = arguments.integer("page_size", 20, least=1, most=100)
    status = arguments.text("tk_status", "")
    if status not in ("", *map(str, TK_STATUS.values())):
        raise remote("1006", "tk_status is one of 11, 12, 13, 14, 3")
    scene = arguments.integer("order_scene", ALL, least=1, most=3)
    role = arguments.text("member_type", "")
    if role not in ("", "2", "3"):
        raise invalid_parameter("member_type is 2 or 3")
    column = MOMENT_OF_QUERY[query_type]
    publish(world, TAOBAO)
    style = style_of(world, TAOBAO)
    where, values = _conditions(column, window, status, scene, role)

    def read(direction: str, limit: int, beyond: tuple[int, int] | None) -> list[Row]:
        sign, order = (">", "ASC") if direction == "forward" else ("<", "DESC")
        further = f" AND ({column}, number) {sign} (?, ?)" if beyond else ""
        return world.rows(
            f"SELECT *, {column} AS moment FROM reported_order WHERE {where}{further}"
            f" ORDER BY {column} {order}, number {order} LIMIT ?",
            *values, *(beyond or ()), limit,
        )  # fmt: skip

    try:
        page = turn_page(
            read,
            (query_type, status, scene, role),
            window,
            page_no=page_no,
            first_page=1,
            size=size,
            position_index=arguments.text("position_index", ""),
            jump_type=arguments.text("jump_type", ""),
        )
    except BadJump:
        raise remote("1005", "jump_type must be 1 or -1 when paging") from None
    except BadPosition:
        raise remote("1008", "position_index must be the one of the page before, for the same window") from None
    return {
        "data": {
            "has_pre": page.has_pre,
            "has_next": page.has_next,
            "page_no": page_no,
            "page_size": size,
            "position_index": page.position_index,
            "results": ElementList("publisher_order_dto", dress(style, [_row(world, row, style) for row in page.rows])),
        }
    }


def trade_id_of(number: int) -> str:
    """A 19-digit order number, unique by `number`."""
    return str(4_294_159_887_000_064_307 + 2 * number * PARENT_STEP)


def parent_id_of(trade_id: str) -> str:
    """The number of the whole basket; these always hold one line."""
    return str(int(trade_id) - PARENT_STEP)


def _window(world: World, start_text: str, end_text: str) -> tuple[int, int]:
    if not start_text or not end_text:
        raise remote("1001", "start_time and end_time are needed")
    start, end = read_time(start_text), read_time(end_text)
    if start is None or end is None:
        raise remote("2000", "a time looks like 2026-11-22 09:00:00")
    now = world.now()
    if start >= end:
        raise remote("2001", "start_time must be before end_time")
    if start > now:
        raise remote("2002", "start_time is in the future")
    if start < now - OLDEST_SECONDS:
        raise remote("2004", "start_time is more than 90 days ago")
    longest = longest_window(start, end)
    if end - start > longest:
        raise remote("2007", f"the window may have at most {longest // 60} minutes")
    return start, end


def _conditions(
    column: str, window: tuple[int, int], status: str, scene: int, role: str
) -> tuple[str, tuple[Any, ...]]:
    parts = ["account = ?", f"{column} >= ?", f"{column} < ?"]
    values: list[Any] = [TAOBAO, *window]
    if status:
        parts.append("state = ?")
        values.append(next(state for state, code in TK_STATUS.items() if str(code) == status))
    if scene == CHANNEL:
        parts.append("sub_id IS NOT NULL")
    if scene == MEMBER or role == "3":
        parts.append("0")  # the sandbox has neither members nor second owners of a commission
    return " AND ".join(parts), tuple(values)


def _row(world: World, order: Row, style: ReportStyle) -> dict[str, Any]:
    """As real rows are: what does not apply to an order is absent, but for times and texts that are "--". The item's id
    is the one of the day of the order, and stays that.
    """
    fees = {SETTLED: order["service_minor"], CLOSED: 0}
    fee = fees.get(order["state"], part_of(order["estimate_minor"], SERVICE_PPM))
    rate = percent(order["rate_ppm"])
    text_of = beijing.text_of
    adzone = world.row("SELECT name FROM adzone WHERE id = ?", int(order["position"]))
    row: dict[str, Any] = {
        "trade_id": order["order_id"],
        "trade_parent_id": parent_id_of(order["order_id"]),
        "tk_status": UNKNOWN_STATUS if style.unknown_state else TK_STATUS[order["state"]],
        "refund_tag": 1 if order["returned"] else 0,
        "tk_order_role": 2,
        "order_type": "天猫" if order["marketplace"] == TMALL else "淘宝",
        "terminal_type": "无线",
        "flow_source": NOT_SET,
        "seller_nick": NOT_SET,
        "item_id": (shown_id := item_id(order["item"], beijing.day_of(order["created_at"]).toordinal())),
        "item_title": order["title"],
        "item_num": order["quantity"],
        "item_price": decimal_text(order["list_minor"]),
        "item_link": item_page(world, shown_id),
        "click_time": text_of(order["click_at"]),
        "tk_create_time": text_of(order["created_at"]),
        "tb_paid_time": text_of(order["paid_at"]) or NOT_SET,
        "tk_paid_time": text_of(order["paid_at"]) or NOT_SET,
        "tk_deposit_time": NOT_SET,
        "tb_deposit_time": NOT_SET,
        "modified_time": text_of(order["modified_at"]),
        "alipay_total_price": decimal_text(order["paid_minor"]),
        "total_commission_rate": rate,
        "total_commission_fee": decimal_text(order["settled_minor"]),
        "pub_share_rate": "100.00",
        "tk_total_rate": rate,
        "income_rate": rate,
        "pub_share_pre_fee": decimal_text(order["estimate_minor"]),
        "pub_share_fee": decimal_text(order["settled_minor"]),
        "subsidy_rate": "0.00",
        "subsidy_fee": "0.00",
        "subsidy_type": NOT_SET,
        "alimama_rate": percent(SERVICE_PPM),
        "alimama_share_fee": decimal_text(fee),
        "pub_id": PUBLISHER_ID,
        "site_id": SITE_ID,
        "site_name": SITE_NAME,
        "adzone_id": int(order["position"]),
        "adzone_name": adzone["name"] if adzone else "",
    }
    if order["settled_at"] is not None:
        row |= {"tk_earning_time": text_of(order["settled_at"]), "pay_price": decimal_text(order["paid_minor"])}
    return row | ({"relation_id": int(order["sub_id"])} if order["sub_id"] else {})
