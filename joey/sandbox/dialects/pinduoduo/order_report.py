"""What was bought through the promoter's links: `pdd.ddk.order.list.increment.get` by time of change,
`pdd.ddk.order.list.range.get` by time of payment, `pdd.ddk.order.detail.get` for one order.

Guessed: a window holds its start and not its end, and an order that is not known is a wrong business parameter.
"""

from typing import Any

from joey.sandbox import beijing
from joey.sandbox.dialects.pinduoduo.arguments import PddArguments
from joey.sandbox.dialects.pinduoduo.errors import impossible, unreadable
from joey.sandbox.dialects.pinduoduo.goods import PINDUODUO
from joey.sandbox.dialects.pinduoduo.order_row import detail_row, list_row, number_of_order_id, order_id_of
from joey.sandbox.world.reports import dress, publish, style_of
from joey.sandbox.world.simulated_order import PLACED
from joey.sandbox.world.state import World

LONGEST_SECONDS, OLDEST_SECONDS = 86_400, 90 * 86_400
LATEST = 9_999_999_999  # in seconds; a time in milliseconds is beyond it
PROMOTIONS, LIVE = 1, 2  # query_order_type
MOST_BY_RANGE = 300


def list_by_update(world: World, arguments: PddArguments) -> dict[str, Any]:
    """One page of the orders that changed in the window, those that changed first on the first page.

    An order that changes meanwhile moves to the end or out of the window, and the pages before its place move up. A
    caller that reads from the last page to the first misses none, and one that reads on from the first does.
    """
    start = arguments.integer("start_update_time", most=LATEST)
    end = arguments.integer("end_update_time", most=LATEST)
    if start >= end:
        raise impossible("start_update_time must be before end_update_time")
    if end - start > LONGEST_SECONDS:
        raise impossible("the window may have at most 24 hours")
    if start < world.now() - OLDEST_SECONDS:
        raise impossible("start_update_time is more than 90 days ago")
    page = arguments.integer("page", 1, least=1, most=10_000)
    size = arguments.integer("page_size", 100, least=10, most=100)
    with_count = arguments.boolean("return_count", True)
    publish(world, PINDUODUO)
    where = "account = ? AND modified_at >= ? AND modified_at < ?"
    asked = (PINDUODUO if _has_any(arguments) else "", start, end)
    rows = world.rows(
        f"SELECT * FROM reported_order WHERE {where} ORDER BY modified_at, number LIMIT ? OFFSET ?",
        *asked, size, (page - 1) * size,
    )  # fmt: skip
    style = style_of(world, PINDUODUO)
    answer: dict[str, Any] = {"order_list": dress(style, [list_row(world, row, style) for row in rows])}
    if with_count:
        count = world.row(f"SELECT count(*) AS count FROM reported_order WHERE {where}", *asked)
        assert count is not None
        answer["total_count"] = count["count"]
    return answer


def list_by_payment(world: World, arguments: PddArguments) -> dict[str, Any]:
    """Orders that were paid in the window, in the order of their numbers; `last_order_id` opens what comes after."""
    start, end = beijing_time(arguments, "start_time"), beijing_time(arguments, "end_time")
    if start >= end:
        raise impossible("start_time must be before end_time")
    size = arguments.integer("page_size", MOST_BY_RANGE, least=1, most=MOST_BY_RANGE)
    last = arguments.text("last_order_id", "")
    after = number_of_order_id(last) if last else 0
    if after is None:
        raise impossible("last_order_id is not the one of an answer")
    publish(world, PINDUODUO)
    rows = world.rows(
        "SELECT * FROM reported_order WHERE account = ? AND paid_at >= ? AND paid_at < ? AND state != ? AND number > ?"
        " ORDER BY number LIMIT ?",
        PINDUODUO if _has_any(arguments) else "", start, end, PLACED, after, size,
    )  # fmt: skip
    style = style_of(world, PINDUODUO)
    return {
        "order_list": dress(style, [list_row(world, row, style) for row in rows]),
        "last_order_id": order_id_of(rows[-1]["number"]) if rows else last,
    }


def look_up_order(world: World, arguments: PddArguments) -> dict[str, Any]:
    """One order by its `order_sn`, with what no list has."""
    number = arguments.text("order_sn")
    publish(world, PINDUODUO)
    row = world.row("SELECT * FROM reported_order WHERE account = ? AND order_id = ?", PINDUODUO, number)
    if row is None:
        raise impossible("there is no order with this order_sn")
    style = style_of(world, PINDUODUO)
    (shown, *_twice) = dress(style, [detail_row(world, row, style)])
    return shown


def beijing_time(arguments: PddArguments, name: str) -> int:
    """A moment that is asked for as a text, which has to be there."""
    try:
        return beijing.read(arguments.text(name))
    except ValueError:
        raise unreadable(name, "a time looks like 2026-11-22 09:00:00") from None


def _has_any(arguments: PddArguments) -> bool:
    """Whether orders of the kind can be here: there are no live rooms and no gifts of money in the sandbox."""
    kind = arguments.integer("query_order_type", PROMOTIONS, least=PROMOTIONS, most=LIVE)
    return not arguments.boolean("cash_gift_order") and kind == PROMOTIONS
