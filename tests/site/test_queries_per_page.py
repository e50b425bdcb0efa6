"""How many queries each page takes: a number for every route, the same with few rows and with many. No list counts.

A new route without a number fails here. When a page comes to take another number, the failure shows the line to change.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import DjangoDbBlocker

from joey.catalog.search.follow import rebuild
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock
from joey.office.site import office
from joey.orders.models import OrderLine
from tests import database
from tests.api.client import Caller
from tests.cast import ada, mei
from tests.site.world import fill, ids
from tests.storefront.conftest import TAOBAO
from tests.studio.test_studio import signed_in

FEW, MANY = 1, 7

# Routes as the URL conf has them: how many queries a GET takes once everything is warm. In studio and office two of
# them are session and person, in the API one is the token.
QUERIES = {
    "": 3,
    "rules": 1,
    "privacy": 1,
    "earnings": 1,  # and two more once in ten minutes
    "robots.txt": 0,
    "sitemap.xml": 2,  # one is the time
    "card-<spoken:language>.jpg": 1,  # of cards and posters one counts the caller
    "s/<slug:slug>": 1,
    "s/<slug:slug>/sitemap.xml": 2,
    "s/<slug:slug>/poster.png": 3,
    "s/<slug:slug>/card-<spoken:language>.jpg": 3,
    "s/<slug:slug>/<uuid:listing_id>/card-<spoken:language>.jpg": 2,
    "s/<slug:slug>/<uuid:listing_id>": 10,
    "s/<slug:slug>/<uuid:listing_id>/way-out": 9,
    "p/<slug:code>.png": 2,
    "s/<slug:slug>/<uuid:listing_id>/report": 3,
    "s/<slug:slug>/report": 2,
    "reports": 1,
    "api/openapi.json": 0,
    "api/v1/me": 1,
    "api/v1/shops": 2,
    "api/v1/shops/<slug>": 2,
    "api/v1/shops/<slug>/shelves": 3,
    "api/v1/shops/<slug>/listings": 5,
    "api/v1/shops/<slug>/listings/<uuidstr:listing_id>": 5,
    "api/v1/offers": 4,
    "api/v1/offers/<uuidstr:offer_id>": 6,
    "api/v1/offers/suggest": 1,
    "api/v1/shops/<slug>/links": 3,
    "api/v1/shops/<slug>/orders": 5,
    "api/v1/shops/<slug>/orders/<uuidstr:order_id>/trace": 7,
    "api/v1/shops/<slug>/lost-orders": 4,
    "api/v1/shops/<slug>/lost-orders/<uuidstr:lost_id>": 4,
    "api/v1/shops/<slug>/clicks": 5,  # three looks back in time for a quiet shop, one for a busy one
    "api/v1/shops/<slug>/clicks/<uuidstr:click_id>/trace": 6,
    "api/v1/shops/<slug>/balance": 3,
    "api/v1/shops/<slug>/payout-details": 3,
    "api/v1/shops/<slug>/payouts": 3,
    "api/v1/shops/<slug>/payouts/<uuidstr:payout_id>": 3,
    "api/v1/office/suspense": 2,
    "api/v1/office/orders/<uuidstr:order_id>/trace": 7,
    "api/v1/office/payouts": 5,
    "healthz": 0,
    "readyz": 12,
    "metrics": 16,
    "office/search/": 2,
    "office/terms/": 8,
    "office/health/": 18,
    "office/waiting/": 4,
    "office/register-positions/": 4,
    "office/pause-payouts/": 2,
    "office/publish-limits/": 5,
    "office/jsi18n/": 2,
    "office/<app_label>/": 2,
    "studio/": 3,
    "studio/confirm": 4,
    "studio/sessions": 4,
    "studio/open": 3,
    "studio/<slug:slug>/": 15,
    "studio/<slug:slug>/settings": 6,
    "studio/<slug:slug>/accounts": 6,
    "studio/<slug:slug>/accounts/<str:marketplace>": 6,
    "studio/<slug:slug>/pick": 10,
    "studio/<slug:slug>/pick/suggestions": 3,
    "studio/<slug:slug>/shelves": 7,
    "studio/<slug:slug>/share": 8,
    "studio/<slug:slug>/share/shop": 3,
    "studio/<slug:slug>/share/<uuid:listing_id>": 8,
    "studio/<slug:slug>/visits": 7,
    "studio/<slug:slug>/visits/<uuid:click_id>": 7,
    "studio/<slug:slug>/orders": 7,
    "studio/<slug:slug>/orders/<uuid:line_id>": 12,  # two of them for the click that led to it
    "studio/<slug:slug>/lost-orders": 6,
    "studio/<slug:slug>/earnings": 8,
    "studio/<slug:slug>/payout": 11,
    "studio/<slug:slug>/payout-details": 5,
    "pictures/<uuid:offer_id>.webp": 1,
}

# Tables of the office: the list, and the page of one row.
TABLES = {
    "catalog/feedaddress": (3, 3),
    "commissions/commission": (3, 5),
    "commissions/hold": (3, 6),
    "commissions/quarantinedline": (3, 4),
    "procrastinate/procrastinatejob": (3, 4),
    "orders/dispute": (3, 5),
    "orders/lostorder": (3, 4),
    "orders/orderline": (3, 10),
    "orders/synccursor": (3, 3),
    "orders/unreadreport": (3, 4),
    "payouts/payout": (3, 9),
    "payouts/payoutfile": (3, 4),
    "payouts/payouthold": (3, 5),
    "payouts/payoutpause": (3, 4),
    "sharing/position": (3, 3),
    "sharing/positionlease": (3, 6),
    "shops/buyerreport": (3, 6),
    "shops/shop": (3, 4),
    "people/person": (3, 3),
    "kit/securityevent": (3, 3),
    "people/apitoken": (3, 4),
}

# What a GET gets where there is no page to read: the routes that only write, and what Django's admin has beside ours.
NO_PAGE = {
    "api/v1/offers/paste": 405,
    "api/v1/office/payouts/<uuidstr:payout_id>/approve": 405,
    "api/v1/office/payouts/<uuidstr:payout_id>/refuse": 405,
    "api/v1/shops/<slug>/payouts/<uuidstr:payout_id>/cancel": 405,
    "api/v1/shops/<slug>/webhooks": 501,
    "api/v1/shops/<slug>/exports": 501,
    "api/v1/shops/<slug>/staff": 501,
    "api/v1/claims": 501,
    "api/v1/log": 501,
    "^api(?:/|$)": 404,
    "problems/<slug:code>": 404,
    "office/": 302,
    "office/login/": 302,
    "office/logout/": 302,
    "office/password_change/": 404,
    "office/password_change/done/": 404,
    "office/autocomplete/": 403,
    "office/r/<path:content_type_id>/<path:object_id>/": 404,
    "office/(?P<url>.*)$": 404,
    "go/<str:token>": 404,  # what leads nowhere, and no listing that was hidden
    "s/<slug:slug>/<uuid:listing_id>/not-tracked": 302,
    "s/<slug:slug>/<uuid:listing_id>/elsewhere/<uuid:offer_id>": 302,
    "studio/sign-in": 302,
    "studio/sign-in/code": 302,
    "studio/sign-out": 405,
    "studio/<slug:slug>/tokens": 302,
    "studio/<slug:slug>/accounts/<str:marketplace>/remove": 404,  # where none is connected
    "studio/<slug:slug>/pick/add": 302,
    "studio/<slug:slug>/pick/undo": 302,
    "studio/<slug:slug>/pick/show": 302,
    "studio/<slug:slug>/payout/cancel": 302,
}

# These say how much of something there is: each is asked for by its reader, and bounded by one shop's day or month, by
# the links of one page, by a thousand, by the days that have a partition, or by the few approvals of each payout of a
# page.
HOW_MANY = {
    "api/v1/shops/<slug>/links", "readyz", "metrics", "office/health/", "office/waiting/", "office/register-positions/",
    "studio/<slug:slug>/", "studio/<slug:slug>/share", "studio/<slug:slug>/earnings",
    "office/payouts/payout/<path:object_id>/change/", "office/payouts/payoutfile/",
    "office/payouts/payoutfile/<path:object_id>/change/", "office/payouts/payoutfile/<path:object_id>/delete/",
}  # fmt: skip

# Routes of each table of the office that lead to no page: nothing is added, removed or edited there.
NOTHING_TO_EDIT = {
    "add/": 403, "<path:object_id>/delete/": 403, "<path:object_id>/": 302, "<path:object_id>/history/": 404,
}  # fmt: skip

COUNT = re.compile(r"\bcount\s*\(", re.IGNORECASE)


@dataclass(frozen=True)
class Measured:
    """What GETs of every route got, by route: with few rows, and with many."""

    few: "dict[str, Asked]"
    many: "dict[str, Asked]"


@pytest.fixture(scope="module")
def measured(
    postgres: EmbeddedPostgres,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Measured]:
    connected = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": TAOBAO}}
    data = tmp_path_factory.mktemp("data")
    with django_db_blocker.unblock(), override_settings(JOEY_MARKETPLACES=connected, DATA=data):
        try:
            fill(FEW)
            rebuild()
            few = answers()
            fill(MANY)
            rebuild()
            yield Measured(few, many=answers())
        finally:
            connections.close_all()
            database.empty_again(postgres)


def test_every_page_takes_its_number_of_queries(measured: Measured) -> None:
    assert _numbers(measured.few) == QUERIES | _of_tables()


def test_more_rows_take_no_more_queries(measured: Measured) -> None:
    assert _numbers(measured.many) == _numbers(measured.few)


def test_every_route_that_gives_no_page_is_known(measured: Measured) -> None:
    without = {f"office/{table}/{rest}": status for table in TABLES for rest, status in NOTHING_TO_EDIT.items()}

    assert {route: asked.status for route, asked in measured.few.items() if asked.status != 200} == NO_PAGE | without


def test_a_list_never_counts(measured: Measured) -> None:
    counting = {route: asked.counts for route, asked in measured.many.items() if asked.counts}

    assert set(counting) == HOW_MANY, counting


def test_a_page_has_one_filled_button_at_most(measured: Measured) -> None:
    """Case P21: what is done most, however many rows there are."""
    assert {route: asked.filled for route, asked in measured.many.items() if asked.filled > 1} == {}


@dataclass(frozen=True)
class Asked:
    """The status that one GET got, how many queries it took, those of them that count, and how many filled buttons."""

    status: int
    number: int
    counts: tuple[str, ...]
    filled: int


def answers() -> dict[str, Asked]:
    """A GET of every route, after another one: what is kept in memory is there, what the first look makes is made."""
    operator, keeper, stranger = office_client(), signed_in(mei()), Client(headers={"accept-language": "en"})
    known = ids()
    found = {}
    for route in routes():
        client = operator if route.startswith("office/") else keeper if route.startswith("studio/") else stranger
        headers = api_headers(route)
        address = "/" + address_of(route, known)
        client.get(address, headers=headers)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address, headers=headers)
        statements = [str(query["sql"]) for query in queries.captured_queries]
        counting = tuple(filter(COUNT.search, statements))
        filled = 0 if answer.streaming else answer.content.count(b"button-main")
        found[route] = Asked(answer.status_code, len(statements), counting, filled)
    return found


def _numbers(measured: dict[str, Asked]) -> dict[str, int]:
    return {route: asked.number for route, asked in measured.items() if asked.status == 200}


def _of_tables() -> dict[str, int]:
    numbers: dict[str, int] = {}
    for table, (rows, row) in TABLES.items():
        one = f"office/{table}/<path:object_id>"
        numbers |= {f"office/{table}/": rows, f"{one}/change/": row}
    return numbers


def office_client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(ada())
    session = client.session
    session["code_at"] = clock.now().isoformat()
    session.save()
    return client


def api_headers(route: str) -> dict[str, str]:
    if not route.startswith("api/"):
        return {}
    return Caller(ada() if "/office/" in route else mei()).headers


def routes() -> Iterator[str]:
    """Every route once; those of the API have a pattern for each method."""
    seen = set()
    for route in _walk(get_resolver()):
        if route not in seen:
            seen.add(route)
            yield route


def _walk(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        # One pattern for the tables of each app, which names the apps in the order in which they were imported.
        route = re.sub(r"\^\(\?P<app_label>[^)]*\)/\$", "<app_label>/", before + str(pattern.pattern))
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _walk(pattern, route)


def address_of(route: str, known: Mapping[str, object]) -> str:
    """An address that the route matches."""
    if "<path:object_id>" in route and "<path:content_type_id>" not in route:
        _, app, model, *_rest = route.split("/")
        rows = next(each for each in office._registry if (each._meta.app_label, each._meta.model_name) == (app, model))
        row = known["line_id"] if rows is OrderLine else rows._default_manager.order_by("pk")[0].pk
        return route.replace("<path:object_id>", str(row))
    for regex, address in {
        "^api(?:/|$)": "api/nothing",
        "(?P<url>.*)$": "nothing",
    }.items():
        route = route.replace(regex, address)
    route = route.replace("<app_label>", "payouts")
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(known[found[1]]), route)
