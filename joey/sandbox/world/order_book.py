"""Keep simulated orders: buy something, let something happen to an order, store many at once for a large test."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from sqlite3 import Row
from typing import Any

from joey.sandbox.refused import conflict, invalid, missing
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.market_rules import MarketRules
from joey.sandbox.world.order_steps import take_step
from joey.sandbox.world.reports import keep_for_the_report
from joey.sandbox.world.simulated_order import OrderStep, SimulatedOrder, TakenBack
from joey.sandbox.world.state import World
from joey.sandbox.world.state_steps import closed, parcels

MOST_PIECES = 999
_AFTER_CASES = ("settle", "repeat")  # steps that report the order's refund cases again, as changed now
COLUMNS = tuple(field.name for field in fields(SimulatedOrder))


@dataclass(frozen=True)
class FollowedLink:
    """What an order is credited to: the tracking of the link that was followed, and when."""

    position: str | None
    sub_id: str | None
    at: int
    carried: str = ""


def buy(world: World, rules: MarketRules, order: SimulatedOrder) -> SimulatedOrder:
    """Keep a paid order and give it its number."""
    with world.change():
        numbered = _numbered([(rules, order)], _next_number(world))
        _insert(world, numbered)
    return numbered[0]


def draft(
    now: int,
    today: date,
    rules: MarketRules,
    item: SoldItem,
    quantity: int,
    *,
    link: FollowedLink | None,
    click_at: int | None = None,
    paid_at: int | None = None,
) -> SimulatedOrder:
    """A paid order without its number; the moments default to the link's own and to now. One of a link that earns
    nothing at this marketplace is closed from the start.

    Raises Refused: 409 for what cannot be bought, 422 for a quantity or a moment that cannot be.
    """
    if item.gone:
        raise conflict("this item is no longer sold")
    if not item.in_stock:
        raise conflict("this item is out of stock")
    if not 1 <= quantity <= MOST_PIECES:
        raise invalid("quantity", f"between 1 and {MOST_PIECES} pieces")
    paid = now if paid_at is None else paid_at
    if paid > now:
        raise invalid("paid_at", "this moment has not come yet")
    unit = item.price(today)
    order = SimulatedOrder(
        number=0,
        order_id="",
        account=rules.account,
        marketplace=item.marketplace,
        item=item.external_id,
        title=item.title[rules.language],
        currency=item.currency,
        quantity=quantity,
        list_minor=item.now_minor,
        unit_minor=unit,
        paid_minor=unit * quantity,
        rate_ppm=item.rate_ppm,
        estimate_minor=rules.commission_of(unit * quantity, item.rate_ppm),
        position=link.position if link else None,
        sub_id=link.sub_id if link else None,
        click_at=_clicked(link, click_at, paid, paid_at is not None),
        created_at=paid,
        paid_at=paid,
        modified_at=paid,
        carried=link.carried if link else "",
    )
    because = rules.void_because(order) if link and rules.void_because else ""
    return closed(order, because) if because else order


def act(world: World, rules: MarketRules, order_id: str, do: str, at: int | None, **given: Any) -> SimulatedOrder:
    """Let `do` happen to an order, now or at a moment of the past. Raises Refused: 404, 409 or 422."""
    with world.change() as db:
        now = world.now()
        order = find_order(world, order_id)
        if at is not None and at > now:
            raise invalid("at", "this moment has not come yet")
        # two steps within one second keep their order
        moment = max(now, order.modified_at) if at is None else at
        moved, back = take_step(order, OrderStep(do, moment, **given), rules)
        changed = [name for name in COLUMNS if getattr(moved, name) != getattr(order, name)]
        if changed:
            assignments = ", ".join(f"{name} = ?" for name in changed)
            values = [getattr(moved, name) for name in changed]
            db.execute(f"UPDATE orders SET {assignments} WHERE number = ?", [*values, order.number])
        keep_for_the_report(world, [moved])
        if back:
            _insert_taken_back(world, moved, [back])
        if do in _AFTER_CASES:
            for case in taken_back_of(world, moved):
                keep_for_the_report(world, [moved], taken_back=dict(case))
        if do == "split":
            _insert(world, _numbered([(rules, part) for part in parcels(moved)], _next_number(world)))
    return moved


def keep_many(world: World, drafted: Sequence[tuple[MarketRules, SimulatedOrder, Sequence[TakenBack]]]) -> list[str]:
    """Store many finished drafts at once; returns their order ids."""
    with world.change():
        numbered = _numbered(((rules, order) for rules, order, _ in drafted), _next_number(world))
        _insert(world, numbered)
        for order, (_, _, all_back) in zip(numbered, drafted, strict=True):
            _insert_taken_back(world, order, all_back)
    return [order.order_id for order in numbered]


def find_order(world: World, order_id: str) -> SimulatedOrder:
    """One order. Raises Refused 404."""
    row = world.row("SELECT * FROM orders WHERE order_id = ?", order_id)
    if row is None:
        raise missing("there is no such order")
    return order_of(row)


def order_of(row: Row) -> SimulatedOrder:
    """An order from its row, of the truth or of a report."""
    return SimulatedOrder(**{name: row[name] for name in COLUMNS})


def taken_back_of(world: World, order: SimulatedOrder) -> list[Row]:
    """The refund cases of an order, also those from before its settlement, oldest first."""
    return world.rows("SELECT * FROM taken_back WHERE order_number = ? ORDER BY number", order.number)


def parts_of(world: World, order: SimulatedOrder) -> list[str]:
    """The ids of the orders that it was split into."""
    return [row["order_id"] for row in world.rows("SELECT order_id FROM orders WHERE parent = ?", order.order_id)]


def _clicked(link: FollowedLink | None, click_at: int | None, paid: int, in_the_past: bool) -> int | None:
    if link is None:
        return None
    clicked = link.at if click_at is None else click_at
    if clicked <= paid:
        return clicked
    if click_at is None and in_the_past:
        return paid  # bought "in the past" through a link followed just now
    raise invalid("click_time", "the click cannot come after the payment")


def _next_number(world: World) -> int:
    row = world.row("SELECT coalesce(max(number), 0) + 1 AS number FROM orders")
    assert row is not None
    return int(row["number"])


def _numbered(orders: Iterable[tuple[MarketRules, SimulatedOrder]], first: int) -> list[SimulatedOrder]:
    return [
        replace(order, number=number, order_id=rules.public_id(number))
        for number, (rules, order) in enumerate(orders, start=first)
    ]


def _insert(world: World, orders: Sequence[SimulatedOrder]) -> None:
    names = ", ".join(COLUMNS)
    marks = ", ".join(f":{name}" for name in COLUMNS)
    rows: list[dict[str, Any]] = [asdict(order) for order in orders]
    world.db.executemany(f"INSERT INTO orders ({names}) VALUES ({marks})", rows)
    keep_for_the_report(world, orders)


def _insert_taken_back(world: World, order: SimulatedOrder, taken: Sequence[TakenBack]) -> None:
    for back in taken:
        world.db.execute(
            "INSERT INTO taken_back (order_number, kind, currency, quantity, refund_minor, commission_minor,"
            " service_minor, at) VALUES (:order_number, :kind, :currency, :quantity, :refund_minor, :commission_minor,"
            " :service_minor, :at)",
            asdict(back) | {"order_number": order.number},
        )
        number = world.db.execute("SELECT last_insert_rowid()").fetchone()[0]
        keep_for_the_report(world, [order], taken_back=asdict(back) | {"number": number, "order_number": order.number})
