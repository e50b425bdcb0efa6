"""How long a page may be cached: never past the earliest end of a price on it."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.http import HttpResponse

Answer = TypeVar("Answer", bound=HttpResponse)

LONGEST = timedelta(minutes=1)
VARY = "Accept-Language, Cookie, Accept-Encoding"


def set_cache_control(
    response: Answer, *, now: datetime, expires: datetime | None = None, private: bool = False
) -> Answer:
    """Set the page's caching headers; `expires` is the earliest end of a price on it, None when it shows none."""
    response.headers["Cache-Control"] = "private, no-store" if private else how_long(now=now, expires=expires)
    if private and expires:  # the fast path may show it again while the database is unavailable
        response.headers["X-Prices-Until"] = expires.isoformat()
    response.headers["Vary"] = VARY
    return response


def how_long(*, now: datetime, expires: datetime | None) -> str:
    """The value of Cache-Control."""
    seconds = int(min(expires - now if expires else LONGEST, LONGEST).total_seconds())
    return f"public, max-age={seconds}" if seconds > 0 else "private, no-store"
