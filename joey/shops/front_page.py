"""The front page: the newest shops that may be discovered, and their newest listings by category."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from joey.catalog.price_now import earliest
from joey.shops.discoverable import is_discoverable
from joey.shops.listing_card import Card, cards_of
from joey.shops.models import Listing, Shop
from joey.shops.names import CATEGORIES
from joey.shops.shop_page import ShopCard, shop_card

_CATEGORY_ORDER = {category: place for place, category in enumerate(CATEGORIES)}


@dataclass(frozen=True)
class FrontPage:
    shops: tuple[ShopCard, ...]
    categories: tuple[tuple[str, tuple[Card, ...]], ...]
    expires_at: datetime | None  # the earliest end of a price on the page; None when it shows none


def front_page(*, language: str, now: datetime, has_settled: Any, shops: int = 12, per_category: int = 6) -> FrontPage:
    """Newest shops that may be discovered, and their newest listings by category, each offer once. Three queries.

    Ids grow with time, so the newest are read from the primary key's end. `has_settled`: as `is_discoverable` takes it.
    """
    discoverable = Shop.objects.filter(is_discoverable(now=now, has_settled=has_settled))
    newest = discoverable.select_related("owner").order_by("-id")[:shops]
    rows = (
        Listing.objects.select_related("offer", "shop", "shop__owner")
        .filter(Exists(discoverable.filter(id=OuterRef("shop_id"))))
        .filter(state=Listing.State.PUBLISHED, offer__withdrawn_at=None, offer__in_stock=True)
        .order_by("-id")[:400]
    )
    chosen: dict[str, list[Listing]] = {}
    seen: set[UUID] = set()
    for row in rows:
        in_category = chosen.setdefault(row.offer.category, [])
        if row.offer_id not in seen and len(in_category) < per_category:
            seen.add(row.offer_id)
            in_category.append(row)
    in_order = sorted(chosen, key=lambda category: (_CATEGORY_ORDER.get(category, len(CATEGORIES)), category))
    kept = [row for found in chosen.values() for row in found]
    cards = {card.id: card for card in cards_of(kept, None, language, now)}
    return FrontPage(
        shops=tuple(shop_card(shop) for shop in newest),
        categories=tuple(
            (category, tuple(cards[row.id] for row in chosen[category])) for category in in_order if chosen[category]
        ),
        expires_at=earliest(card.price.until for card in cards.values()),
    )
