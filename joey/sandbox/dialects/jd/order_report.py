"""`order.row.query`: what was bought through the account's links, in windows of an hour, or one order by its number."""

from collections import defaultdict
from sqlite3 import Row
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.dialects.jd.arguments import JsonArguments
from joey.sandbox.dialects.jd.baskets import row_ids_of
from joey.sandbox.dialects.jd.demo_account import KEEPERS, OPERATORS
from joey.sandbox.dialects.jd.errors import not_granted, wrong_argument
from joey.sandbox.dialects.jd.goods import JD
from joey.sandbox.dialects.jd.grants import EXT1, SUB_UNION_ID, is_granted
from joey.sandbox.dialects.jd.order_row import RowContext, row_of
from joey.sandbox.dialects.jd.timestamps import read_time
from joey.sandbox.dialects.jd.valid_codes import UNKNOWN_CODE, asked_codes, code_of
from joey.sandbox.outages import REPEAT, running_outage
from joey.sandbox.world.reports import dress, publish, style_of
from joey.sandbox.world.state import World

METHOD = "jd.union.open.order.row.query"
MOST_ROWS, LONGEST_SECONDS, OLDEST_SECONDS = 500, 3_600, 90 * 86_400
MOMENT_OF_TYPE = {1: "created_at", 2: "coalesce(received_at, settled_at)", 3: "modified_at"}
MOST_PAGES = 100_000
# Whose order it is, by the site that its link named.
_OF_CALLER = "CASE CASE WHEN json_valid(carried) THEN carried ->> 'siteId' END {} ELSE '{}' END = ?".format(
    " ".join(f"WHEN {site} THEN '{each.app_key}'" for each in KEEPERS for site in each.sites), OPERATORS.app_key
)


def report_orders(world: World, arguments: JsonArguments) -> dict[str, Any]:
    """One page of rows. Pages are counted, so rows that change while someone reads push others over an edge."""
    _check_own(arguments)
    page = arguments.integer("pageIndex", 1, least=1, most=MOST_PAGES)
    size = arguments.integer("pageSize", 20, least=1, most=MOST_ROWS)
    fields = frozenset(arguments.listed("fields", most=20))
    where, values, order_by = _conditions(world, arguments)
    where, values = f"{where} AND {_OF_CALLER}", (*values, arguments.caller.app_key)
    publish(world, JD)
    repeats = running_outage(world, METHOD)
    if repeats and repeats.kind == REPEAT:
        full = _count(world, where, values) // size
        page = min(page, full) or page
        rows = _read(world, where, values, order_by, size, page)
        return {"hasMore": full > 0, "data": _shown(world, rows[:size], fields)}
    rows = _read(world, where, values, order_by, size + 1, page, size)
    return {"hasMore": len(rows) > size, "data": _shown(world, rows[:size], fields)}


def _check_own(arguments: JsonArguments) -> None:
    """Orders of others are for tool providers, by one of two names."""
    child, key = arguments.text("childUnionId", ""), arguments.text("key", "")
    if child and key:
        raise wrong_argument("childUnionId and key exclude each other")
    if child or key:
        raise not_granted()


def _conditions(world: World, arguments: JsonArguments) -> tuple[str, tuple[Any, ...], str]:
    """What to select and how to sort it. Orders that were placed more than 90 days ago are not there any more."""
    oldest = world.now() - OLDEST_SECONDS
    order_id = arguments.maybe_integer("orderId")
    start_text, end_text = arguments.text("startTime", ""), arguments.text("endTime", "")
    if order_id is not None:
        if start_text or end_text or arguments.maybe_integer("type") is not None:
            raise wrong_argument("orderId is asked for alone, without type and times")
        rows = row_ids_of(world, order_id)
        return f"order_id IN ({', '.join('?' * len(rows))}) AND created_at >= ?", (*rows, oldest), "number"
    moment = MOMENT_OF_TYPE[arguments.integer("type", least=1, most=3)]
    if not start_text or not end_text:
        raise wrong_argument("startTime and endTime are needed")
    start, end = read_time(start_text), read_time(end_text)
    if start is None or end is None:
        raise wrong_argument("a time looks like 2026-11-22 09:00:00")
    if start >= end:
        raise wrong_argument("startTime must be before endTime")
    if end - start > LONGEST_SECONDS:
        raise wrong_argument("startTime and endTime are at most one hour apart")
    return f"{moment} >= ? AND {moment} < ? AND created_at >= ?", (start, end, oldest), f"{moment}, number"


def _read(
    world: World, where: str, values: tuple[Any, ...], order_by: str, limit: int, page: int, size: int | None = None
) -> list[Row]:
    offset = (page - 1) * (size or limit)
    return world.rows(
        f"SELECT * FROM reported_order WHERE account = ? AND {where} ORDER BY {order_by} LIMIT ? OFFSET ?",
        JD, *values, limit, offset,
    )  # fmt: skip


def _count(world: World, where: str, values: tuple[Any, ...]) -> int:
    found = world.rows(f"SELECT count(*) AS number FROM reported_order WHERE account = ? AND {where}", JD, *values)
    return int(found[0]["number"])


def _shown(world: World, orders: list[Row], fields: frozenset[str]) -> list[dict[str, Any]]:
    style = style_of(world, JD)
    cases, asked = _cases_of(world, orders), asked_codes(world, orders)
    today = beijing.day_of(world.now())
    sees_sub_union_id, sees_ext1 = is_granted(world, SUB_UNION_ID), is_granted(world, EXT1)
    rows = [
        row_of(
            order,
            RowContext(
                world, today, cases[order["number"]],
                UNKNOWN_CODE if style.unknown_state else code_of(order, asked),
                fields, sees_sub_union_id, sees_ext1,
            ),
        )
        for order in orders
    ]  # fmt: skip
    return dress(style, rows)


def _cases_of(world: World, orders: list[Row]) -> dict[int, list[Row]]:
    """The refund cases that are visible, by the number of their order, oldest first."""
    found: dict[int, list[Row]] = defaultdict(list)
    marks = ", ".join("?" * len(orders))
    for case in world.rows(
        f"SELECT * FROM reported_taken_back WHERE order_number IN ({marks}) ORDER BY number",
        *(order["number"] for order in orders),
    ):
        found[case["order_number"]].append(case)
    return found
