"""Cut a stretch of time into windows that the order report accepts."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from joey.marketplaces.beijing import ZONE
from joey.marketplaces.read_windows import Window, cut_windows
from joey.marketplaces.taobao.manifest import ORDERS

LONGEST = ORDERS.window
LONGEST_NEAR_SALES = timedelta(minutes=20)

# (from, to) as (month, day), both included. 618, Double 11, and the New-Year sale, which moves with the moon between
# late December and early February: too short a window costs a few calls more, too long a one is refused.
SALES = (((6, 16), (6, 20)), ((11, 9), (11, 12)), ((12, 25), (12, 31)), ((1, 1), (2, 10)))


def windows(since: datetime, until: datetime) -> Iterator[Window]:
    """[start, end) after another from `since` to `until`, none longer than allowed on its days."""
    return cut_windows(since, until, _longest)


def _longest(start: datetime) -> timedelta:
    days = (start.astimezone(ZONE).date(), (start + LONGEST).astimezone(ZONE).date())
    return LONGEST_NEAR_SALES if any(_in_sale(day) for day in days) else LONGEST


def _in_sale(day: date) -> bool:
    return any(first <= (day.month, day.day) <= last for first, last in SALES)
