"""What one caller may do at an address of the site: one table for pages and API, counted before the view runs.

A caller is an IPv4 address or an IPv6 /64. Reading is not limited, but for what is drawn; what a verb counts for a
person, shop or listing is beside it in joey/kit/limits.py.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from joey.api.problems import problem_of
from joey.kit import limits
from joey.kit.client_address import address_of, caller_key
from joey.kit.rate_limit import Limit, hit_alone
from joey.kit.refusals import TooMany
from joey.site.refusal_pages import refused_page

log = logging.getLogger(__name__)

TOO_MANY = _("Too many requests came from your network. Try again later.")
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")

# By method and route, as urls.py writes them. Every other route that changes something counts as WRITES.
ROUTES: Mapping[tuple[str, str], Limit] = {
    ("POST", "studio/sign-in/code"): limits.CODE_ENTRIES,
    ("POST", "studio/confirm"): limits.CODE_ENTRIES,
    ("POST", "studio/open"): limits.SHOPS_OPENED,
    ("POST", "api/v1/shops"): limits.SHOPS_OPENED,
    ("GET", "p/<slug:code>.png"): limits.POSTERS,
    ("GET", "s/<slug:slug>/poster.png"): limits.POSTERS,
    ("GET", "card-<spoken:language>.jpg"): limits.CARDS,
    ("GET", "s/<slug:slug>/card-<spoken:language>.jpg"): limits.CARDS,
    ("GET", "s/<slug:slug>/<uuid:listing_id>/card-<spoken:language>.jpg"): limits.CARDS,
}


def limit_of(method: str, route: str) -> Limit | None:
    """The limit of a route, None where reading it is not limited."""
    return ROUTES.get(("GET" if method == "HEAD" else method, route)) or (None if method in SAFE else limits.WRITES)


class RouteLimits:
    """Refuses with 429 and Retry-After before a view does anything."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        match = request.resolver_match
        limit = limit_of(request.method or "", match.route if match else "")
        caller = caller_key(address_of(request))
        if limit is None or not caller:
            return None
        try:
            hit_alone(limit, caller, text=TOO_MANY)
        except TooMany as refused:
            return problem_of(refused) if request.path.startswith("/api/") else refused_page(request, refused)
        except (OperationalError, InterfaceError):  # the view asks the database, too, and says so in its own way
            log.warning("not counted, because the database is unavailable: %s", limit.name)
        return None
