"""How a refusal looks on a page: what happened, why, and one button. The API has its own mapping."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal, TooMany, Unavailable

log = logging.getLogger(__name__)

STATUS: dict[type[Refusal], int] = {
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
}


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal, by its kind."""
    return next((status for kind, status in STATUS.items() if isinstance(refusal, kind)), 400)


class RefusalPages:
    """Turns a refusal that no view handled into a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, InterfaceError | OperationalError):
            return _database_away(request, exception)
        if not isinstance(exception, Refusal):
            return None
        return render(request, "refusal.html", {"refusal": exception}, status=status_of(exception), using="jinja2")


def _database_away(request: HttpRequest, trouble: Exception) -> HttpResponse:
    """The page asks nothing of the database, not even who is signed in."""
    log.error("the database is away at %s: %s", request.path, type(trouble).__name__)
    refusal = Unavailable(_("The database does not answer right now. Please try again in a moment."))
    page = render(request, "refusal.html", {"refusal": refusal}, status=503, using="jinja2")
    page.headers["Retry-After"] = "10"
    return page
