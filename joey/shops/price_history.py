"""What an offer cost over the last weeks, ready for a chart, a sentence and a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from joey.catalog.models import Offer
from joey.catalog.price_now import price_at
from joey.money.money import Money
from joey.shops.shown_price import Point

DAYS = 60
LEAST_DRAWN = timedelta(days=1)  # a line over less time would be a dot


@dataclass(frozen=True)
class PriceStep:
    """One price, in force from `since` until `until`."""

    since: datetime
    until: datetime
    price: Money
    is_low: bool


@dataclass(frozen=True)
class PriceHistory:
    """Steps without gaps between them; before the first the price is unknown, and `begins` says how far it goes."""

    steps: tuple[PriceStep, ...]
    begins: datetime
    ends: datetime
    low: Money
    high: Money
    low_since: datetime  # when the latest stretch at the lowest price began …
    low_until: datetime  # … and when it ended
    low_holds: bool  # it has not ended

    @property
    def known_since(self) -> datetime:
        """When the first known price was read, or the beginning of the 60 days if it was read before."""
        return self.steps[0].since

    @property
    def can_be_drawn(self) -> bool:
        """Whether a line would be long enough to be seen, or the price has changed."""
        return len(self.steps) > 1 or self.ends - self.known_since >= LEAST_DRAWN


def history_of(offer: Offer, points: Sequence[Point], *, now: datetime) -> PriceHistory | None:
    """The history up to when the price was last read; up to `now` when the coupon in that price has ended since.

    None without any point: the marketplace may forbid to keep its prices.
    """
    read, ends = offer.as_of, offer.coupon_until
    was, pays = (price_at(offer.now_minor, offer.coupon_minor, ends, moment) for moment in (read, now))
    if not points or ends is None or pays is None or pays == was:
        return price_history(points, offer.currency, until=read)
    return price_history([*points, (ends, pays)], offer.currency, until=now)


def price_history(points: Sequence[Point], currency: str, *, until: datetime) -> PriceHistory | None:
    """The last 60 days up to `until` (when the price was last read); None without any point."""
    begins = until - timedelta(days=DAYS)
    known = [point for point in points if point[0] <= until]
    if not known:
        return None
    inside = [point for point in known if point[0] >= begins]
    before = [point for point in known if point[0] < begins]
    if before:
        inside = [(begins, before[-1][1]), *inside]
    merged: list[Point] = []
    for at, price in inside:
        if not merged or merged[-1][1] != price:
            merged.append((at, price))
    low = min(price for _, price in merged)
    ends = [at for at, _ in merged[1:]] + [until]
    steps = tuple(
        PriceStep(at, end, Money(price, currency), price == low) for (at, price), end in zip(merged, ends, strict=True)
    )
    last_low = next(step for step in reversed(steps) if step.is_low)
    return PriceHistory(
        steps=steps,
        begins=begins,
        ends=until,
        low=Money(low, currency),
        high=Money(max(price for _, price in merged), currency),
        low_since=last_low.since,
        low_until=last_low.until,
        low_holds=last_low is steps[-1],
    )
