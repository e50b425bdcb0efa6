"""An offer as the faces show it: a frozen value, so that a page cannot query."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.catalog.models import Offer
from joey.catalog.price_now import price_of
from joey.catalog.title_in import title_in
from joey.marketplaces import registry
from joey.money.money import Money
from joey.money.split import split


@dataclass(frozen=True)
class OfferCard:
    """`price` is what a buyer pays now, with the coupon while it runs; None where it is unknown or too old to say.

    `earning` is what the marketplace would pay us for one sale at that price, its own fee taken off (the plan splits
    it later); None where the price is, or where the marketplace reports no orders, so that a share earns nothing.
    """

    id: UUID
    marketplace: str
    external_id: str
    title: str
    title_language: str
    url: str
    has_picture: bool
    price: Money | None
    without_coupon: Money | None  # while a coupon runs
    coupon_until: datetime | None  # while a coupon runs
    commission_ppm: int
    earning: Money | None
    seller: str
    seller_kind: str
    ships_from: str
    category: str
    volume: int | None
    in_stock: bool
    withdrawn: bool
    as_of: datetime
    expires_at: datetime  # when the price shown, with its coupon, ends; without a price, when it ended
    fresh: bool


def offer_cards(offers: Iterable[Offer], *, language: str, now: datetime) -> list[OfferCard]:
    """Cards for these offers, in their order. No query."""
    earning = earning_marketplaces()
    return [_card(offer, language, now, earning) for offer in offers]


def earning_marketplaces() -> frozenset[str]:
    """The marketplaces whose orders come back to us."""
    return frozenset(
        name for each in registry.connectors() if each.manifest.reports_orders for name in each.manifest.marketplaces
    )


def keepers_part(card: OfferCard, plan_ppm: tuple[int, int], *, paid_directly: Collection[str] = ()) -> Money | None:
    """The floor of the shopkeeper's share of `earning`; `plan_ppm` are the plan's parts (shopkeeper, platform).

    All of it at the marketplaces that pay the shop `paid_directly`.
    """
    if card.earning is None or card.marketplace in paid_directly:
        return card.earning
    (keeper, _platform), _rest = split(card.earning.minor, registry.manifest_of(card.marketplace).shares_ppm(plan_ppm))
    return Money(keeper, card.earning.currency)


def _card(offer: Offer, language: str, now: datetime, earning: Collection[str]) -> OfferCard:
    title, title_language = title_in(language, offer.title, offer.translations)
    price = price_of(offer, now=now)
    worth = None
    if price.minor is not None and offer.marketplace in earning:
        worth = registry.manifest_of(offer.marketplace).worth(price.minor, offer.commission_ppm)

    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, offer.currency)

    return OfferCard(
        id=offer.id,
        marketplace=offer.marketplace,
        external_id=offer.external_id,
        title=title,
        title_language=title_language,
        url=offer.url,
        has_picture=bool(offer.picture_urls),
        price=money(price.minor),
        without_coupon=money(price.without_coupon),
        coupon_until=price.coupon_until,
        commission_ppm=offer.commission_ppm,
        earning=money(worth),
        seller=offer.seller,
        seller_kind=offer.seller_kind,
        ships_from=offer.ships_from,
        category=offer.category,
        volume=offer.volume,
        in_stock=offer.in_stock,
        withdrawn=offer.withdrawn_at is not None,
        as_of=offer.as_of,
        expires_at=price.until or offer.expires_at,
        fresh=price.minor is not None,
    )
