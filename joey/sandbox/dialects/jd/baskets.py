"""Orders that were bought at once: each thing has a row of its own, and all carry the order number of the first."""

from collections.abc import Sequence

from joey.sandbox.refused import conflict, invalid
from joey.sandbox.world.state import World

FIRST_ROW, FIRST_ORDER = 211_234_500_000, 280_000_000_000


def row_id_of(number: int) -> str:
    """The id of the row of an order of this sandbox."""
    return str(FIRST_ROW + number)


def order_number_of(world: World, row_id: str) -> int:
    """The order's number, which its buyer sees too."""
    row = world.row("SELECT order_number FROM jd_basket WHERE row_id = ?", row_id)
    return int(row["order_number"]) if row else int(row_id) - FIRST_ROW + FIRST_ORDER


def row_ids_of(world: World, order_number: int) -> list[str]:
    """The rows that an order may have, oldest first."""
    own = row_id_of(order_number - FIRST_ORDER)
    others = world.rows("SELECT row_id FROM jd_basket WHERE order_number = ? ORDER BY row_id", order_number)
    alone = world.row("SELECT row_id FROM jd_basket WHERE row_id = ?", own) is None
    return ([own] if alone else []) + [row["row_id"] for row in others]


def put_together(world: World, row_ids: Sequence[str]) -> int:
    """From now on they are one order; its number. Raises Refused 409 for one that is in another."""
    if len(set(row_ids)) < 2 or len(set(row_ids)) < len(row_ids):
        raise invalid("orders", "two orders or more, each once")
    with world.change() as db:
        if any(len(row_ids_of(world, order_number_of(world, row_id))) > 1 for row_id in row_ids):
            raise conflict("one of these was bought with others already")
        number = order_number_of(world, row_ids[0])
        db.executemany("INSERT INTO jd_basket VALUES (?, ?)", [(row_id, number) for row_id in row_ids])
    return number
