"""A shop as its keeper sees it: every shelf and every listing, in any state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.shops.listing_card import Card, cards_of
from joey.shops.models import Listing, Shelf, Shop


@dataclass(frozen=True)
class ShelfView:
    """A shelf as its keeper sees it; the one with `id` None has the listings on no shelf."""

    id: UUID | None
    name: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Stock:
    """The listings of a shop by state."""

    shelves: tuple[ShelfView, ...]  # published, in order
    hidden: tuple[Card, ...]
    refused: tuple[Card, ...]


def stock_of(shop: Shop, *, language: str, now: datetime) -> Stock:
    """Everything in the shop, for its keeper. Three queries."""
    shelves = list(Shelf.objects.filter(shop=shop).order_by("position", "id"))
    rows = list(Listing.objects.select_related("offer").filter(shop=shop).order_by("position", "added_at", "id")[:2000])
    cards = cards_of(rows, shop, language, now)
    by_state = {state: tuple(card for card in cards if card.state == state) for state in Listing.State}
    return Stock(
        shelves=tuple(_on_shelves(shelves, by_state[Listing.State.PUBLISHED])),
        hidden=by_state[Listing.State.HIDDEN],
        refused=by_state[Listing.State.REFUSED],
    )


def _on_shelves(shelves: Iterable[Shelf], cards: Sequence[Card]) -> list[ShelfView]:
    by_shelf: dict[UUID | None, list[Card]] = {}
    for card in cards:
        by_shelf.setdefault(card.shelf_id, []).append(card)
    views = [ShelfView(shelf.id, shelf.name, tuple(by_shelf.get(shelf.id, ()))) for shelf in shelves]
    loose = by_shelf.get(None)
    return [*views, ShelfView(None, "", tuple(loose))] if loose else views
