"""Beijing time as the marketplace writes it. Inside the sandbox every moment is whole seconds since 1970 (UTC)."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=8))  # China has had one zone and no summer time since 1991

_PLAIN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


def text_of(moment: int | None) -> str:
    """`2026-11-22 09:01:12`; an empty text for a moment that has not come."""
    return "" if moment is None else datetime.fromtimestamp(moment, ZONE).strftime("%Y-%m-%d %H:%M:%S")


def read(text: str) -> int:
    """The moment of a marketplace time. ValueError for any other form."""
    if not _PLAIN.fullmatch(text):
        raise ValueError("a time looks like 2026-11-22 09:01:12")
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE).timestamp())


def read_any(text: str) -> int:
    """The same, or RFC 3339 with its offset, as the control calls accept. ValueError otherwise."""
    if _PLAIN.fullmatch(text):
        return read(text)
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time needs its offset, like 2026-11-22T01:01:12Z")
    return int(found.timestamp())


def day_of(moment: int) -> date:
    """The calendar day in Beijing."""
    return datetime.fromtimestamp(moment, ZONE).date()


def end_of_day(day: date) -> int:
    """The last second of that day in Beijing."""
    return int(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=ZONE).timestamp())


def utc_text(moment: int) -> str:
    """RFC 3339 in UTC, as Joey's own interfaces speak."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
