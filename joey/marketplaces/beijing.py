"""Times as Chinese marketplaces write them: Beijing time, without a zone.

China has had one zone and no summer time since 1991, so an offset of eight hours is exact for every report.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

ZONE_NAME = "Asia/Shanghai"
ZONE = timezone(timedelta(hours=8), ZONE_NAME)

_PLAIN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


def read(text: str) -> datetime:
    """`2026-11-22 09:01:12` in Beijing as an aware time in UTC. ValueError where it is no such time."""
    if not _PLAIN.fullmatch(text):
        raise ValueError("a time looks like 2026-11-22 09:01:12")
    local = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE)
    try:
        return local.astimezone(UTC)
    except OverflowError:  # the first hours of the year 1
        raise ValueError("UTC has no such time") from None


def write(moment: datetime) -> str:
    """An aware time as the marketplace reads it; parts of a second are dropped."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
