"""What the hot lane reads of a request, once."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings

from joey.kit.ids import new_id
from joey.sharing.models import Click
from joey.sharing.queries import HotLink
from joey.sharing.record_click import NewClick
from joey.sharing.visitor import classify, referrer_host, visitor_key

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
ChooseLanguage = Callable[[str | None, str | None, str], str]
OpensHere = Callable[[str, str], bool]  # (user agent, marketplace)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `language` is what the page would be shown in."""

    method: str
    path: str
    headers: dict[str, str]
    address: str
    visitor: Click.Visitor
    language: str
    asks_for_language: bool  # ?lang= stands in the address

    @classmethod
    def of(cls, scope: Scope, choose: ChooseLanguage) -> "Asked":
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope.get("query_string", b"")
        wish = parse_qs(query.decode("latin-1")).get("lang", [None])[0] if b"lang=" in query else None
        cookie = cookie_of(headers.get("cookie", ""), settings.LANGUAGE_COOKIE_NAME)
        return cls(
            method=scope["method"],
            path=scope["path"],
            headers=headers,
            address=_address(scope, headers),
            visitor=classify(scope["method"], headers),
            language=choose(wish, cookie, headers.get("accept-language", "")),
            asks_for_language=wish is not None,
        )

    @property
    def agent(self) -> str:
        return self.headers.get("user-agent", "")

    def click_on(self, link: HotLink) -> NewClick:
        """The click that this request is. Its time is the database's when it is written."""
        return NewClick(
            id=new_id(),
            shop_id=link.shop_id,
            link_id=link.id,
            listing_id=link.listing_id,
            visitor_key=visitor_key(self.address, self.agent, datetime.now(UTC).date()),
            visitor=self.visitor,
            referrer_host=referrer_host(self.headers.get("referer", "")),
        )


def cookie_of(header: str, name: str) -> str | None:
    """One cookie's value; None when it is not there or the header cannot be read."""
    if name not in header:
        return None
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return found.value if found else None


def _address(scope: Scope, headers: dict[str, str]) -> str:
    """The visitor's address. What a client claims counts only behind our own proxy, which adds the last entry."""
    forwarded = headers.get("x-forwarded-for", "")
    if forwarded and settings.SECURE_PROXY_SSL_HEADER:
        return forwarded.rpartition(",")[2].strip()
    client = scope.get("client")
    return str(client[0]) if client else ""
