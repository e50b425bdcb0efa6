"""Every request is answered within a time limit, even if PostgreSQL hangs.

A running query cannot be cancelled from here: its thread waits until the server or the kernel answers, but the visitor
need not wait with it. What the request was doing may still be committed afterwards, as with any answer that is lost on
the network; a write with an Idempotency-Key is then answered when its key is sent again.
"""

import asyncio
import logging

from django.http import HttpResponse
from django.utils import translation

from joey.api.health import database_unavailable
from joey.api.problems import problem
from joey.edge import answer
from joey.edge.asked import App, Asked, Message, Receive, Scope, Send
from joey.kit.text import loggable_path
from joey.site.language import choose

log = logging.getLogger(__name__)

WAIT_SECONDS = 20.0  # seconds; a connection from the pool is waited for 5
MONITORING_SECONDS = 5.0  # monitoring asks often and gives up early
MONITORED = ("/readyz", "/metrics")


class TimeBound:
    """An ASGI application in front of another, which has a limited time to begin its answer."""

    def __init__(
        self, app: App, *, wait_seconds: float = WAIT_SECONDS, monitoring_seconds: float = MONITORING_SECONDS
    ) -> None:
        self._app = app
        self._wait_seconds = wait_seconds
        self._monitoring_seconds = monitoring_seconds
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

        wait_seconds = self._monitoring_seconds if scope["path"] in MONITORED else self._wait_seconds
        timer = asyncio.get_running_loop().call_later(wait_seconds, give_up)
        try:
            await self._app(scope, receive, pass_on)
        finally:
            timer.cancel()


async def _too_late(scope: Scope, send: Send) -> None:
    path = scope["path"]
    log.error("no answer in time, is the database unavailable? %s %s", scope["method"], loggable_path(path))
    language = Asked(scope, choose).language
    with translation.override(language):
        if path == "/readyz":
            answered = database_unavailable()
        elif path.startswith("/api/"):
            answered = problem(503, "unavailable", headers={"Retry-After": "5"})
        else:
            await answer.page(send, 503, "unavailable", language, (b"retry-after", b"10"))
            return
    await _send(send, answered)


async def _send(send: Send, answered: HttpResponse) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answered.items()]
    headers.append((b"content-length", str(len(answered.content)).encode()))
    await send({"type": "http.response.start", "status": answered.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": answered.content})
