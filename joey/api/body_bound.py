"""A body that is too large is refused before it is taken in: Django would first write all of it to disk."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.http import HttpRequest

from joey.api.strict_json import LARGEST

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MARK = "body_too_large"  # in the scope's state, where no client can write


def too_large(request: HttpRequest) -> bool:
    """Whether the body was cut off by BodyBound, or says itself that it is too large."""
    state = getattr(request, "scope", {}).get("state", {})
    return bool(state.get(MARK)) or _declared_length(request.META.get("CONTENT_LENGTH")) > LARGEST


class BodyBound:
    """An ASGI application in front of another: no more than LARGEST bytes of a body are read.

    With a Content-Length above it nothing is read; a chunked body is read up to the bound. The application behind
    then gets an empty body and the mark at an address of the API, which answers 413 in the client's language.
    No form of ours is that large, so the pages need no answer of their own.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = next((value for name, value in scope["headers"] if name.lower() == b"content-length"), b"")
        if _declared_length(length.decode("latin-1")) > LARGEST:
            await self._without_body(scope, send)
            return
        messages: list[Message] = []
        read = 0
        while True:
            message = await receive()
            messages.append(message)
            read += len(message.get("body", b""))
            if read > LARGEST:
                await self._without_body(scope, send)
                return
            if message["type"] != "http.request" or not message.get("more_body"):
                break
        await self._app(scope, _replay(messages, receive), send)

    async def _without_body(self, scope: Scope, send: Send) -> None:
        headers = [pair for pair in scope["headers"] if pair[0].lower() not in (b"content-length", b"content-type")]
        marked = {**scope, "headers": headers, "state": {**(scope.get("state") or {}), MARK: True}}
        marked |= {"path": "/api/", "raw_path": b"/api/"}
        await self._app(marked, _replay([{"type": "http.request", "body": b"", "more_body": False}], None), send)


def _replay(messages: list[Message], then: Receive | None) -> Receive:
    """The messages again, one by one; after them the real ones, or nothing for ever (what is left stays unread)."""
    left = list(messages)

    async def receive() -> Message:
        if left:
            return left.pop(0)
        if then is None:
            await asyncio.Event().wait()  # Django waits here for a disconnect, and stops when it has answered
            raise AssertionError("the event is never set")
        return await then()

    return receive


def _declared_length(text: str | None) -> int:
    if not text or not text.isascii() or not text.isdigit():
        return 0
    return int(text[:20])  # twenty digits are too large already
