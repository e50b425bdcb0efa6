"""/s/<slug> and /s/<slug>/<listing> for visitors without a session: from memory, or made and then kept.

Everything else (a session, a change of language, a write, an unknown shop) is Django's.
"""

import asyncio
import re
import time
from dataclasses import dataclass
from functools import lru_cache, partial
from urllib.parse import parse_qs

import psycopg
from django.conf import settings

from joey.edge import answer
from joey.edge.asked import App, ChooseLanguage, Message, Receive, Scope, Send, cookie_of
from joey.edge.django_page import without_encodings
from joey.edge.encoded import encoding_for
from joey.edge.hear_changes import Changes
from joey.edge.keep_pages import FRESH, Kept, Key, Pages, kept
from joey.edge.make_pages import Made, MakePages, TooBusy, TooLate
from joey.kit.worker_counts import PAGE_HITS, PAGE_MISSES, counts
from joey.marketplaces import imported

LONGEST_KNOWN = 1_000  # bytes of headers that are remembered
PATH = re.compile(r"/s/([-a-zA-Z0-9_]{1,60})(?:/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?")
_OF_A_BODY = (b"content-length", b"content-type", b"content-encoding")
_START = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True)
class _Making:
    """A page that is being made: what had changed when it began, and when that was by the monotonic clock."""

    task: "asyncio.Future[Made | None]"
    seen: int
    began: float


