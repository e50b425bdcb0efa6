"""How a refusal looks on a page: what happened, why, and one button. And what no page can be asked for."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.csrf import csrf_failure

from joey.kit import clock
from joey.kit.current_request import caller
from joey.kit.http import headers_of, status_of
from joey.kit.refusals import Gone, Refusal, Unavailable
from joey.kit.security_log import note_refused
from joey.kit.text import is_storable, loggable_path
from joey.storefront.gone import gone_page

log = logging.getLogger(__name__)


class RefusalPages:
    """Turns a refusal that no view handled into a page.

    An address with a text that PostgreSQL cannot hold finds nothing, as no row can have it. A form names the field
    instead; the office's tables read theirs without one, so there it finds nothing too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):  # which names the field in a problem document
            given = [request.GET, request.POST] if request.path.startswith("/office/") else [request.GET]
            texts = [text for each in given for name, values in each.lists() for text in (name, *values)]
            if not all(map(is_storable, (request.path, *texts))):
                raise Http404
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, InterfaceError | OperationalError):
            return _database_unavailable(request, exception)
        if isinstance(exception, Gone):
            return gone_page(request, exception)
        return refused_page(request, exception) if isinstance(exception, Refusal) else None


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page, or whose cookie is gone (CSRF_FAILURE_VIEW)."""
    note_refused("form.refused", facts={"why": reason}, once=f"form {caller()} {clock.now():%Y-%m-%d %H}")
    return csrf_failure(request, reason)


def refused_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    status = status_of(refusal)
    page = render(request, "refusal.html", {"refusal": refusal, "status": status}, status=status, using="jinja2")
    for name, value in headers_of(refusal).items():
        page.headers[name] = value
    return page


def _database_unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """The page asks nothing of the database, not even who is signed in."""
    log.error("the database is unavailable at %s: %s", loggable_path(request.path), type(error).__name__)
    text = _("The database does not answer right now. Please try again in a moment.")
    return refused_page(request, Unavailable(text, retry_after=10))
