"""What a page may show of a price: one shape for card and page, so that the two never differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from joey.catalog.models import Offer
from joey.catalog.price_now import price_of
from joey.money.money import Money

LAWFUL_DAYS = timedelta(days=7)
LOW_DAYS = 30
_DAY = timedelta(days=1)

Point = tuple[datetime, int]  # (from when, price in minor units), oldest first


@dataclass(frozen=True)
class RecentLow:
    """The lowest price of the last `days`, which are fewer than LOW_DAYS where it is known for a shorter time."""

    price: Money
    days: int


@dataclass(frozen=True)
class ShownPrice:
    """`pays` is what a buyer pays now, with the coupon; None when that is unknown or too old to show."""

    pays: Money | None
    without_coupon: Money | None  # where a coupon is running
    coupon_until: datetime | None
    struck: Money | None  # what it cost before, where that may be shown struck through
    low: RecentLow | None  # shown instead where it was cheaper than now
    as_of: datetime
    until: datetime | None  # when this ends; None when no price is shown

    @property
    def fresh(self) -> bool:
        return self.pays is not None

    @property
    def with_coupon(self) -> bool:
        return self.without_coupon is not None


def shown_price(offer: Offer, points: Sequence[Point], *, now: datetime) -> ShownPrice:
    """The price block of an offer. Without price history (`points` empty) there is nothing to compare it with."""
    price = price_of(offer, now=now)
    if price.minor is None:
        return ShownPrice(None, None, None, None, None, offer.as_of, None)
    known = [point for point in points if point[0] <= now]
    struck = struck_minor(price.minor, known, now=now)
    low = lowest_since(now - LOW_DAYS * _DAY, known)
    return ShownPrice(
        pays=Money(price.minor, offer.currency),
        without_coupon=None if price.without_coupon is None else Money(price.without_coupon, offer.currency),
        coupon_until=price.coupon_until,
        struck=None if struck is None else Money(struck, offer.currency),
        low=None
        if low is None or low >= price.minor
        else RecentLow(Money(low, offer.currency), min(LOW_DAYS, max(1, -((known[0][0] - now) // _DAY)))),
        as_of=offer.as_of,
        until=price.until,
    )


def struck_minor(pays_minor: int, known: Sequence[Point], *, now: datetime) -> int | None:
    """What may be shown struck through beside `pays_minor`, else None. `known`: its prices up to `now`.

    The lowest price of the seven days before the present one began (Provisions on Clear Marking of Prices and
    Prohibition of Price Fraud, art. 17 to 19), where it is dearer, and only while the present one is the lowest of
    30 days: a price that was raised first and then cut is compared with nothing. Nor is one that has held for longer
    than these: it is the usual one by then. A marketplace's own list price, which perhaps no buyer ever paid, is never
    struck.
    """
    earlier = list(known)
    began = now
    while earlier and earlier[-1][1] == pays_minor:
        began = earlier.pop()[0]
    since = now - LOW_DAYS * _DAY
    before, low = lowest_since(began - LAWFUL_DAYS, earlier), lowest_since(since, known)
    is_cut = before is not None and low is not None and before > pays_minor <= low
    return before if is_cut and began > since else None


def lowest_since(since: datetime, known: Sequence[Point]) -> int | None:
    """The lowest price in force from `since` on, the one that held then included; None when none is known."""
    in_force = [price for at, price in known if at > since]
    earlier = [price for at, price in known if at <= since]
    return min([*in_force, *earlier[-1:]], default=None)
