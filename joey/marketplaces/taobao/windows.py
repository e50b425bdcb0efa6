"""Cut a stretch of time into windows that the order report accepts."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from joey.marketplaces.beijing import ZONE
from joey.marketplaces.taobao.manifest import ORDERS

LONGEST = ORDERS.window
LONGEST_NEAR_SALES = timedelta(minutes=20)

# (from, to) as (month, day), both included. 618, Double 11, and the New-Year sale, which moves with the moon between
# late December and early February: too short a window costs a few calls more, too long a one is refused.
SALES = (((6, 16), (6, 20)), ((11, 9), (11, 12)), ((12, 25), (12, 31)), ((1, 1), (2, 10)))


def windows(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """[start, end) after another from `since` to `until`, in whole seconds, none longer than allowed on its days."""
    start = since.replace(microsecond=0)
    last = until if until.microsecond == 0 else until.replace(microsecond=0) + timedelta(seconds=1)
    while start < last:
        end = min(start + _longest(start), last)
        yield start, end
        start = end


def halves(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The same window in two, or itself when it cannot be cut any more."""
    middle = (start + (end - start) / 2).replace(microsecond=0)
    return [(start, middle), (middle, end)] if start < middle < end else [(start, end)]


def _longest(start: datetime) -> timedelta:
    days = (start.astimezone(ZONE).date(), (start + LONGEST).astimezone(ZONE).date())
    return LONGEST_NEAR_SALES if any(_in_sale(day) for day in days) else LONGEST


def _in_sale(day: date) -> bool:
    return any(first <= (day.month, day.day) <= last for first, last in SALES)
