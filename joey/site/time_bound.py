"""Whoever asks hears something within bounded time, even when PostgreSQL stands still and nothing moves behind here.

A query that is under way cannot be called back: its thread waits until the server or the kernel says something. The
visitor need not wait with it. What it was doing may still be committed afterwards, as with any answer that got lost
on its way; a write that carries an Idempotency-Key is then answered as it was done.
"""

import asyncio
import logging

from django.http import HttpResponse
from django.utils import translation

from joey.api.health import database_away
from joey.api.problems import problem
from joey.edge import answer
from joey.edge.asked import App, Asked, Message, Receive, Scope, Send
from joey.site.language import choose

log = logging.getLogger(__name__)

PATIENCE = 20.0  # seconds; a connection from the pool is waited for 5
WATCHERS_PATIENCE = 5.0  # whoever watches the machine asks often and gives up early
WATCHED = ("/readyz", "/metrics")


class TimeBound:
    """An ASGI application in front of another, which has so many seconds to begin its answer."""

    def __init__(self, app: App, *, patience: float = PATIENCE, watchers_patience: float = WATCHERS_PATIENCE) -> None:
        self._app = app
        self._patience = patience
        self._watchers_patience = watchers_patience
        self._answering: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = given_up = False

        async def pass_on(message: Message) -> None:
            nonlocal begun
            if not given_up:
                begun = True
                await send(message)

        def give_up() -> None:
            nonlocal given_up
            if not begun:
                given_up = True
                answering = asyncio.ensure_future(_too_late(scope, send))
                self._answering.add(answering)
                answering.add_done_callback(self._answering.discard)

        patience = self._watchers_patience if scope["path"] in WATCHED else self._patience
        timer = asyncio.get_running_loop().call_later(patience, give_up)
        try:
            await self._app(scope, receive, pass_on)
        finally:
            timer.cancel()


async def _too_late(scope: Scope, send: Send) -> None:
    path = scope["path"]
    log.error("no answer in time, is the database away? %s %s", scope["method"], path)
    language = Asked(scope, choose).language
    with translation.override(language):
        if path == "/readyz":
            told = database_away()
        elif path.startswith("/api/"):
            told = problem(503, "unavailable", headers={"Retry-After": "5"})
        else:
            await answer.page(send, 503, "unavailable", language, (b"retry-after", b"10"))
            return
    await _send(send, told)


async def _send(send: Send, told: HttpResponse) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
    headers.append((b"content-length", str(len(told.content)).encode()))
    await send({"type": "http.response.start", "status": told.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": told.content})
