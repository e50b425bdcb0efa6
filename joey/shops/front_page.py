"""The front page: the newest shops, and the newest listings by category."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from joey.catalog.price_now import earliest
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


def front_page(*, language: str, now: datetime, shops: int = 12, per_category: int = 6) -> FrontPage:
    """Newest shops, and the newest listings by category, each offer once. Three queries.

    Ids grow with time, so the newest are read from the primary key's end.
    """
    filled = Exists(Listing.objects.filter(shop=OuterRef("id"), state=Listing.State.PUBLISHED))
    newest = Shop.objects.select_related("owner").filter(filled, closed_at=None).order_by("-id")[:shops]
    rows = (
        Listing.objects.select_related("offer", "shop", "shop__owner")
        .filter(state=Listing.State.PUBLISHED, shop__closed_at=None, offer__withdrawn_at=None, offer__in_stock=True)
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
