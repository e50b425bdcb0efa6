"""What a page may show of a price: one shape for card and page, so that the two never differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from joey.catalog.models import Offer
from joey.catalog.price_now import price_of
from joey.money.money import Money

LAWFUL_DAYS = timedelta(days=7)

Point = tuple[datetime, int]  # (from when, price in minor units), oldest first


@dataclass(frozen=True)
class ShownPrice:
    """`pays` is what a buyer pays now, with the coupon; None when that is unknown or too old to show."""

    pays: Money | None
    without_coupon: Money | None  # where a coupon is running
    coupon_until: datetime | None
    reference: Money | None  # the marketplace's list price, where it may lawfully be struck through
    as_of: datetime
    until: datetime | None  # when this ends; None when no price is shown

    @property
    def fresh(self) -> bool:
        return self.pays is not None

    @property
    def with_coupon(self) -> bool:
        return self.without_coupon is not None


def shown_price(offer: Offer, points: Sequence[Point], *, now: datetime) -> ShownPrice:
    """The price block of an offer. Without price history (`points` empty) there is no reference price."""
    price = price_of(offer, now=now)
    if price.minor is None:
        return ShownPrice(None, None, None, None, offer.as_of, None)
    reference = lawful_reference(offer.list_minor, price.minor, points, now=now)
    return ShownPrice(
        pays=Money(price.minor, offer.currency),
        without_coupon=None if price.without_coupon is None else Money(price.without_coupon, offer.currency),
        coupon_until=price.coupon_until,
        reference=None if reference is None else Money(reference, offer.currency),
        as_of=offer.as_of,
        until=price.until,
    )


def lawful_reference(list_minor: int | None, pays_minor: int, points: Sequence[Point], *, now: datetime) -> int | None:
    """`list_minor` when it may be shown struck through beside `pays_minor`, else None.

    A reference price may not be above the lowest price of the seven days before the present one began
    (Provisions on Clear Marking of Prices and Prohibition of Price Fraud, art. 17 to 19). Without history
    there is nothing to compare with.
    """
    if list_minor is None or list_minor <= pays_minor:
        return None
    lowest = lowest_before(pays_minor, points, now=now)
    return list_minor if lowest is not None and list_minor <= lowest else None


def lowest_before(pays_minor: int, points: Sequence[Point], *, now: datetime) -> int | None:
    """The lowest price in force in the seven days before `pays_minor` began to hold; None when it is unknown."""
    known = [point for point in points if point[0] <= now]
    began = now
    while known and known[-1][1] == pays_minor:
        began = known.pop()[0]
    in_force = [price for at, price in known if at >= began - LAWFUL_DAYS]
    earlier = [price for at, price in known if at < began - LAWFUL_DAYS]
    return min([*in_force, *earlier[-1:]], default=None)
