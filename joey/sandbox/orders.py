"""Keep simulated orders: buy something, let something happen to it, create many at once for a large test."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from sqlite3 import Row
from typing import Any

from joey.demo.catalogue import DemoOffer
from joey.sandbox import order_states
from joey.sandbox.amounts import part_of
from joey.sandbox.beijing import day_of
from joey.sandbox.on_sale import is_gone, price_today
from joey.sandbox.order_states import Order, Refund
from joey.sandbox.refused import conflict, invalid, missing
from joey.sandbox.visits import Visit
from joey.sandbox.world import World

MOST_PIECES = 999
COLUMNS = tuple(field.name for field in fields(Order))


def buy(
    world: World,
    offer: DemoOffer,
    quantity: int = 1,
    *,
    visit: Visit | None = None,
    click_at: int | None = None,
    paid_at: int | None = None,
) -> Order:
    """Pay for some pieces; with a visit the order belongs to the ad zone whose link was followed.

    The moments default to the visit's own and to now. Raises Refused: 409 for what cannot be bought, 422 for a
    quantity or a moment that cannot be.
    """
    order = draft(world.now(), offer, quantity, visit=visit, click_at=click_at, paid_at=paid_at)
    with world.change():
        numbered = _numbered([order], _next_number(world))
        _insert(world, numbered)
    return numbered[0]


def act(
    world: World,
    trade_id: str,
    do: str,
    *,
    quantity: int | None = None,
    at: int | None = None,
    commission_minor: int | None = None,
) -> Order:
    """Let `do` (receive, settle, close, return, repeat) happen to an order. Raises Refused: 404, 409 or 422."""
    with world.change() as db:
        now = world.now()
        order = order_by_trade_id(world, trade_id)
        # two steps within one second keep their order
        moment = max(now, order.modified_at) if at is None else at
        if at is not None and at > now:
            raise invalid("at", "this moment has not come yet")
        moved, refund = step(order, do, moment, quantity=quantity, commission_minor=commission_minor)
        changed = [name for name in COLUMNS if getattr(moved, name) != getattr(order, name)]
        if changed:
            assignments = ", ".join(f"{name} = ?" for name in changed)
            values = [getattr(moved, name) for name in changed]
            db.execute(f"UPDATE orders SET {assignments} WHERE number = ?", [*values, order.number])
        if refund:
            _insert_refunds(world, [(order.number, refund)])
    return moved


def step(
    order: Order, do: str, at: int, *, quantity: int | None = None, commission_minor: int | None = None
) -> tuple[Order, Refund | None]:
    """The order after `do`, and the refund case where one came of it. Pure. Raises Refused."""
    if do == "return":
        return order_states.give_back(order, quantity, at)
    if quantity is not None:
        raise invalid("quantity", "only a return has a quantity")
    if do == "settle":
        return order_states.settle(order, at, commission_minor), None
    if commission_minor is not None:
        raise invalid("commission", "only a settlement has a commission")
    moves = {"receive": order_states.receive, "close": order_states.close, "repeat": order_states.repeat}
    if do not in moves:
        raise invalid("do", "one of receive, settle, close, return")
    return moves[do](order, at), None


def draft(
    now: int,
    offer: DemoOffer,
    quantity: int,
    *,
    visit: Visit | None,
    click_at: int | None = None,
    paid_at: int | None = None,
) -> Order:
    """A paid order without its number. Raises Refused."""
    if is_gone(offer):
        raise conflict("this item is no longer sold")
    if not offer.in_stock:
        raise conflict("this item is out of stock")
    if not 1 <= quantity <= MOST_PIECES:
        raise invalid("quantity", f"between 1 and {MOST_PIECES} pieces")
    paid = now if paid_at is None else paid_at
    clicked = (click_at if click_at is not None else visit.at) if visit else None
    if clicked is not None and clicked > paid:
        if click_at is None and paid_at is not None:
            clicked = paid  # bought "in the past" through a link followed just now
        else:
            raise invalid("click_time", "the click cannot come after the payment")
    if paid > now:
        raise invalid("paid_at", "this moment has not come yet")
    unit = price_today(offer, day_of(now))
    return Order(
        number=0,
        trade_id="",
        marketplace=offer.marketplace,
        item=offer.external_id,
        title=offer.good.title["en" if offer.marketplace == "amazon" else "zh"],
        currency=offer.currency,
        quantity=quantity,
        list_minor=offer.now_minor,
        unit_minor=unit,
        rate_ppm=offer.commission_ppm,
        adzone=visit.adzone if visit else None,
        relation=visit.relation if visit else None,
        click_at=clicked,
        created_at=paid,
        paid_at=paid,
        modified_at=paid,
        paid_minor=unit * quantity,
        estimate_minor=part_of(unit * quantity, offer.commission_ppm),
    )


def keep_many(world: World, drafted: Sequence[tuple[Order, Sequence[Refund]]]) -> list[str]:
    """Store many finished drafts at once; returns their order numbers."""
    with world.change():
        numbered = _numbered((order for order, _ in drafted), _next_number(world))
        _insert(world, numbered)
        _insert_refunds(
            world,
            [
                (order.number, refund)
                for order, (_, refunds) in zip(numbered, drafted, strict=True)
                for refund in refunds
            ],
        )
    return [order.trade_id for order in numbered]


def order_by_trade_id(world: World, trade_id: str) -> Order:
    """One order. Raises Refused 404."""
    row = world.row("SELECT * FROM orders WHERE trade_id = ?", trade_id)
    if row is None:
        raise missing("there is no such order")
    return order_of(row)


def order_of(row: Row) -> Order:
    """An Order from its row."""
    return Order(**{name: row[name] for name in COLUMNS})


def refunds_of(world: World, order: Order) -> list[Row]:
    """The refund cases of an order, oldest first."""
    return world.rows("SELECT * FROM refund_case WHERE order_number = ? ORDER BY number", order.number)


def _next_number(world: World) -> int:
    row = world.row("SELECT coalesce(max(number), 0) + 1 AS number FROM orders")
    assert row is not None
    return int(row["number"])


def _numbered(orders: Iterable[Order], first: int) -> list[Order]:
    return [
        replace(order, number=number, trade_id=order_states.trade_id_of(number))
        for number, order in enumerate(orders, start=first)
    ]


def _insert(world: World, orders: Sequence[Order]) -> None:
    names = ", ".join(COLUMNS)
    marks = ", ".join(f":{name}" for name in COLUMNS)
    rows: list[dict[str, Any]] = [asdict(order) for order in orders]
    world.db.executemany(f"INSERT INTO orders ({names}) VALUES ({marks})", rows)


def _insert_refunds(world: World, refunds: Sequence[tuple[int, Refund]]) -> None:
    world.db.executemany(
        "INSERT INTO refund_case (order_number, quantity, refund_minor, commission_minor, service_minor,"
        " created_at, finished_at, modified_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (number, r.quantity, r.refund_minor, r.commission_minor, r.service_minor, r.at, r.at, r.at)
            for number, r in refunds
        ],
    )
