"""What the simulated marketplaces sell today: the demo catalogue with its dates counted from today."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from joey.demo import catalogue
from joey.demo.catalogue import DemoOffer

MARKETPLACES = {
    "taobao": {"zh": "淘宝", "en": "Taobao"},
    "tmall": {"zh": "天猫", "en": "Tmall"},
    "jd": {"zh": "京东", "en": "JD"},
    "dangdang": {"zh": "当当", "en": "Dangdang"},
    "amazon": {"zh": "亚马逊", "en": "Amazon"},
    "1688": {"zh": "1688", "en": "1688"},
}
FEEDS = ("jd", "dangdang", "amazon", "1688")  # looked up from a file; they report no orders
FIRST_CATEGORY = 50_010_001


@dataclass(frozen=True)
class Coupon:
    """Money off one piece; `until` is the last day on which it works."""

    off_minor: int
    until: date


def offer_at(marketplace: str, external_id: str) -> DemoOffer | None:
    """The offer under that number, whether or not it can still be bought."""
    try:
        return catalogue.offer(marketplace, external_id)
    except KeyError:
        return None


def taobao_offer(number: int | str) -> DemoOffer | None:
    """An offer of Taobao or Tmall, which share one range of numbers."""
    return offer_at("tmall", str(number)) or offer_at("taobao", str(number))


@cache
def taobao_offers() -> tuple[DemoOffer, ...]:
    """All that the union gateway may ever have to name."""
    return tuple(each for each in catalogue.offers() if each.marketplace in ("taobao", "tmall"))


def is_gone(offer: DemoOffer) -> bool:
    """No longer sold at all. (An offer that is "expired" only because its coupon is over is still sold.)"""
    return offer.awkward == "expired" and not offer.in_stock


def coupon_of(offer: DemoOffer, today: date) -> Coupon | None:
    """The coupon that the marketplace names, running or over."""
    if offer.coupon_minor is None:
        return None
    return Coupon(offer.now_minor - offer.coupon_minor, today + timedelta(days=offer.coupon_until_days or 0))


def running_coupon(offer: DemoOffer, today: date) -> Coupon | None:
    """The coupon a buyer gets today, if any."""
    coupon = coupon_of(offer, today)
    return coupon if coupon and coupon.until >= today else None


def price_today(offer: DemoOffer, today: date) -> int:
    """What one piece costs a buyer today, in minor units."""
    coupon = running_coupon(offer, today)
    return offer.now_minor - (coupon.off_minor if coupon else 0)


@cache
def category_numbers() -> dict[str, int]:
    """Category code → the number that the gateway speaks of."""
    return {code: FIRST_CATEGORY + index for index, code in enumerate(catalogue.categories())}


def search_text(offer: DemoOffer) -> str:
    """Everything a search looks through, folded."""
    return _search_text(offer.marketplace, offer.external_id)


@cache
def _search_text(marketplace: str, external_id: str) -> str:
    offer = catalogue.offer(marketplace, external_id)
    good = offer.good
    parts = [*good.title.values(), *good.brand.values(), *catalogue.categories()[good.category].values(), offer.seller]
    return " ".join(parts).casefold()
