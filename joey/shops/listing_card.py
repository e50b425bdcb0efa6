"""A listing with its offer as pages and faces show it: one shape and one price block for all of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from joey.catalog.models import Offer
from joey.catalog.queries import price_points_since
from joey.catalog.rate_cuts import RateCut, newest_cut, with_known_cuts
from joey.catalog.title_in import title_in
from joey.shops.models import Listing, Shop
from joey.shops.price_history import DAYS
from joey.shops.shown_price import LAWFUL_DAYS, Point, ShownPrice, shown_price


@dataclass(frozen=True)
class Card:
    """A listing with its offer, and with its price as it may be shown now."""

    id: UUID
    offer_id: UUID
    shop_slug: str
    shelf_id: UUID | None
    title: str
    title_language: str  # as the marketplace printed it, when there is no translation
    has_picture: bool
    marketplace: str
    category: str
    note: str
    price: ShownPrice
    in_stock: bool
    withdrawn: bool
    commission_ppm: int
    rate_cut: RateCut | None  # for the keeper
    state: str
    rule_id: str
    reason: str


def card_of(listing: Listing, shop: Shop, *, language: str, now: datetime) -> Card:
    """One listing as a card. One query."""
    return cards_of([listing], shop, language, now)[0]


def cards_of(
    rows: Sequence[Listing],
    shop: Shop | None,
    language: str,
    now: datetime,
    *,
    points: dict[UUID, list[Point]] | None = None,
) -> list[Card]:
    """Cards for listings read with their offers (and their shops, when `shop` is None)."""
    if points is None:
        points = price_points([row.offer_id for row in rows], now)
    marketplaces = with_known_cuts()
    return [_card(row, shop or row.shop, language, now, points.get(row.offer_id, []), marketplaces) for row in rows]


def price_points(offer_ids: Sequence[UUID], now: datetime) -> dict[UUID, list[Point]]:
    """By offer, oldest first: the price points of the last weeks, and the one in force before them. One query."""
    return price_points_since(offer_ids, since=now - timedelta(days=DAYS) - LAWFUL_DAYS)


def _card(
    row: Listing, shop: Shop, language: str, now: datetime, points: Sequence[Point], marketplaces: Collection[str]
) -> Card:
    offer: Offer = row.offer
    title, title_language = title_in(language, offer.title, offer.translations)
    return Card(
        id=row.id,
        offer_id=offer.id,
        shop_slug=shop.slug,
        shelf_id=row.shelf_id,
        title=title,
        title_language=title_language,
        has_picture=bool(offer.picture_urls),
        marketplace=offer.marketplace,
        category=offer.category,
        note=row.note,
        price=shown_price(offer, points, now=now),
        in_stock=offer.in_stock,
        withdrawn=offer.withdrawn_at is not None,
        commission_ppm=offer.commission_ppm,
        rate_cut=newest_cut(offer, now=now, marketplaces=marketplaces),
        state=row.state,
        rule_id=row.rule_id,
        reason=row.why,
    )
