"""A shop as its keeper sees it: every shelf and every listing, in any state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from joey.catalog.search.fold import fold
from joey.catalog.search.spellings import one_spelling
from joey.shops.listing_card import Card, cards_of
from joey.shops.models import Listing, Shelf, Shop
from joey.shops.read_report import Appeal, appeals_of


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
    by_operator: frozenset[UUID] = frozenset()  # of the hidden ones: their keeper cannot show these again
    appeals: Mapping[UUID | None, Appeal] = field(default_factory=dict)
    titles: Mapping[UUID, str] = field(default_factory=dict)  # by listing: in each language, for finding

    def published(self, words: str = "") -> list[Card]:
        """What buyers see, in the order of the shelves; of it, what has each of these words in its title or note."""
        cards = [card for shelf in self.shelves for card in shelf.cards]
        wanted = _folded(words).split()
        if not wanted:
            return cards
        texts = [_folded(f"{self.titles[card.id]} {card.note}") for card in cards]
        return [card for card, text in zip(cards, texts, strict=True) if all(word in text for word in wanted)]


def stock_of(shop: Shop, *, language: str, now: datetime) -> Stock:
    """Everything in the shop, for its keeper. Three queries, and one more where an operator hid something."""
    shelves = list(Shelf.objects.filter(shop=shop).order_by("position", "id"))
    rows = list(Listing.objects.select_related("offer").filter(shop=shop).order_by("position", "added_at", "id")[:2000])
    cards = cards_of(rows, shop, language, now)
    by_state = {state: tuple(card for card in cards if card.state == state) for state in Listing.State}
    by_operator = frozenset(row.id for row in rows if row.hidden_by_operator)
    return Stock(
        shelves=tuple(_on_shelves(shelves, by_state[Listing.State.PUBLISHED])),
        hidden=by_state[Listing.State.HIDDEN],
        refused=by_state[Listing.State.REFUSED],
        by_operator=by_operator,
        appeals=appeals_of(shop) if by_operator else {},
        titles={row.id: " ".join(filter(None, (row.offer.title, *row.offer.translations.values()))) for row in rows},
    )


def _folded(text: str) -> str:
    return one_spelling(fold(text))


def _on_shelves(shelves: Iterable[Shelf], cards: Sequence[Card]) -> list[ShelfView]:
    by_shelf: dict[UUID | None, list[Card]] = {}
    for card in cards:
        by_shelf.setdefault(card.shelf_id, []).append(card)
    views = [ShelfView(shelf.id, shelf.name, tuple(by_shelf.get(shelf.id, ()))) for shelf in shelves]
    loose = by_shelf.get(None)
    return [*views, ShelfView(None, "", tuple(loose))] if loose else views
