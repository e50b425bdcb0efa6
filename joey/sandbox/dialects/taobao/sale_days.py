"""On which days the order report takes windows of 20 minutes instead of three hours."""

from datetime import date, timedelta

from joey.sandbox.beijing import day_of

LONGEST_SECONDS = 3 * 3600
LONGEST_IN_SALE_SECONDS = 20 * 60

# First days of the lunar year. The New-Year sale (年货节) here is the 28th to the 24th day before.
LUNAR_NEW_YEARS = (
    date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13), date(2030, 2, 3), date(2031, 1, 23),
)  # fmt: skip


def is_sale_day(day: date) -> bool:
    """618 is 16 to 20 June, Double 11 is 9 to 12 November, the New-Year sale moves with the moon."""
    if (6, 16) <= (day.month, day.day) <= (6, 20) or (11, 9) <= (day.month, day.day) <= (11, 12):
        return True
    return any(first - timedelta(days=28) <= day <= first - timedelta(days=24) for first in LUNAR_NEW_YEARS)


def longest_window(start: int, end: int) -> int:
    """Seconds that a window may have; the short rule holds as soon as either end is in a sale.

    A window of at most three hours touches no third day, so its two ends are enough to look at. The last moment of
    a window is not part of it: one that ends at midnight does not reach into the next day.
    """
    in_sale = is_sale_day(day_of(start)) or is_sale_day(day_of(end - 1))
    return LONGEST_IN_SALE_SECONDS if in_sale else LONGEST_SECONDS
