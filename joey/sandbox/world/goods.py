"""What a simulated marketplace sells, with dates counted from today. The demo catalogue is one source of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from types import MappingProxyType

from joey.demo import catalogue
from joey.demo.barcode import barcode_of
from joey.demo.catalogue import DemoOffer

# By marketplace and item, of the world that is running: rates.py.
CHANGED_RATES: dict[tuple[str, str], int] = {}
NO_TEXTS: Mapping[str, str] = MappingProxyType({"zh": "", "en": ""})


@dataclass(frozen=True)
class RunningCoupon:
    """Money off one piece; `until` is the last day on which it works."""

    off_minor: int
    until: date


@dataclass(frozen=True)
class SoldItem:
    """One item as one marketplace sells it. Amounts are minor units of `currency`; texts are keyed "zh" and "en"."""

    marketplace: str
    external_id: str  # what the marketplace calls it for good, digits or not
    title: Mapping[str, str]
    currency: str
    now_minor: int
    usual_rate_ppm: int  # the commission of a publisher, unless it was changed: `rate_ppm`
    list_minor: int = 0  # 0: the same as now
    coupon_minor: int | None = None  # the price after the coupon
    coupon_until_days: int = 0  # days from today; below zero when the coupon is over
    in_stock: bool = True
    gone: bool = False  # no longer sold at all
    seller: str = ""
    seller_kind: str = "independent"
    brand: Mapping[str, str] = field(default_factory=lambda: NO_TEXTS)
    about: Mapping[str, str] = field(default_factory=lambda: NO_TEXTS)
    category: str = ""
    category_name: Mapping[str, str] = field(default_factory=lambda: NO_TEXTS)
    ships_from: Mapping[str, str] = field(default_factory=lambda: NO_TEXTS)
    barcode: str | None = None
    picture: str = ""  # slug of a demo good whose drawing is shown
    volume: int = 0  # sold in 30 days
    history: tuple[tuple[int, int], ...] = ()  # (days ago, price from that day on), oldest first

    @cached_property
    def search_text(self) -> str:
        """Everything a search looks through, folded."""
        parts = [*self.title.values(), *self.brand.values(), *self.category_name.values(), self.seller]
        return " ".join(parts).casefold()

    @property
    def rate_ppm(self) -> int:
        """The commission of a publisher now."""
        return CHANGED_RATES.get((self.marketplace, self.external_id), self.usual_rate_ppm)

    def coupon(self, today: date) -> RunningCoupon | None:
        """The coupon that the marketplace shows, running or over."""
        if self.coupon_minor is None:
            return None
        return RunningCoupon(self.now_minor - self.coupon_minor, today + timedelta(days=self.coupon_until_days))

    def running_coupon(self, today: date) -> RunningCoupon | None:
        """The coupon a buyer gets today, if any."""
        coupon = self.coupon(today)
        return coupon if coupon and coupon.until >= today else None

    def price(self, today: date) -> int:
        """What one piece costs a buyer today."""
        coupon = self.running_coupon(today)
        return self.now_minor - (coupon.off_minor if coupon else 0)


def demo_items(*marketplaces: str) -> tuple[SoldItem, ...]:
    """The demo catalogue's offers on these marketplaces, those that are no longer sold included."""
    return tuple(from_demo(offer) for offer in catalogue.offers() if offer.marketplace in marketplaces)


def from_demo(offer: DemoOffer) -> SoldItem:
    """What is sold under one offer of the demo."""
    good = offer.good
    return SoldItem(
        marketplace=offer.marketplace,
        external_id=offer.external_id,
        title=good.title,
        currency=offer.currency,
        now_minor=offer.now_minor,
        usual_rate_ppm=offer.commission_ppm,
        list_minor=offer.list_minor,
        coupon_minor=offer.coupon_minor,
        coupon_until_days=offer.coupon_until_days or 0,
        in_stock=offer.in_stock,
        # an offer that is "expired" only because its coupon is over is still sold
        gone=offer.awkward == "expired" and not offer.in_stock,
        seller=offer.seller,
        seller_kind=offer.seller_kind,
        brand=good.brand,
        about=good.about,
        category=good.category,
        category_name=catalogue.categories()[good.category],
        ships_from=offer.ships_from,
        barcode=barcode_of(good.slug),
        picture=good.slug,
        volume=offer.volume,
        history=offer.history,
    )
