"""What a marketplace reports of its orders, and how badly: late, with equal times, shuffled, doubled or surprising."""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from sqlite3 import Row
from typing import Any

from joey.sandbox.world.simulated_order import SimulatedOrder
from joey.sandbox.world.state import World

SAME_TIME_SECONDS = 60
UNEVEN_STEP = 7919  # a prime: neighbours are late by very different parts
UNDOCUMENTED_FIELD = "field_that_no_document_names"


@dataclass(frozen=True)
class ReportStyle:
    """How one account reports from now on; by default every change is visible at once."""

    late_minutes: int = 0
    uneven: bool = False  # late_minutes is the most: each change is late by a part of its own
    same_second: bool = False  # the changes of one minute carry one time
    shuffle: bool = False  # the rows of a page come in any order
    duplicate: bool = False  # every row of a page comes twice
    unknown_state: bool = False  # rows carry a state code that no document names
    extra_field: bool = False  # rows carry a field that no document names
    fields: dict[str, Any] = field(default_factory=dict)  # rows carry these, in the place of their own of the same name
    edition: str = ""  # of the account's own interface, one of its dialect's `editions`; "": the first


def style_of(world: World, account: str) -> ReportStyle:
    """How this account reports now."""
    row = world.row("SELECT style FROM report_style WHERE account = ?", account)
    return ReportStyle(**json.loads(row["style"])) if row else ReportStyle()


def set_style(world: World, account: str, style: ReportStyle) -> None:
    """Report in another way from now on. What was due in the old way is reported in the old way first."""
    publish(world, account)
    with world.change() as db:
        db.execute(
            "INSERT OR REPLACE INTO report_style VALUES (?, ?, ?)", (account, json.dumps(asdict(style)), world.now())
        )


def keep_for_the_report(
    world: World, orders: Sequence[SimulatedOrder], *, taken_back: dict[str, Any] | None = None
) -> None:
    """Put changes where `publish` finds them once they are due. Orders that no link led to are never reported."""
    world.db.executemany(
        "INSERT INTO unreported (account, happened_at, row) VALUES (?, ?, ?)",
        [
            (order.account, order.modified_at, json.dumps(taken_back or asdict(order)))
            for order in orders
            if order.position is not None or order.sub_id is not None
        ],
    )


def publish(world: World, account: str) -> None:
    """Make every change visible that is due. A dialect calls it before it reads the reported tables.

    An order shows its newest visible change only: one that becomes visible after a newer one of its order is dropped.
    """
    style = style_of(world, account)
    due = _due(world, account, style)
    if not due:
        return
    since = world.row("SELECT since FROM report_style WHERE account = ?", account)
    with world.change() as db:
        for waiting in due:
            row = json.loads(waiting["row"])
            is_order = "order_id" in row
            row["modified_at"] = _stamp(style, waiting["happened_at"], since["since"] if since else 0)
            table = "reported_order" if is_order else "reported_taken_back"
            names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
            db.execute(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", row)
            db.execute("DELETE FROM unreported WHERE number = ?", (waiting["number"],))
            if is_order:
                db.execute(
                    "DELETE FROM unreported WHERE account = ? AND number < ? AND row ->> 'order_id' = ?",
                    (account, waiting["number"], row["order_id"]),
                )


def _due(world: World, account: str, style: ReportStyle) -> list[Row]:
    """The changes that are due, in the order in which they happened."""
    now = world.now()
    least = 0 if style.uneven else style.late_minutes * 60
    waiting = world.rows(
        "SELECT * FROM unreported WHERE account = ? AND happened_at <= ? ORDER BY number", account, now - least
    )
    if not style.uneven:
        return waiting
    most = style.late_minutes * 60 + 1
    return [row for row in waiting if row["happened_at"] + row["number"] * UNEVEN_STEP % most <= now]


def reported_orders(world: World, account: str, moment: str, start: int, end: int) -> list[Row]:
    """The visible orders whose `moment` (a column: modified_at, created_at …) is in [start, end), oldest first."""
    publish(world, account)
    return world.rows(
        f"SELECT * FROM reported_order WHERE account = ? AND {moment} >= ? AND {moment} < ? ORDER BY {moment}, number",
        account,
        start,
        end,
    )


def reported_cases(world: World, account: str, start: int, end: int) -> list[Row]:
    """What was visibly taken back by cases changed in [start, end), with `order_id`, oldest first."""
    publish(world, account)
    return world.rows(
        "SELECT back.*, sold.order_id FROM reported_taken_back AS back"
        " JOIN reported_order AS sold ON sold.number = back.order_number"
        " WHERE sold.account = ? AND back.modified_at >= ? AND back.modified_at < ?"
        " ORDER BY back.modified_at, back.number",
        account,
        start,
        end,
    )


def dress(style: ReportStyle, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of one page as they go out: with the fields that were chosen, doubled, shuffled, or as they are."""
    if style.extra_field:
        rows = [row | {UNDOCUMENTED_FIELD: {"since": "yesterday", "values": [1, "2", None]}} for row in rows]
    rows = [row | style.fields for row in rows]
    if style.duplicate:
        rows = [row for row in rows for _ in range(2)]
    if style.shuffle:
        rows = random.sample(rows, len(rows))
    return rows


def _stamp(style: ReportStyle, happened_at: int, since: int) -> int:
    """The time of change that the report shows. It never falls behind what was reported before the style was set."""
    if not style.same_second or happened_at < since:
        return happened_at
    return max(since, happened_at - happened_at % SAME_TIME_SECONDS)
