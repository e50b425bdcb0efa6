"""What buyers see of one listing: its price and history, who earns what, and more of the same shop."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from joey.catalog.price_now import earliest
from joey.marketplaces.manifest_shape import Text
from joey.marketplaces.registry import labels_of, manifest_of
from joey.money.money import Money
from joey.money.split import PPM, split
from joey.shops.connected import reports_orders
from joey.shops.gone_listing import no_longer_shown
from joey.shops.listing_card import Card, cards_of, price_points
from joey.shops.models import Listing, Shop
from joey.shops.own_account import own_account_of
from joey.shops.price_history import PriceHistory, history_of
from joey.shops.queries import shop_by_slug
from joey.shops.shop_page import ShopCard, shop_card


@dataclass(frozen=True)
class Earning:
    """What a sale at the price shown may earn, by the marketplace's own rate. An estimate; the order report decides."""

    rate_ppm: int
    keeper: Money | None  # None: no price is known now
    platform: Money | None
    paid_by_marketplace: bool = False  # not by this site's operator


@dataclass(frozen=True)
class ListingPage:
    shop: ShopCard
    card: Card
    seller: str
    seller_kind: str
    ships_from: str
    history: PriceHistory | None
    earning: Earning | None  # None: this marketplace reports nothing, a share earns nothing
    more: tuple[Card, ...]  # others of the same shop
    expires_at: datetime | None  # the earliest end of a price on the page; None when it shows none
    labels: tuple[Text, ...]  # what the marketplace wants said beside its offers
    was_priced: bool  # a price was read, though it may be too old to show


def listing_page(
    slug: str, listing_id: UUID, *, language: str, now: datetime, shares_ppm: tuple[int, int]
) -> ListingPage:
    """What buyers see of a listing; `shares_ppm` are the plan's parts (shopkeeper, platform). Five queries.

    Raises NotFound: no such shop or listing; Gone: hidden, or refused by the rules.
    """
    shop = shop_by_slug(slug)
    around = list(_published(shop).filter(id=listing_id)[:1])
    if not around:
        raise no_longer_shown(shop, listing_id)
    offer = around[0].offer
    others = list(_published(shop).exclude(id=listing_id).order_by("-id")[:6])
    points = price_points([offer.id, *(other.offer_id for other in others)], now)
    card, *more = cards_of([*around, *others], shop, language, now, points=points)
    known = points.get(offer.id, [])
    return ListingPage(
        shop=shop_card(shop),
        card=card,
        seller=offer.seller,
        seller_kind=offer.seller_kind,
        ships_from=offer.ships_from,
        # A chart that ends at a price too old to show would show it all the same.
        history=history_of(offer, known, now=now) if card.price.fresh else None,
        earning=earning_of(card, shares_ppm, direct=own_account_of(shop.id, offer.marketplace) is not None)
        if reports_orders(offer.marketplace)
        else None,
        more=tuple(more),
        expires_at=earliest(each.price.until for each in (card, *more)),
        labels=labels_of(offer.marketplace),
        was_priced=offer.now_minor is not None,
    )


def earning_of(card: Card, shares_ppm: tuple[int, int], *, direct: bool = False) -> Earning:
    """What a sale at the shown price may earn: the marketplace's commission after its fee, split by the plan.

    `direct`: the marketplace pays it to the keeper, by an account of the keeper's own.
    """
    pays, manifest = card.price.pays, manifest_of(card.marketplace)
    direct = direct or manifest.paid_by == "marketplace"
    if pays is None:
        return Earning(card.commission_ppm, None, None, direct)
    base = manifest.worth(pays.minor, card.commission_ppm)
    (keeper, platform), _rest = split(base, (PPM, 0) if direct else shares_ppm)
    return Earning(card.commission_ppm, Money(keeper, pays.currency), Money(platform, pays.currency), direct)


def _published(shop: Shop) -> QuerySet[Listing]:
    return Listing.objects.select_related("offer").filter(shop=shop, state=Listing.State.PUBLISHED)
