"""A page rendered by Django for the fast path: whole, within a time limit, without the visitor's session."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from joey.edge.answer import Header
from joey.edge.asked import App, Asked, Message, Scope, Send, cookie_of
from joey.edge.encoded import IDENTITY, LEAST, encode, encoding_for

WAIT_SECONDS = 4.0

# What the fast path decides itself on every page it passes on.
_UNTIL = b"x-prices-until"  # the earliest end of a price on the page, for a cached copy; see storefront.cache_control
_OURS = (b"cache-control", b"etag", b"last-modified", b"expires", b"x-robots-tag", b"content-length", _UNTIL)


@dataclass(frozen=True)
class RenderedPage:
    """A complete answer."""

    status: int
    headers: tuple[Header, ...]
    body: bytes
    prices_until: datetime | None = None  # the earliest end of a price on it; None when it shows none

    @property
    def keepable(self) -> bool:
        """Whether it may be cached and shown to another visitor."""
        names = {name.lower() for name, _value in self.headers}
        return self.status == 200 and b"set-cookie" not in names

    def with_text(self, old: str, new: str) -> "RenderedPage":
        return replace(self, body=self.body.replace(old.encode(), new.encode()))


async def page_of(
    django: App,
    scope: Scope,
    asked: Asked,
    path: str,
    *,
    click: str,
    query: bytes | None = None,
    why: str = "",
    code: str = "",
) -> RenderedPage | None:
    """What Django answers at `path` for this visitor; None when it takes too long or fails.

    The view finds the click's id, the share link's `code`, and `why` it is asked for, in the ASGI scope's state, which
    no client can send. Only the language cookie goes on, so the page is the same for everyone and a cached page reveals
    no visitor.
    """
    cookie = cookie_of(asked.header("cookie"), settings.LANGUAGE_COOKIE_NAME)
    dropped = (b"cookie", b"if-none-match", b"accept-encoding")
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in dropped]
    if cookie and cookie.isalnum():
        headers.append((b"cookie", f"{settings.LANGUAGE_COOKIE_NAME}={cookie}".encode()))
    inner = {**scope, "path": path, "raw_path": path.encode(), "headers": headers}
    inner["state"] = {**scope.get("state", {}), "click": click, "why": why, "code": code}
    if query is not None:
        inner["query_string"] = query
    answer: list[Message] = []

    async def take(message: Message) -> None:
        answer.append(message)

    rendering = asyncio.ensure_future(django(inner, _no_body(), take))
    done, _late = await asyncio.wait({rendering}, timeout=WAIT_SECONDS)
    if not done:
        rendering.cancel()
        return None
    rendering.result()
    start = next(message for message in answer if message["type"] == "http.response.start")
    given = tuple((name.lower(), value) for name, value in start.get("headers", ()))
    page = RenderedPage(
        status=start["status"],
        headers=tuple((name, value) for name, value in given if name not in _OURS),
        body=b"".join(message.get("body", b"") for message in answer if message["type"] == "http.response.body"),
        prices_until=next((datetime.fromisoformat(value.decode()) for name, value in given if name == _UNTIL), None),
    )
    return None if page.status >= 500 else page


async def send_page(send: Send, page: RenderedPage, asked: Asked, *more: Header) -> None:
    """Answer with the page. It belongs to one click: no cache on the way may keep it."""
    ours = ((b"cache-control", b"private, no-store"), (b"x-robots-tag", b"noindex"), *more)
    decided = {name for name, _value in ours}
    headers = [*(header for header in page.headers if header[0].lower() not in decided), *ours]
    encoding = encoding_for(asked.header("accept-encoding").encode("latin-1")) if len(page.body) >= LEAST else IDENTITY
    body = encode(page.body, encoding)
    headers.append((b"content-length", str(len(body)).encode()))
    if encoding:
        headers.append((b"content-encoding", encoding))
    await send({"type": "http.response.start", "status": page.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if asked.method == "HEAD" else body})


def without_encodings(scope: Scope) -> Scope:
    """The same request for a page as it is: it is kept like that, and encoded for each visitor."""
    return {**scope, "headers": [header for header in scope["headers"] if header[0] != b"accept-encoding"]}


def _no_body() -> Any:
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if asked:  # Django listens for a disconnect while it renders; there is none to report
            await asyncio.Event().wait()
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive
