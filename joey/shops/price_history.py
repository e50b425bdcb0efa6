"""What an offer cost over the last weeks, ready for a chart, a sentence and a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from joey.money.money import Money
from joey.shops.shown_price import Point

DAYS = 60


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
