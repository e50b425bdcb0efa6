"""What a page may say about a price: one shape for card and page, so that the two can never differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from joey.catalog.models import Offer
from joey.money.money import Money

LAWFUL_DAYS = timedelta(days=7)

Point = tuple[datetime, int]  # (from when, price in minor units), oldest first


@dataclass(frozen=True)
class ShownPrice:
    """`pays` is what a buyer pays today, with the coupon; None when nobody knows any more: unknown or too old."""

    pays: Money | None
    without_coupon: Money | None  # where a coupon is running
    coupon_until: datetime | None
    reference: Money | None  # the marketplace's list price, where it may lawfully be struck through
    as_of: datetime
    expires_at: datetime

    @property
    def fresh(self) -> bool:
        return self.pays is not None

    @property
    def with_coupon(self) -> bool:
        return self.without_coupon is not None


def shown_price(offer: Offer, points: Sequence[Point], *, now: datetime) -> ShownPrice:
    """The price block of an offer. Without price history (`points` empty) there is no reference price."""
    as_of, expires_at = offer.as_of, offer.expires_at
    if offer.now_minor is None or offer.expires_at <= now or offer.withdrawn_at is not None:
        return ShownPrice(None, None, None, None, as_of, expires_at)
    has_coupon = offer.coupon_minor is not None and (offer.coupon_until is None or offer.coupon_until > now)
    pays = offer.coupon_minor if has_coupon and offer.coupon_minor is not None else offer.now_minor
    reference = lawful_reference(offer.list_minor, pays, points, now=now)
    return ShownPrice(
        pays=Money(pays, offer.currency),
        without_coupon=Money(offer.now_minor, offer.currency) if has_coupon else None,
        coupon_until=offer.coupon_until if has_coupon else None,
        reference=Money(reference, offer.currency) if reference is not None else None,
        as_of=as_of,
        expires_at=min(expires_at, offer.coupon_until) if has_coupon and offer.coupon_until else expires_at,
    )


def lawful_reference(list_minor: int | None, pays_minor: int, points: Sequence[Point], *, now: datetime) -> int | None:
    """`list_minor` when it may stand struck through beside `pays_minor`, else None.

    A price compared with may not lie above the lowest price of the seven days before the present one began
    (Provisions on Clear Marking of Prices and Prohibition of Price Fraud, art. 17 to 19). Without history
    there is nothing to compare with.
    """
    if list_minor is None or list_minor <= pays_minor:
        return None
    lowest = lowest_before(pays_minor, points, now=now)
    return list_minor if lowest is not None and list_minor <= lowest else None


def lowest_before(pays_minor: int, points: Sequence[Point], *, now: datetime) -> int | None:
    """The lowest price in force in the seven days before `pays_minor` began to hold; None when nobody knows."""
    known = [point for point in points if point[0] <= now]
    began = now
    while known and known[-1][1] == pays_minor:
        began = known.pop()[0]
    in_force = [price for at, price in known if at >= began - LAWFUL_DAYS]
    earlier = [price for at, price in known if at < began - LAWFUL_DAYS]
    return min([*in_force, *earlier[-1:]], default=None)
