"""Beijing time as the marketplace writes it. Inside the sandbox every moment is whole seconds since 1970 (UTC)."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=8))  # China has had one zone and no summer time since 1991

# What both clocks can write: 0001-01-01T00:00:00Z, and 9999-12-31 23:59:59 in Beijing.
FIRST, LAST = -62_135_596_800, 253_402_271_999

_PLAIN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


def text_of(moment: int | None) -> str:
    """`2026-11-22 09:01:12`; an empty text for a moment that has not come."""
    return "" if moment is None else datetime.fromtimestamp(moment, ZONE).replace(tzinfo=None).isoformat(" ")


def read(text: str) -> int:
    """The moment of a marketplace time. ValueError for any other form, and outside the years 1 to 9999."""
    if not _PLAIN.fullmatch(text):
        raise ValueError("a time looks like 2026-11-22 09:01:12")
    return _moment_of(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE))


def read_any(text: str) -> int:
    """The same, or RFC 3339 with its offset, as the control calls accept. ValueError otherwise."""
    if _PLAIN.fullmatch(text):
        return read(text)
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time needs its offset, like 2026-11-22T01:01:12Z")
    return _moment_of(found)


def _moment_of(found: datetime) -> int:
    moment = int(found.timestamp())
    if not FIRST <= moment <= LAST:
        raise ValueError("a time is in the years 1 to 9999, in Beijing and in UTC")
    return moment


def day_of(moment: int) -> date:
    """The calendar day in Beijing."""
    return datetime.fromtimestamp(moment, ZONE).date()


def end_of_day(day: date) -> int:
    """The last second of that day in Beijing."""
    return int(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=ZONE).timestamp())


def utc_text(moment: int) -> str:
    """RFC 3339 in UTC, as Joey's own interfaces speak."""
    return datetime.fromtimestamp(moment, UTC).replace(tzinfo=None).isoformat() + "Z"
