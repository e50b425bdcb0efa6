"""What the hot lane reads of a request: only what it needs, and what the same headers always say only once."""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from django.conf import settings

from joey.sharing.models import Click
from joey.sharing.visit_rows import ClickedLink
from joey.sharing.visitor import (
    DESTINATION,
    PURPOSES,
    classify,
    network_of,
    referrer_host,
    salt_of_today,
    salted_key,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
ChooseLanguage = Callable[[str | None, str | None, str], str]
OpensHere = Callable[[str, str], bool]  # (user agent, marketplace)

LONGEST_REMEMBERED = 600  # bytes; longer headers are read anew each time, so that nobody fills the memory
BROWSERS_REMEMBERED = 5_000

_TELLING = tuple(name.encode() for name in ("user-agent", "accept-language", DESTINATION, *PURPOSES))

_ABSENT = b""  # an empty header says as little as none


class Browser(NamedTuple):
    """What a method and the telling headers say of whoever sent them."""

    agent: str
    visitor: Click.Visitor
    accepts: str  # the languages, as sent


class Asked:
    """One request. `language` is what the page would be shown in."""

    __slots__ = ("_accepts", "_choose", "_headers", "_scope", "agent", "method", "path", "visitor")

    def __init__(self, scope: Scope, choose: ChooseLanguage) -> None:
        self._scope = scope
        self._choose = choose
        self._headers: dict[bytes, bytes] = dict(scope["headers"])  # ASGI: names are in lower case
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.agent, self.visitor, self._accepts = browser(self.method, self._headers)

    def header(self, name: str) -> str:
        """A header as sent, "" when it is not there; `name` in lower case."""
        return self._headers.get(name.encode(), b"").decode("latin-1")

    @property
    def language(self) -> str:
        cookie = cookie_of(self.header("cookie"), settings.LANGUAGE_COOKIE_NAME)
        return self._choose(self._wish, cookie, self._accepts)

    @property
    def asks_for_language(self) -> bool:
        """Whether ?lang= stands in the address."""
        return self._wish is not None

    @property
    def _wish(self) -> str | None:
        query = self._scope.get("query_string", b"")
        return parse_qs(query.decode("latin-1")).get("lang", [None])[0] if b"lang=" in query else None

    @property
    def address(self) -> str:
        """The visitor's address. What a client claims counts only behind our own proxy, which adds the last entry."""
        forwarded = self._headers.get(b"x-forwarded-for")
        if forwarded and settings.SECURE_PROXY_SSL_HEADER:
            return forwarded.decode("latin-1").rpartition(",")[2].strip()
        client = self._scope.get("client")
        return str(client[0]) if client else ""

    def click_on(self, link: ClickedLink, click_id: bytes) -> bytes:
        """The click that this request is, as a row. Its time is the database's when it is written."""
        key = salted_key(salt_of_today(), network_of(self.address), self.agent)
        referrer = self._headers.get(b"referer")
        host = referrer_host(referrer.decode("latin-1")) if referrer else ""
        return link.row(click_id, key, self.visitor, host)


def browser(method: str, headers: dict[bytes, bytes]) -> Browser:
    """Who sent these headers; remembered for the many who send the same."""
    told = tuple([headers.get(name, _ABSENT) for name in _TELLING])
    return (_browser if sum(map(len, told)) > LONGEST_REMEMBERED else _remembered_browser)(method, told)


def _browser(method: str, told: tuple[bytes, ...]) -> Browser:
    headers = {name.decode(): value.decode("latin-1") for name, value in zip(_TELLING, told, strict=True) if value}
    return Browser(headers.get("user-agent", ""), classify(method, headers), headers.get("accept-language", ""))


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
