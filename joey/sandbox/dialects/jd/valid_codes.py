"""The `validCode` of a row: what JD says that an order is, and why one does not count."""

import json
from collections.abc import Sequence
from sqlite3 import Row

from joey.sandbox.dialects.jd.promote import is_registered
from joey.sandbox.world.simulated_order import CLOSED, PAID, PLACED, RECEIVED, SETTLED, SimulatedOrder
from joey.sandbox.world.state import World
from joey.sandbox.world.state_steps import SPLIT

PARENT_OF_A_SPLIT, CANCELLED, OTHER_SITE, WITHOUT_RATE = 2, 3, 14, 19
UNPAID, PAID_FOR, COMPLETED = 15, 16, 17
UNKNOWN_CODE = 99  # no document has it; 10, 12 and 32 were not seen anywhere either
OF_STATE = {PLACED: UNPAID, PAID: PAID_FOR, RECEIVED: COMPLETED, SETTLED: COMPLETED}
# What `POST /control/jd/codes` can ask for: of an order that goes on (unknown, unpaid, paid, a deposit paid), and of
# one that does not count. A split has a step of its own.
OPEN_CODES = (-1, UNPAID, PAID_FOR, 24)
VOID_CODES = (
    CANCELLED, 4, 5, 6, 7, 8, 9, 11, 13, OTHER_SITE, WITHOUT_RATE, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30, 31, 33, 34,
    35, 36,
)  # fmt: skip


def void_because(order: SimulatedOrder) -> str:
    """Why a new order does not count: its link is of a site that is not registered, or the item has no commission."""
    if order.carried and not is_registered(json.loads(order.carried)["siteId"]):
        return str(OTHER_SITE)
    return "" if order.rate_ppm else str(WITHOUT_RATE)


def code_of(order: Row, asked: dict[int, int]) -> int:
    """What the report says of an order that it shows; `asked` are codes that a test asked for, by order."""
    if order["unknown_code"]:
        return asked.get(order["number"], UNKNOWN_CODE)
    if order["state"] != CLOSED:
        return OF_STATE[order["state"]]
    because = order["closed_because"]
    if because == SPLIT:
        return PARENT_OF_A_SPLIT
    return int(because) if because.isdigit() else CANCELLED


def ask_for(world: World, order: SimulatedOrder, code: int) -> None:
    """Report this order with this code, instead of the one that no document has, until its next step."""
    with world.change() as db:
        db.execute("INSERT OR REPLACE INTO jd_asked_code VALUES (?, ?)", (order.number, code))


def asked_codes(world: World, orders: Sequence[Row]) -> dict[int, int]:
    """The codes that were asked for these orders, by number."""
    odd = [order["number"] for order in orders if order["unknown_code"]]
    rows = world.rows(f"SELECT * FROM jd_asked_code WHERE order_number IN ({', '.join('?' * len(odd))})", *odd)
    return {row["order_number"]: row["code"] for row in rows}
