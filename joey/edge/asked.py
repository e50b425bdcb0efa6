"""What the fast path reads of a request: only what it needs, and repeated headers only once."""

from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from joey.kit.client_address import client_address, network_of
from joey.sharing.click_rows import ClickedLink
from joey.sharing.models import Click
from joey.sharing.visitor import (
    DESTINATION,
    PURPOSES,
    classify,
    referrer_host,
    salt_at,
    visitor_key,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
ChooseLanguage = Callable[[str | None, str | None, str], str]
OpensHere = Callable[[str, str], bool]  # (user agent, marketplace)

LONGEST_REMEMBERED = 600  # bytes of an agent; a longer one is read each time, so that strangers cannot fill memory
BROWSERS_REMEMBERED = 5_000
LONGEST_HOST = 300  # bytes: a name has at most 253, and a port

_DESTINATION = DESTINATION.encode()
_PURPOSES_IN_ORDER = tuple(name.encode() for name in PURPOSES)
_PURPOSES = frozenset(_PURPOSES_IN_ORDER)


def asks_this_host(scope: Scope) -> bool:
    """Whether the request names one of this instance's hosts, as Django's own check has it."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return len(hosts) == 1 and len(hosts[0]) <= LONGEST_HOST and _is_ours(hosts[0])


@lru_cache(maxsize=64)
def _is_ours(host: bytes) -> bool:
    domain, _port = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


class Asked:
    """One request. `language` is what the page would be shown in."""

    __slots__ = ("_choose", "_headers", "_scope", "agent", "method", "path", "visitor")

    def __init__(self, scope: Scope, choose: ChooseLanguage) -> None:
        self._scope = scope
        self._choose = choose
        self._headers: dict[bytes, bytes] = dict(scope["headers"])  # ASGI: names are in lower case
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.agent, self.visitor = browser(self.method, self._headers)

    def header(self, name: str) -> str:
        """A header as sent, "" when it is not there; `name` in lower case."""
        return self._headers.get(name.encode(), b"").decode("latin-1")

    @property
    def language(self) -> str:
        cookie = cookie_of(self.header("cookie"), settings.LANGUAGE_COOKIE_NAME)
        return self._choose(self._wish, cookie, self.header("accept-language"))

    @property
    def session(self) -> str | None:
        """The key of the session that the visitor has, or claims; most have none."""
        return cookie_of(self.header("cookie"), settings.SESSION_COOKIE_NAME)

    @property
    def asks_for_language(self) -> bool:
        """Whether the address has ?lang=."""
        return self._wish is not None

    @property
    def chooses_plain(self) -> bool:
        """Whether the visitor read that the shop earns nothing from a plain link, and chose it (?plain=1)."""
        return b"plain=1" in self._scope.get("query_string", b"").split(b"&")

    @property
    def asks_for_ways(self) -> bool:
        """Whether the visitor wants the page with the ways there, also where the app opens links (?ways=1)."""
        return b"ways=1" in self._scope.get("query_string", b"").split(b"&")

    @property
    def _wish(self) -> str | None:
        query = self._scope.get("query_string", b"")
        return parse_qs(query.decode("latin-1")).get("lang", [None])[0] if b"lang=" in query else None

    @property
    def address(self) -> str:
        """The visitor's address, as `joey.kit.client_address` reads it."""
        client = self._scope.get("client")
        return client_address(str(client[0]) if client else "", self._forwarded)

    def _forwarded(self) -> str:
        """What proxies wrote, of all headers of this name: one that a visitor sent comes before our proxy's."""
        name = settings.PROXY_HEADER.lower().encode()
        return b",".join(value for key, value in self._scope["headers"] if key == name).decode("latin-1")

    def click_on(self, link: ClickedLink, click_id: bytes) -> bytes:
        """The click that this request is, as a row. Its time is the database's when it is written."""
        key = visitor_key(salt_at(datetime.now(UTC)), network_of(self.address), self.agent)
        referrer = self._headers.get(b"referer")
        host = referrer_host(referrer.decode("latin-1")) if referrer else ""
        return link.row(click_id, key, self.visitor, host)


def browser(method: str, headers: dict[bytes, bytes]) -> tuple[str, Click.Visitor]:
    """(user agent, kind of visitor); remembered for the many who send the same."""
    agent, destination = headers.get(b"user-agent", b""), headers.get(_DESTINATION, b"")
    if len(agent) + len(destination) > LONGEST_REMEMBERED or not _PURPOSES.isdisjoint(headers):
        return _browser(method, agent, destination, *(headers.get(name, b"") for name in _PURPOSES_IN_ORDER))
    return _remembered_browser(method, agent, destination)


def _browser(method: str, agent: bytes, destination: bytes, *purposes: bytes) -> tuple[str, Click.Visitor]:
    sent = {name: value.decode("latin-1") for name, value in zip(PURPOSES, purposes, strict=False)}
    sent["user-agent"] = agent.decode("latin-1")
    if destination:
        sent[DESTINATION] = destination.decode("latin-1")
    return sent["user-agent"], classify(method, sent)


_remembered_browser = lru_cache(maxsize=BROWSERS_REMEMBERED)(_browser)


def cookie_of(header: str, name: str) -> str | None:
    """One cookie's value; None when it is not there or the header cannot be read."""
    if name not in header:
        return None
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return found.value if found else None
