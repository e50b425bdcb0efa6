"""What an offer costs now, and until when that may be said: the one rule, for Python and for SQL.

A coupon counts while it runs and only where it makes the offer cheaper. A price ends at the earliest of two moments:
when the marketplace's word for it expires, or when the coupon in it ends. What is withdrawn, expired or was never
priced has no price. Whether it is in stock does not matter: the price is shown beside "out of stock".

Both forms agree on every case of tests/catalog/test_price_now.py. A statement that asks until when a price may be shown
uses `sql_price_until` (refresh_due, say); one that compares prices over time uses `sql_price_at`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

Moment = TypeVar("Moment", datetime, int)  # the search index counts in seconds since 1970


class PricedOffer(Protocol):
    """The columns of an offer that decide its price."""

    now_minor: int | None
    coupon_minor: int | None
    coupon_until: datetime | None
    expires_at: datetime
    withdrawn_at: datetime | None


class PriceNow(NamedTuple):
    """`minor` is what a buyer pays, in minor units; None when no price may be shown. `until` is when that ends."""

    minor: int | None = None
    without_coupon: int | None = None  # only while a coupon runs
    coupon_until: datetime | None = None  # only while a coupon runs; None also for one without an end
    until: datetime | None = None  # None when no price is shown

    @property
    def with_coupon(self) -> bool:
        return self.without_coupon is not None


NO_PRICE = PriceNow()


def price_of(offer: PricedOffer, *, now: datetime) -> PriceNow:
    """What `offer` costs at `now`."""
    return price_now(
        now_minor=offer.now_minor,
        coupon_minor=offer.coupon_minor,
        coupon_until=offer.coupon_until,
        expires_at=offer.expires_at,
        withdrawn=offer.withdrawn_at is not None,
        now=now,
    )


def price_now(
    *,
    now_minor: int | None,
    coupon_minor: int | None,
    coupon_until: datetime | None,
    expires_at: datetime,
    withdrawn: bool,
    now: datetime,
) -> PriceNow:
    """The same from the columns, for statements that read no whole offer."""
    if now_minor is None or withdrawn or expires_at <= now:
        return NO_PRICE
    if coupon_minor is None or not coupon_runs(now_minor, coupon_minor, coupon_until, now):
        return PriceNow(now_minor, until=expires_at)
    ends = expires_at if coupon_until is None else min(expires_at, coupon_until)
    return PriceNow(coupon_minor, without_coupon=now_minor, coupon_until=coupon_until, until=ends)


def price_at(now_minor: int | None, coupon_minor: int | None, coupon_until: Moment | None, at: Moment) -> int | None:
    """What the offer cost at `at` as it was reported, however long that may be shown; None where no price is known."""
    if now_minor is not None and coupon_minor is not None and coupon_runs(now_minor, coupon_minor, coupon_until, at):
        return coupon_minor
    return now_minor


def coupon_runs(now_minor: int, coupon_minor: int, coupon_until: Moment | None, at: Moment) -> bool:
    """Whether the coupon makes the offer cheaper at `at`; one that ends at `at` is over."""
    return coupon_minor < now_minor and (coupon_until is None or coupon_until > at)


def earliest(ends: Iterable[datetime | None]) -> datetime | None:
    """When a page with several prices ends: with the first of them. None when it shows no price."""
    return min((end for end in ends if end is not None), default=None)


# A price with less than this part of its life left is read again, so that it never ends unread.
DUE_PART = 3


def sql_price_at(row: str, at: str) -> str:
    """SQL for `price_at`: `row` is an alias of catalog_offer (or of a table with its columns), `at` an expression."""
    return f"CASE WHEN {_sql_coupon_runs(row, at)} THEN {row}.coupon_minor ELSE {row}.now_minor END"


def sql_price_until(row: str, now: str) -> str:
    """SQL for `price_now(…).until`: the first moment at which a price shown at `now` may not be shown any more."""
    coupon_ends = f"CASE WHEN {_sql_coupon_runs(row, now)} THEN {row}.coupon_until END"  # least() ignores NULL
    return f"CASE WHEN {_sql_has_price(row, now)} THEN least({row}.expires_at, {coupon_ends}) END"


def _sql_has_price(row: str, now: str) -> str:
    return f"{row}.now_minor IS NOT NULL AND {row}.withdrawn_at IS NULL AND {row}.expires_at > {now}"


def _sql_coupon_runs(row: str, at: str) -> str:
    return f"{row}.coupon_minor < {row}.now_minor AND ({row}.coupon_until IS NULL OR {row}.coupon_until > {at})"
