"""Buy something at a marketplace and move the order on, by the rules of that marketplace's dialect."""

from typing import Any

from joey.sandbox.dialects.port import Dialect
from joey.sandbox.dialects.registry import dialect_of
from joey.sandbox.world import order_book
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.simulated_order import SimulatedOrder
from joey.sandbox.world.state import World
from joey.sandbox.world.visits import BuyerVisit


def buy_item(
    world: World,
    item: SoldItem,
    quantity: int,
    *,
    visit: BuyerVisit | None,
    click_at: int | None = None,
    paid_at: int | None = None,
) -> SimulatedOrder:
    """Pay for some pieces. The order is credited to the visit when that came by a link of the same account.

    Raises Refused: 409 for what cannot be bought, 422 for a quantity or a moment that cannot be.
    """
    dialect = serving(item.marketplace)
    counts = visit is not None and dialect_of(visit.marketplace) is dialect
    order = order_book.draft(
        world.now(),
        dialect.today(world),
        dialect.rules,
        item,
        quantity,
        link=visit.link if visit and counts else None,
        click_at=click_at,
        paid_at=paid_at,
    )
    return order_book.buy(world, dialect.rules, order)


def move(world: World, order_id: str, asked: dict[str, Any], *, at: int | None = None) -> SimulatedOrder:
    """Take one step of the control contract with an order. Raises Refused."""
    rules = serving(order_book.find_order(world, order_id).marketplace).rules
    return order_book.act(
        world,
        rules,
        order_id,
        asked["do"],
        at,
        quantity=asked.get("quantity"),
        amount_minor=asked.get("amount"),
        commission_minor=asked.get("commission"),
        currency=asked.get("currency"),
    )


def serving(marketplace: str) -> Dialect:
    """The dialect of a marketplace that sells something here."""
    dialect = dialect_of(marketplace)
    assert dialect is not None, marketplace
    return dialect
