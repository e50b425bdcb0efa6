"""How a refusal looks on a page: what happened, why, and one button."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from joey.kit.http import headers_of, status_of
from joey.kit.refusals import Refusal, Unavailable

log = logging.getLogger(__name__)


class RefusalPages:
    """Turns a refusal that no view handled into a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, InterfaceError | OperationalError):
            return _database_unavailable(request, exception)
        return refused_page(request, exception) if isinstance(exception, Refusal) else None


def refused_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    page = render(request, "refusal.html", {"refusal": refusal}, status=status_of(refusal), using="jinja2")
    for name, value in headers_of(refusal).items():
        page.headers[name] = value
    return page


def _database_unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """The page asks nothing of the database, not even who is signed in."""
    log.error("the database is unavailable at %s: %s", request.path, type(error).__name__)
    text = _("The database does not answer right now. Please try again in a moment.")
    return refused_page(request, Unavailable(text, retry_after=10))
