"""Reading shops: what a page shows, as frozen values, in a known number of queries however much a shop holds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from joey.catalog.models import Offer
from joey.catalog.price_now import earliest
from joey.kit import sql
from joey.kit.refusals import NotFound
from joey.marketplaces.registry import manifest_of
from joey.money.money import Money
from joey.money.split import split
from joey.people.models import Person
from joey.shops.connected import reports_orders
from joey.shops.models import Listing, Shelf, Shop
from joey.shops.names import CATEGORIES
from joey.shops.price_history import DAYS, PriceHistory, price_history
from joey.shops.shop_page import CARDS_PER_PAGE, ShopCard, ShopPage, page_of
from joey.shops.shown_price import LAWFUL_DAYS, Point, ShownPrice, shown_price

Read = Callable[[str, Mapping[str, Any]], list[tuple[Any, ...]]]

# The shop stands in every row, so that an empty one has a row too. The order of its shelves is the order of the page;
# what stands on no shelf comes last. Nothing is read of an offer that is not shown on this page.
SHOP_PAGE = f"""
    SELECT s.id, s.slug, s.name, s.intro, p.name, s.opened_at, clock_timestamp(), c.*
    FROM shops_shop s
    JOIN people_person p ON p.id = s.owner_id
    LEFT JOIN LATERAL (
        SELECT l.id, l.shelf_id, l.shelf, o.id, o.title, o.translations ->> %(language)s, o.marketplace,
               o.picture_urls <> '{{}}', o.in_stock, o.withdrawn_at IS NOT NULL, o.currency, o.now_minor,
               o.coupon_minor, o.coupon_until, o.as_of, o.expires_at
        FROM (
            SELECT l.id, l.shelf_id, h.name AS shelf, l.offer_id,
                   row_number() OVER (ORDER BY h.position, l.shelf_id, l.position, l.added_at, l.id) AS place
            FROM shops_listing l LEFT JOIN shops_shelf h ON h.id = l.shelf_id AND h.shop_id = s.id
            WHERE l.shop_id = s.id AND l.state = 'published'
            ORDER BY place LIMIT {CARDS_PER_PAGE + 1} OFFSET %(start)s
        ) l JOIN catalog_offer o ON o.id = l.offer_id
        ORDER BY place
    ) c ON true
    WHERE s.slug = %(slug)s AND s.closed_at IS NULL
"""

_CATEGORY_ORDER = {category: place for place, category in enumerate(CATEGORIES)}


@dataclass(frozen=True)
class Earning:
    """What a sale at the price shown may bring, by the marketplace's own rate. Estimates; the report decides."""

    rate_ppm: int
    keeper: Money | None  # None: no price is known now
    platform: Money | None


@dataclass(frozen=True)
class Card:
    """A listing with its offer."""

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
    state: str
    rule_id: str
    reason: str


@dataclass(frozen=True)
class ShelfView:
    """A shelf as its keeper sees it; `id` None holds what stands on no shelf."""

    id: UUID | None
    name: str
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class ListingPage:
    shop: ShopCard
    card: Card
    seller: str
    seller_kind: str
    ships_from: str
    marketplace_url: str
    history: PriceHistory | None
    earning: Earning | None  # None: this marketplace reports nothing, a share earns nothing
    more: tuple[Card, ...]  # others of the same shop
    expires_at: datetime | None  # the earliest end of a price on the page; None when it shows none


@dataclass(frozen=True)
class FrontPage:
    shops: tuple[ShopCard, ...]
    categories: tuple[tuple[str, tuple[Card, ...]], ...]
    expires_at: datetime | None  # the earliest end of a price on the page; None when it shows none


@dataclass(frozen=True)
class Stock:
    """A shop as its keeper sees it: every shelf, every listing, whatever its state."""

    shelves: tuple[ShelfView, ...]  # published, in order
    hidden: tuple[Card, ...]
    refused: tuple[Card, ...]


def shop_by_slug(slug: str) -> Shop:
    """The open shop at that address; raises NotFound."""
    shop = Shop.objects.select_related("owner").filter(slug=slug, closed_at=None).first()
    if shop is None:
        raise no_such_shop()
    return shop


def no_such_shop() -> NotFound:
    return NotFound(_("There is no shop at this address. It may have closed, or the link is misspelt."))


