"""What every response has, whichever part gave it: page, redirect, file, problem, error, the fast path's own answers.

It is the outermost application, so that no route, and no error of a library, can forget a header.
"""

import logging

from joey.edge import answer
from joey.edge.asked import App, Asked, Message, Receive, Scope, Send
from joey.kit.current_request import HEADER, begin_request, end_request, request_id
from joey.kit.text import loggable_path
from joey.site.language import choose

log = logging.getLogger(__name__)

_HEADER = HEADER.encode()


class EveryResponse:
    """An ASGI application in front of another: what a response lacks of `answer.needed()`, and its id.

    An error that no part has answered becomes a page too, for the server's own would have no headers at all.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, request = False, begin_request(lambda: _given(scope))

        async def complete(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message = _complete(message)
            await send(message)

        try:
            await self._app(scope, receive, complete)
        except Exception:
            if begun:
                raise
            log.exception("no answer at %s %s", scope["method"], loggable_path(scope["path"]))
            await answer.page(complete, 500, "unavailable", Asked(scope, choose).language)
        finally:
            end_request(request)


def _complete(start: Message) -> Message:
    headers = start.get("headers", ())
    has = {name.lower() for name, _value in headers}
    missing = [header for header in answer.needed() if header[0] not in has]
    return {**start, "headers": [*headers, *missing, (_HEADER, request_id().encode())]}


def _given(scope: Scope) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == _HEADER), "")
