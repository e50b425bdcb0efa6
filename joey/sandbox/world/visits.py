"""Buyers who followed a tracked link: a visit keeps the link's tracking, and the purchase is credited to it."""

import secrets
from dataclasses import dataclass

from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.order_book import FollowedLink
from joey.sandbox.world.state import World


@dataclass(frozen=True)
class Destination:
    """Where a tracked link leads and what it carries."""

    item: SoldItem
    position: str | None = None
    sub_id: str | None = None
    carried: str = ""  # what else an order of it has to say, in the form of its dialect


@dataclass(frozen=True)
class BuyerVisit:
    """A person followed a tracked link.

    `buyer` is the random token that the pages of the marketplace pass on in their address (`?b=`); by it an order finds
    the visit, and so the position or sub-id that it is credited to.
    """

    buyer: str
    marketplace: str
    item: str
    position: str | None
    sub_id: str | None
    carried: str
    at: int

    @property
    def link(self) -> FollowedLink:
        """What an order of this visit is credited to."""
        return FollowedLink(self.position, self.sub_id, self.at, self.carried)


def record_visit(world: World, destination: Destination) -> BuyerVisit:
    """Count one person following a link."""
    visit = BuyerVisit(
        buyer=secrets.token_urlsafe(12),
        marketplace=destination.item.marketplace,
        item=destination.item.external_id,
        position=destination.position,
        sub_id=destination.sub_id,
        carried=destination.carried,
        at=world.now(),
    )
    with world.change() as db:
        db.execute(
            "INSERT INTO visit (buyer, marketplace, item, position, sub_id, carried, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (visit.buyer, visit.marketplace, visit.item, visit.position, visit.sub_id, visit.carried, visit.at),
        )
    return visit


def visit_of(world: World, buyer: str) -> BuyerVisit | None:
    """The visit a buyer came by."""
    row = world.row("SELECT * FROM visit WHERE buyer = ?", buyer)
    return BuyerVisit(**{name: row[name] for name in row.keys()}) if row else None  # noqa: SIM118 a Row iterates values
