"""A request crosses over to its thread a few times, not for every middleware."""

import asyncio
from typing import Any, cast

import pytest
from asgiref.sync import SyncToAsync
from asgiref.testing import ApplicationCommunicator

from joey.site.asgi import InOneThread

SCOPE = {
    "type": "http", "http_version": "1.1", "method": "GET", "path": "/robots.txt", "query_string": b"",
    "headers": [(b"host", b"localhost")], "scheme": "http", "server": ("localhost", 80), "client": ("127.0.0.1", 1),
}  # fmt: skip
# When the request begins, for the answer, and when it is over.
CROSSINGS = 3


def test_a_request_is_answered_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    crossed = 0
    cross = SyncToAsync.__call__

    async def counted(self: Any, *given: Any, **named: Any) -> Any:
        nonlocal crossed
        crossed += 1
        return await cross(self, *given, **named)

    monkeypatch.setattr(SyncToAsync, "__call__", counted)

    async def ask() -> int:
        talk = cast(Any, ApplicationCommunicator)(InOneThread(), SCOPE)
        await talk.send_input({"type": "http.request", "body": b""})
        began = await talk.receive_output(10)
        await talk.receive_output(10)
        await talk.wait(10)
        return int(began["status"])

    assert asyncio.run(ask()) == 200
    assert crossed <= CROSSINGS
