"""The headers that Django's middlewares give a public page, for the fast path, which answers without them.

The middlewares run once for each language: their headers for such a page do not depend on the visitor.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from joey.storefront.cache_control import VARY, how_long

Header = tuple[bytes, bytes]


def page_headers(language: str, *, secure: bool, now: datetime, expires_at: datetime | None) -> tuple[Header, ...]:
    """All headers of a page in this language, but for its length; `secure`: it came over TLS to our proxy."""
    return (*_of_every_page(language, secure), (b"cache-control", how_long(now=now, expires=expires_at).encode()))


@lru_cache(maxsize=8)
def _of_every_page(language: str, secure: bool) -> tuple[Header, ...]:
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Vary": VARY})

    answers: Callable[[HttpRequest], HttpResponse] = page
    for middleware in reversed(settings.MIDDLEWARE):
        answers = import_string(middleware)(answers)
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", "/s/anyone", "/s/anyone"
    request.META = {"SERVER_NAME": settings.ALLOWED_HOSTS[0], "SERVER_PORT": "80", "HTTP_ACCEPT_LANGUAGE": language}
    if secure and settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        request.META[name] = value
    return tuple(
        (name.lower().encode(), value.encode())
        for name, value in answers(request).items()
        if name.lower() not in ("content-length", "cache-control")
    )