def shop_of(owner: Person, slug: str) -> Shop:
    """The owner's shop; another's looks the same as none at all (NotFound)."""
    shop = Shop.objects.select_related("owner").filter(slug=slug, owner=owner, closed_at=None).first()
    if shop is None:
        raise NotFound(_("You have no shop at this address."))
    return shop


def shops_of(person: Person) -> list[Shop]:
    """The person's open shops, oldest first."""
    return list(Shop.objects.select_related("owner").filter(owner=person, closed_at=None).order_by("opened_at", "id"))


def listing_of(shop: Shop, listing_id: UUID) -> Listing:
    """One of the shop's listings with its offer, in any state; raises NotFound."""
    listing = Listing.objects.select_related("offer").filter(shop=shop, id=listing_id).first()
    if listing is None:
        raise NotFound(_("Your shop has no such item."), field="listing_id")
    return listing


def shop_page(slug: str, *, language: str, start: int = 0, read: Read = sql.tuples) -> ShopPage:
    """What buyers see of a shop, `CARDS_PER_PAGE` cards from `start` on. One query. Raises NotFound.

    `read` runs the statement: on Django's connection, or on one that has it prepared.
    """
    rows = read(SHOP_PAGE, {"slug": slug, "language": language, "start": start})
    if not rows:
        raise no_such_shop()
    return page_of(rows, language=language, start=start)


def listing_page(
    slug: str, listing_id: UUID, *, language: str, now: datetime, shares_ppm: tuple[int, int]
) -> ListingPage:
    """What buyers see of a listing; `shares_ppm` are the plan's parts (shopkeeper, platform). Four queries.

    Raises NotFound: no such shop or listing, hidden, or refused by the rules.
    """
    shop = shop_by_slug(slug)
    around = list(_published(shop).filter(id=listing_id)[:1])
    if not around:
        raise NotFound(_("This item is no longer shown in the shop. The shop itself is still there."), shop=slug)
    offer = around[0].offer
    others = list(_published(shop).exclude(id=listing_id).order_by("-id")[:6])
    points = _points([offer.id, *(other.offer_id for other in others)], now)
    card, *more = _cards([*around, *others], shop, language, now, points=points)
    known = points.get(offer.id, [])
    return ListingPage(
        shop=_shop_card(shop),
        card=card,
        seller=offer.seller,
        seller_kind=offer.seller_kind,
        ships_from=offer.ships_from,
        marketplace_url=offer.url,
        # While the price is not known for sure, a line that ends at it would say it all the same.
        history=price_history(known, offer.currency, until=offer.as_of) if card.price.fresh else None,
        earning=earning_of(card, shares_ppm) if reports_orders(offer.marketplace) else None,
        more=tuple(more),
        expires_at=earliest(each.price.until for each in (card, *more)),
    )


def earning_of(card: Card, shares_ppm: tuple[int, int]) -> Earning:
    """The parts that a sale at the shown price may bring: what the marketplace pays after its fee, then split."""
    pays = card.price.pays
    if pays is None:
        return Earning(card.commission_ppm, None, None)
    base = manifest_of(card.marketplace).worth(pays.minor, card.commission_ppm)
    (keeper, platform), _rest = split(base, shares_ppm)
    return Earning(card.commission_ppm, Money(keeper, pays.currency), Money(platform, pays.currency))


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
    cards = {card.id: card for card in _cards(kept, None, language, now)}
    return FrontPage(
        shops=tuple(_shop_card(shop) for shop in newest),
        categories=tuple(
            (category, tuple(cards[row.id] for row in chosen[category])) for category in in_order if chosen[category]
        ),
        expires_at=earliest(card.price.until for card in cards.values()),
    )


def stock_of(shop: Shop, *, language: str, now: datetime) -> Stock:
    """Everything in the shop, for its keeper. Three queries."""
    shelves = list(Shelf.objects.filter(shop=shop).order_by("position", "id"))
    rows = list(Listing.objects.select_related("offer").filter(shop=shop).order_by("position", "added_at", "id")[:2000])
    cards = _cards(rows, shop, language, now)
    by_state = {state: tuple(card for card in cards if card.state == state) for state in Listing.State}
    return Stock(
        shelves=tuple(_on_shelves(shelves, by_state[Listing.State.PUBLISHED])),
        hidden=by_state[Listing.State.HIDDEN],
        refused=by_state[Listing.State.REFUSED],
    )


def listed_states(shop: Shop, offer_ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Of these offers, those in the shop: offer id → (listing id, state). One query."""
    rows = Listing.objects.filter(shop=shop, offer_id__in=list(offer_ids)).values_list("offer_id", "id", "state")
    return {offer_id: (listing_id, state) for offer_id, listing_id, state in rows}


def shelf_names(shop: Shop) -> list[str]:
    """The names of the shop's shelves, in order. One query."""
    return list(Shelf.objects.filter(shop=shop).order_by("position", "id").values_list("name", flat=True))


def listed_offer_ids() -> list[UUID]:
    """Every offer that an open shop shows."""
    return list(
        Listing.objects.filter(state=Listing.State.PUBLISHED, shop__closed_at=None)
        .order_by()
        .values_list("offer_id", flat=True)
        .distinct()
    )


def card_of(listing: Listing, shop: Shop, *, language: str, now: datetime) -> Card:
    """One listing as a card. One query."""
    return _cards([listing], shop, language, now)[0]


def _published(shop: Shop) -> QuerySet[Listing]:
    return Listing.objects.select_related("offer").filter(shop=shop, state=Listing.State.PUBLISHED)


def _shop_card(shop: Shop) -> ShopCard:
    return ShopCard(shop.id, shop.slug, shop.name, shop.intro, shop.owner.name, shop.opened_at)


def _on_shelves(shelves: Iterable[Shelf], cards: Sequence[Card]) -> list[ShelfView]:
    by_shelf: dict[UUID | None, list[Card]] = {}
    for card in cards:
        by_shelf.setdefault(card.shelf_id, []).append(card)
    views = [ShelfView(shelf.id, shelf.name, tuple(by_shelf.get(shelf.id, ()))) for shelf in shelves]
    loose = by_shelf.get(None)
    return [*views, ShelfView(None, "", tuple(loose))] if loose else views


def _cards(
    rows: Sequence[Listing],
    shop: Shop | None,
    language: str,
    now: datetime,
    *,
    points: dict[UUID, list[Point]] | None = None,
) -> list[Card]:
    """Cards for listings read with their offers (and their shops, when `shop` is None)."""
    if points is None:
        points = _points([row.offer_id for row in rows], now)
    return [_card(row, shop or row.shop, language, now, points.get(row.offer_id, [])) for row in rows]


def _card(row: Listing, shop: Shop, language: str, now: datetime, points: Sequence[Point]) -> Card:
    offer: Offer = row.offer
    translated = offer.translations.get(language)
    return Card(
        id=row.id,
        offer_id=offer.id,
        shop_slug=shop.slug,
        shelf_id=row.shelf_id,
        title=translated or offer.title,
        title_language=language if translated or language == "zh-hans" else "zh-hans",
        has_picture=bool(offer.picture_urls),
        marketplace=offer.marketplace,
        category=offer.category,
        note=row.note,
        price=shown_price(offer, points, now=now),
        in_stock=offer.in_stock,
        withdrawn=offer.withdrawn_at is not None,
        commission_ppm=offer.commission_ppm,
        state=row.state,
        rule_id=row.rule_id,
        reason=row.reason,
    )


def _points(offer_ids: Sequence[UUID], now: datetime) -> dict[UUID, list[Point]]:
    """Price points of these offers, oldest first: those of the last weeks, and the one in force before. One query."""
    found: dict[UUID, list[Point]] = {}
    if not offer_ids:
        return found
    since = now - timedelta(days=DAYS) - LAWFUL_DAYS
    for row in sql.rows(
        """
        (SELECT DISTINCT ON (offer_id) offer_id, at, price_minor FROM catalog_pricepoint
         WHERE offer_id = ANY(%(offers)s) AND at < %(since)s ORDER BY offer_id, at DESC)
        UNION ALL
        SELECT offer_id, at, price_minor FROM catalog_pricepoint
        WHERE offer_id = ANY(%(offers)s) AND at >= %(since)s
        ORDER BY offer_id, at
        """,
        {"offers": list(offer_ids), "since": since},
    ):
        found.setdefault(row["offer_id"], []).append((row["at"], row["price_minor"]))
    return found
