"""What strangers send to every parameter of every route: refused or shown as text, never an error of ours.

Which parameters a route has is found out by watching what it reads, so that a new one is tried too. Security L1.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client
from pytest_django import Settings

from joey.api.v1 import api
from joey.catalog.search.follow import rebuild
from joey.kit.strict_form import CSRF_FIELD
from joey.office.site import office
from tests.cast import mei
from tests.site.test_queries_per_page import address_of, api_headers, office_client, routes
from tests.site.world import fill, ids
from tests.slow import slow
from tests.storefront.conftest import TAOBAO
from tests.studio.test_studio import signed_in

# NUL, which PostgreSQL keeps in no text; what is not UTF-8; numbers beyond every column and every page of a list.
HOSTILE = (b"a\0b", b"\xff\xfe", b"9" * 20)
MORE = (b"-1e400", b"\0", b"-" + b"9" * 20, b"\xed\xa0\x80", b"NaN", b"9" * 5000)
# github.com/minimaxir/big-list-of-naughty-strings, MIT (c) 2015-2020 Max Woolf
NAUGHTY = [base64.b64decode(each) for each in json.loads(Path(__file__).with_name("blns.base64.json").read_text())]
SAMPLE = 200  # one of so many of the list; all of it takes minutes
ODD_BUT_OURS = (501, 503)  # not built yet; the simulated marketplace of this test does not answer
LOOKUPS = ("id", "id__in", "pk__gt", "id__range", "shop", "shop__id", "state__exact", "at__gte", "q", "p", "o", "all")
# Of each table of the office: nothing is added, removed or edited there, and the slow proofs ask all the same.
NOTHING_TO_EDIT = re.compile("^office/.*/(?:add|delete|history|<path:object_id>)/$")
FORM = "application/x-www-form-urlencoded"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world(settings: Settings, tmp_path: Path) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": TAOBAO}}
    settings.DATA = tmp_path
    fill(1)
    rebuild()
    _ids.cache_clear()
    _who.cache_clear()


def test_no_parameter_of_any_route_makes_an_error() -> None:
    """Each name with each value, as many names as a route has in one request."""
    errors: set[str] = set()
    tried = 0
    for route in routes():
        if NOTHING_TO_EDIT.search(route):
            continue
        asks = Asks(route)
        for turn in range(len(HOSTILE)):
            for method, names in (("get", asks.query), ("post", asks.form)):
                given = {name: HOSTILE[(at + turn) % len(HOSTILE)] for at, name in enumerate(sorted(names))}
                tried += len(given)
                if given:
                    errors |= asks.error(method, asks.path, given)
            for path in asks.spoilt(HOSTILE[turn]):
                errors |= asks.error("get", path, {})

    assert not errors, sorted(errors)
    assert tried > 1_000


@pytest.mark.long
def test_no_parameter_by_itself_makes_an_error() -> None:
    """Each name with each value alone, the other fields of a form with what fits there."""
    errors: set[str] = set()
    for route in routes():
        asks = Asks(route)
        for value in (*HOSTILE, *MORE):
            for name in asks.query:
                errors |= asks.error("get", asks.path, {name: value})
            for name in asks.form:
                errors |= asks.error("post", asks.path, asks.usual() | {name: value})
            for path in asks.spoilt(value):
                errors |= asks.error("get", path, {})

    assert not errors, sorted(errors)


@pytest.mark.timeout(1800)  # of all of them
@pytest.mark.parametrize("naughty", [NAUGHTY[::SAMPLE], slow(NAUGHTY)], ids=["some", "all"])
def test_no_naughty_string_makes_an_error_in_any_field(naughty: list[bytes]) -> None:
    """The Big List of Naughty Strings in every field of every form and in every search; in turn in one field alone,
    the others with what fits there.
    """
    errors: set[str] = set()
    tried = 0
    for asks in [asks for asks in map(Asks, routes()) if asks.form or "q" in asks.query]:
        fields = sorted(asks.form)
        for at, value in enumerate(naughty):
            if fields:
                errors |= asks.error("post", asks.path, dict.fromkeys(fields, value))
                errors |= asks.error("post", asks.path, asks.usual() | {fields[at % len(fields)]: value})
            if "q" in asks.query:
                errors |= asks.error("get", asks.path, {"q": value})
            tried += len(fields)

    assert not errors, sorted(errors)
    assert tried > 50 * len(naughty)


class Asks:
    """One route, by the person who may use it, with the names that it reads of a query and of a form."""

    def __init__(self, route: str) -> None:
        self.route = route
        self.known = _ids()
        self.path = "/" + address_of(route, self.known)
        self.client = _who(route.partition("/")[0], "/office/" in route)
        self.query: set[str] = set()
        self.form: set[str] = set()
        if "<path:object_id>" in route:  # a row in the office: only its address says which
            return
        self.query = (self._read("get") | _filters(route) | _documented(route)) - ({"lang"} if route else set())
        if not route.startswith("api/"):
            self.form = self._read("post")

    def usual(self) -> dict[str, bytes]:
        """The fields of the form, each with a value of its kind where one is known."""
        usual = {"do": "note", "currency": "CNY", "amount": "1", "channel": "wechat", "reason": "other", "name": "Mei"}
        return {name: str(usual.get(name, self.known.get(name, "1"))).encode() for name in self.form}

    def spoilt(self, value: bytes) -> Iterator[str]:
        """The address with that value in place of each of its parameters."""
        for name in re.findall(r"<(?:\w+:)?(\w+)>", self.route):
            if name == "object_id":  # of a row in the office
                before, _name, after = self.route.partition("<path:object_id>")
                before = address_of(before, self.known)
                yield f"/{before}{quote_from_bytes(value)}{after}"
            else:
                yield "/" + address_of(self.route, {**self.known, name: quote_from_bytes(value)})

    def error(self, method: str, path: str, given: dict[str, bytes]) -> set[str]:
        """The request, when the answer is an error of ours. Whatever it did or broke is undone."""
        written = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in given.items())
        with _undone():
            if method == "get":
                status = self.client.get(f"{path}?{written}").status_code
            else:
                status = self.client.post(path, written, FORM).status_code
        if status < 500 or status in ODD_BUT_OURS:
            return set()
        return {f"{status} {method} {path[:160]} {written[:200]}"}

    def _read(self, method: str) -> set[str]:
        read: set[str] = set()
        with pytest.MonkeyPatch.context() as patch, _undone():
            for name in ("get", "__getitem__", "getlist", "__contains__"):
                patch.setattr(QueryDict, name, _watched(getattr(QueryDict, name), read))
            getattr(self.client, method)(self.path, *([] if method == "get" else ["watched=1", FORM]))
        return {name for name in read if re.fullmatch(r"[\w-]+", name)} - {CSRF_FIELD, "watched"}


def _watched(inner: Callable[..., Any], read: set[str]) -> Callable[..., Any]:
    def watched(self: QueryDict, key: Any, *more: Any, **named: Any) -> Any:
        read.add(str(key))
        return inner(self, key, *more, **named)

    return watched


@contextmanager
def _undone() -> Iterator[None]:
    """Whatever a request did or broke is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


_ids = cache(ids)


@cache
def _who(face: str, by_operator: bool) -> Client:
    """A client for one face; the API has an office too."""
    if face in ("office", "studio"):
        client = office_client() if face == "office" else signed_in(mei())
    else:
        client = Client(headers={"accept-language": "en"} | api_headers("api/office/" if by_operator else f"{face}/"))
    client.raise_request_exception = False
    return client


def _filters(route: str) -> set[str]:
    """What a list of the office is filtered by: read from the query as a whole."""
    found = re.fullmatch(r"office/(\w+)/(\w+)/", route)
    if found is None:
        return set()
    tables = [table for rows, table in office._registry.items() if rows._meta.model_name == found[2]]
    named = {str(each[0] if isinstance(each, tuple) else getattr(each, "parameter_name", each))
             for table in tables for each in table.list_filter}  # fmt: skip
    return {*LOOKUPS, *named, *(f"{name}__exact" for name in named), *(f"{name}__isempty" for name in named)}


def _documented(route: str) -> set[str]:
    """What the API's document says about the query."""
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
    operation = _document()["paths"].get(path, {}).get("get", {})
    return {each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"}


_document = cache(api.get_openapi_schema)
