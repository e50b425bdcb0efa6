"""`taobao.tbk.order.details.get`: what was bought through the publisher's links, in windows and by position."""

import time
from sqlite3 import Row
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.amounts import percent, yuan
from joey.sandbox.order_states import CLOSED, PAID, RECEIVED, SERVICE_PPM, SETTLED, Order
from joey.sandbox.orders import order_of
from joey.sandbox.taobao.arguments import Arguments, read_time
from joey.sandbox.taobao.demo_account import PUBLISHER_ID, SITE_ID, SITE_NAME
from joey.sandbox.taobao.envelope import Listed
from joey.sandbox.taobao.errors import TopError, invalid_parameter, remote
from joey.sandbox.taobao.links import as_the_marketplace_prints, item_page
from joey.sandbox.taobao.paging import BadJump, BadPosition, turn_page
from joey.sandbox.taobao.sale_days import longest_window
from joey.sandbox.world import World

OLDEST_SECONDS = 90 * 86_400
MOST_PAGES = 100
PLACED = 11
MOMENT_OF_QUERY = {1: "created_at", 2: "paid_at", 3: "earned_at", 4: "modified_at"}
ALL, CHANNEL, MEMBER = 1, 2, 3


def report_orders(world: World, arguments: Arguments) -> dict[str, Any]:
    """One page of orders whose chosen moment is in [start_time, end_time).

    Refusals carry the report's own numbers as sub_code: 1001 no question, 1005 jump_type, 1006 tk_status,
    1008 position_index, 2000 unreadable time, 2001 start not before end, 2002 start in the future, 2004 older than
    90 days, 2007 window too long; 7 when called too often.
    """
    check_call_rate(world)
    query_type = arguments.integer("query_type", 1, least=1, most=4)
    window = _window(world, arguments.text("start_time", ""), arguments.text("end_time", ""))
    page_no = arguments.integer("page_no", 1, least=1, most=MOST_PAGES)
    size = arguments.integer("page_size", 20, least=1, most=100)
    status = arguments.text("tk_status", "")
    if status not in ("", *(str(known) for known in (PLACED, PAID, CLOSED, RECEIVED, SETTLED))):
        raise remote("1006", "tk_status is one of 11, 12, 13, 14, 3")
    scene = arguments.integer("order_scene", ALL, least=1, most=3)
    role = arguments.text("member_type", "")
    if role not in ("", "2", "3"):
        raise invalid_parameter("member_type is 2 or 3")
    column = MOMENT_OF_QUERY[query_type]
    where, values = _conditions(column, window, status, scene, role)

    def read(direction: str, limit: int, beyond: tuple[int, int] | None) -> list[Row]:
        sign, order = (">", "ASC") if direction == "forward" else ("<", "DESC")
        further = f" AND ({column}, number) {sign} (?, ?)" if beyond else ""
        return world.rows(
            f"SELECT *, {column} AS moment FROM orders WHERE {where}{further}"
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
            "results": Listed("publisher_order_dto", [_row(world, order_of(row)) for row in page.rows]),
        }
    }


def check_call_rate(world: World) -> None:
    """Too many calls within a second ban the application for one second: code 7."""
    now = time.monotonic()
    calls = world.order_calls
    while calls and calls[0] <= now - 1:
        calls.popleft()
    if len(calls) >= world.order_calls_per_second:
        world.banned_until = now + 1
    if now < world.banned_until:
        raise throttled()
    calls.append(now)


def throttled() -> TopError:
    """What the gateway says to a caller in a hurry."""
    return TopError(
        7,
        "App Call Limited",
        "accesscontrol.limited-by-api-access-count",
        "This ban will last for 1 more seconds",
    )


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
    parts = ["adzone IS NOT NULL", f"{column} >= ?", f"{column} < ?"]
    values: list[Any] = [*window]
    if status:
        parts.append("status = ?")
        values.append(int(status))
    if scene == CHANNEL:
        parts.append("relation IS NOT NULL")
    if scene == MEMBER or role == "3":
        parts.append("0")  # the sandbox has neither members nor second owners of a commission
    return " AND ".join(parts), tuple(values)


def _row(world: World, order: Order) -> dict[str, Any]:
    settled = order.status == SETTLED
    rate = percent(order.rate_ppm)
    text_of = beijing.text_of
    adzone = world.row("SELECT name FROM adzone WHERE id = ?", order.adzone)
    row: dict[str, Any] = {
        "trade_id": order.trade_id,
        "trade_parent_id": order.parent_id,
        "tk_status": order.status,
        "refund_tag": 1 if order.returned else 0,
        "tk_order_role": 2,
        "order_type": "天猫" if order.marketplace == "tmall" else "淘宝",
        "terminal_type": "无线",
        "flow_source": "--",
        "item_id": order.item,
        "item_title": order.title,
        "item_num": order.quantity,
        "item_price": yuan(order.list_minor),
        "item_link": as_the_marketplace_prints(item_page(world, order.marketplace, order.item)),
        "click_time": text_of(order.click_at),
        "tk_create_time": text_of(order.created_at),
        "tb_paid_time": text_of(order.paid_at),
        "tk_paid_time": text_of(order.paid_at),
        "modified_time": text_of(order.modified_at),
        "tk_earning_time": text_of(order.earned_at),
        "alipay_total_price": yuan(order.paid_minor),
        "pay_price": yuan(order.paid_minor if settled else 0),
        "total_commission_rate": rate,
        "total_commission_fee": yuan(order.settled_minor if settled else order.estimate_minor),
        "pub_share_rate": "100.00",
        "tk_total_rate": rate,
        "income_rate": rate,
        "pub_share_pre_fee": yuan(order.estimate_minor),
        "pub_share_fee": yuan(order.settled_minor),
        "subsidy_rate": "0.00",
        "subsidy_fee": "0.00",
        "subsidy_type": "--",
        "alimama_rate": percent(SERVICE_PPM),
        "alimama_share_fee": yuan(order.service_minor),
        "pub_id": PUBLISHER_ID,
        "site_id": SITE_ID,
        "site_name": SITE_NAME,
        "adzone_id": order.adzone,
        "adzone_name": adzone["name"] if adzone else "",
        "special_id": 0,
    }
    return row | ({"relation_id": order.relation} if order.relation else {})
