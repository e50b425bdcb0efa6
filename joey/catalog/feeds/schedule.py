"""When a feed is asked next: every so many hours, or at times of the day, and later each time that it fails."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

EVERY_HOURS = (1, 2, 3, 4, 6, 8, 12, 24)  # those that divide a day, so that a time of the day stays one
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=24)


def next_time(after: datetime, *, every_hours: int, at: time | None, zone: ZoneInfo) -> datetime:
    """The first time after `after`. With `at` it is at that time of the day in `zone`, and every so many hours from it.

    Such times are those of the clock on the wall, also on the day on which that clock is changed.
    """
    if at is None:
        return after + timedelta(hours=every_hours)
    today = after.astimezone(zone).date()
    times = (
        (datetime.combine(today + timedelta(days=day), at) + timedelta(hours=hour)).replace(tzinfo=zone).astimezone(UTC)
        for day in (-1, 0, 1)
        for hour in range(0, 24, every_hours)
    )
    return min(each for each in times if each > after)


def retry_time(now: datetime, *, failures: int, wished: timedelta | None = None) -> datetime:
    """When to try again after so many failures in a row: twice as long after each, a day at most.

    `wished` is how long the other side asks to be left alone, which counts up to a day.
    """
    doubled: int = 1 << min(failures - 1, 10)
    wait = min(LONGEST_RETRY, FIRST_RETRY * doubled)
    return now + (max(wait, min(wished, LONGEST_RETRY)) if wished else wait)