class ShopPages:
    """Answers from `pages`; makes shop pages itself and lets Django make those of listings."""

    def __init__(self, django: App, make: MakePages, *, language: ChooseLanguage) -> None:
        self._django = django
        self._make = make
        self._pages = Pages(settings.PAGES_KEPT_BYTES)
        self._changes = Changes(settings.DATABASE_URL, forget=self._pages.forget, forget_all=self._forget_all)
        self._making: dict[Key, _Making] = {}
        self._sweeping = False
        # Of a visitor only a handful of headers matter, and the same ones come again and again; long ones do not, and
        # would let strangers fill memory.
        self._visitor = partial(_visitor, language=language)
        self._known_visitor = lru_cache(maxsize=2048)(self._visitor)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """False when this request is Django's."""
        method = scope["method"]
        if method not in ("GET", "HEAD"):
            return False
        found = PATH.fullmatch(scope["path"])
        start = _start(scope["query_string"]) if found else None
        if found is None or start is None:
            return False
        cookie = accepts = forwarded = none_match = accepts_encoding = b""
        for name, value in scope["headers"]:
            if name == b"accept-language":
                accepts = value
            elif name == b"cookie":
                cookie = value if not cookie else cookie + b"; " + value
            elif name == b"x-forwarded-proto":
                forwarded = value
            elif name == b"accept-encoding":
                accepts_encoding = value
            elif name == b"if-none-match":
                none_match = value
        usual = len(cookie) + len(accepts) + len(forwarded) < LONGEST_KNOWN
        visitor = (self._known_visitor if usual else self._visitor)(cookie, accepts, forwarded)
        if visitor is None:
            return False
        slug, listing = found.groups("")
        language, secure = visitor
        key = (slug, listing, 0 if listing else start, language, secure)
        page = self._pages.get(key)
        counts.add(PAGE_MISSES if page is None else PAGE_HITS)
        if page is None:
            self.follow_changes()
            try:
                page = await (self._from_django(scope, receive, send, key) if listing else self._made(key))
            except (TooBusy, TooLate, psycopg.OperationalError) as trouble:
                what = "busy" if isinstance(trouble, TooBusy) else "unavailable"
                await answer.page(send, 503, what, language, (b"retry-after", b"5"))
                return True
            if page is None:
                return bool(listing)  # Django has answered for a listing already
        encoded = self._pages.encoded(key, page, encoding_for(accepts_encoding))
        headers, body = page.headers_at(time.monotonic(), encoded), encoded.body
        if none_match and encoded.etag in none_match:
            await send({"type": "http.response.start", "status": 304, "headers": without_body(headers)})
            body = b""
        else:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
        return True

    def follow_changes(self) -> None:
        """Begin to hear of changes, if this process does not yet."""
        self._changes.begin()

    def _forget_all(self) -> None:
        self._pages.forget_all()
        imported.forget()

    async def close(self) -> None:
        await self._changes.close()
        self._make.close()

    async def _made(self, key: Key) -> Kept | None:
        """A new page. A request for one that is being made waits for it, unless something changed since it began."""
        slug, _listing, start, language, secure = key
        making = self._making.get(key)
        if making is None or making.seen != self._pages.changes:
            task = asyncio.ensure_future(self._make.make(slug, start=start, language=language, secure=secure))
            making = self._making[key] = _Making(task, self._pages.changes, time.monotonic())
            task.add_done_callback(lambda done: self._over(key, done))
        made = await asyncio.shield(making.task)
        if made is None:
            return None
        page = kept(made.headers, made.body, made=making.began)
        self._keep(key, page, making.seen)
        return page

    async def _from_django(self, scope: Scope, receive: Receive, send: Send, key: Key) -> Kept | None:
        """Django's page, kept for the next visitor; None when it is another answer, which is sent as it comes."""
        seen, began = self._pages.changes, time.monotonic()
        beginning: Message = {}
        body: list[bytes] = []

        async def take(message: Message) -> None:
            nonlocal beginning
            if message["type"] == "http.response.start" and message["status"] == 200:
                beginning = message
            elif beginning and message["type"] == "http.response.body":
                body.append(message.get("body", b""))
            else:
                await send(message)

        await self._django({**without_encodings(scope), "method": "GET"}, receive, take)
        if not beginning:
            return None
        page = kept(tuple(beginning["headers"]), b"".join(body), made=began)
        self._keep(key, page, seen)
        return page

    def _keep(self, key: Key, page: Kept, seen: int) -> None:
        if self._changes.listening and self._pages.put(key, page, seen=seen) and not self._sweeping:
            self._sweeping = True
            asyncio.get_running_loop().call_later(FRESH, self._sweep)

    def _sweep(self) -> None:
        """Pages that are not asked for any more are dropped too, so that an idle worker holds nothing."""
        self._pages.sweep()
        self._sweeping = len(self._pages) > 0
        if self._sweeping:
            asyncio.get_running_loop().call_later(FRESH, self._sweep)

    def _over(self, key: Key, done: "asyncio.Future[Made | None]") -> None:
        if key in self._making and self._making[key].task is done:
            del self._making[key]
        if not done.cancelled():
            done.exception()  # seen, also when no request waits any more


def without_body(headers: list[answer.Header]) -> list[answer.Header]:
    """The headers of an answer that says that nothing changed (RFC 9110, 15.4.5)."""
    return [header for header in headers if header[0] not in _OF_A_BODY]


def _start(query: bytes) -> int | None:
    """Where the page begins, read as the view reads it; None when the address asks for a language, to be remembered."""
    if not query:
        return 0
    asked = parse_qs(query.decode("latin-1"), keep_blank_values=True)
    if "lang" in asked:
        return None
    start = asked.get("start", [""])[-1]
    return int(start) if _START.fullmatch(start) else 0


def _visitor(
    cookie: bytes,
    accepts: bytes,
    forwarded: bytes,
    *,
    language: ChooseLanguage,
) -> tuple[str, bool] | None:
    """(language, over TLS); None for a visitor with a session, and where Django would not show the page."""
    cookies = cookie.decode("latin-1")
    if any(part.partition("=")[0].strip() == settings.SESSION_COOKIE_NAME for part in cookies.split(";")):
        return None
    secure = forwarded == b"https" and settings.SECURE_PROXY_SSL_HEADER is not None
    if settings.SECURE_SSL_REDIRECT and not secure:
        return None
    chosen = language(None, cookie_of(cookies, settings.LANGUAGE_COOKIE_NAME), accepts.decode("latin-1"))
    return chosen, secure
