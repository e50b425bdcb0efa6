"""The cookie by which a browser is the one that asked for a code: a random value that says nothing of its person."""

import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 random bits, as _new makes them
_DAY_SECONDS = 24 * 60 * 60


def browser_of(request: HttpRequest) -> str | None:
    """The browser's value; None for one that never asked for a code, or sends something else."""
    value = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
    return value if _VALUE.fullmatch(value) else None


def new_browser() -> str:
    return secrets.token_urlsafe(32)


def remember_browser(response: HttpResponse, browser: str) -> None:
    """Keep the value in the browser for as long as it says anything here."""
    response.set_cookie(
        settings.BROWSER_COOKIE_NAME,
        browser,
        max_age=settings.JOEY_KNOWN_BROWSER_DAYS * _DAY_SECONDS,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )
