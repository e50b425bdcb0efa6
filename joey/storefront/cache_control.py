"""How long a page may be cached: never past the moment at which a price in it is too old."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.http import HttpResponse

Answer = TypeVar("Answer", bound=HttpResponse)

LONGEST = timedelta(minutes=1)
VARY = "Accept-Language, Cookie, Accept-Encoding"


def set_cache_control(
    response: Answer, *, now: datetime, expires: datetime | None = None, private: bool = False
) -> Answer:
    """Write it on the page; `expires` None: it shows no price."""
    response.headers["Cache-Control"] = "private, no-store" if private else how_long(now=now, expires=expires)
    response.headers["Vary"] = VARY
    return response


def how_long(*, now: datetime, expires: datetime | None) -> str:
    """The same as the header's text."""
    seconds = int(min(expires - now if expires else LONGEST, LONGEST).total_seconds())
    return f"public, max-age={seconds}" if seconds > 0 else "private, no-store"
