"""Page through a shop's listings in any state, for programs that read them all."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.catalog.title_in import title_in
from joey.kit.page import Page
from joey.shops.listing_card import price_points
from joey.shops.models import Listing, Shelf, Shop
from joey.shops.shown_price import Point, ShownPrice, shown_price


@dataclass(frozen=True)
class ListingRow:
    """One listing with its offer as it is now."""

    id: UUID
    offer_id: UUID
    state: str
    rule_id: str
    reason: str
    pack_version: str
    shelf_id: UUID | None
    shelf: str | None
    position: int
    note: str
    title: str
    marketplace: str
    price: ShownPrice
    in_stock: bool
    added_at: datetime


def listings_of(shop: Shop, *, language: str, now: datetime, limit: int, after: UUID | None = None) -> Page[ListingRow]:
    """The shop's listings, newest first, from the one after `after` on; `next` is the last id. Two queries."""
    rows = Listing.objects.select_related("offer", "shelf").filter(shop=shop).order_by("-id")
    found = list((rows.filter(id__lt=after) if after else rows)[: limit + 1])
    points = price_points([listing.offer_id for listing in found[:limit]], now)
    items = tuple(_row(listing, language, now, points) for listing in found[:limit])
    return Page(items, str(items[-1].id) if len(found) > limit else None)


def listing_row(shop: Shop, listing_id: UUID, *, language: str, now: datetime) -> ListingRow | None:
    """One of the shop's listings, or None. Two queries."""
    found = Listing.objects.select_related("offer", "shelf").filter(shop=shop, id=listing_id).first()
    return _row(found, language, now, price_points([found.offer_id], now)) if found else None


def shelves_of(shop: Shop) -> list[Shelf]:
    """The shop's shelves in their order. One query."""
    return list(Shelf.objects.filter(shop=shop).order_by("position", "id"))


def _row(listing: Listing, language: str, now: datetime, points: dict[UUID, list[Point]]) -> ListingRow:
    offer, shelf = listing.offer, listing.shelf
    return ListingRow(
        id=listing.id,
        offer_id=offer.id,
        state=listing.state,
        rule_id=listing.rule_id,
        reason=listing.why,
        pack_version=listing.pack_version,
        shelf_id=shelf.id if shelf else None,
        shelf=shelf.name if shelf else None,
        position=listing.position,
        note=listing.note,
        title=title_in(language, offer.title, offer.translations)[0],
        marketplace=offer.marketplace,
        price=shown_price(offer, points.get(offer.id, ()), now=now),
        in_stock=offer.in_stock,
        added_at=listing.added_at,
    )
