"""A time as the terminal says it: in UTC, and with its name. Pages have the zone of JOEY_ZONE (zone.py)."""

from datetime import UTC, datetime


def utc_text(moment: datetime, *, seconds: bool = False) -> str:
    """2026-11-13 09:50 UTC, whatever zone the moment is in."""
    return f"{moment.astimezone(UTC):{'%Y-%m-%d %H:%M:%S' if seconds else '%Y-%m-%d %H:%M'}} UTC"
