"""The least that an ASGI application can do, as a baseline: one answer, always the same, for whatever is asked."""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

Send = Callable[[dict[str, Any]], Awaitable[None]]
PAGE = "JOEY_BENCH_PAGE"  # names a file with the headers of an answer as JSON in its first line, its body behind


class Bare:
    """Answers everything alike; Granian asks for the lifespan first."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b"") -> None:
        self._start = {"type": "http.response.start", "status": status, "headers": headers}
        self._body = {"type": "http.response.body", "body": body}

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        if scope["type"] == "lifespan":
            while True:
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return
        await send(self._start)
        await send(self._body)


redirect = Bare(302, [(b"location", b"https://example.com/"), (b"content-length", b"0")])


def page() -> Bare:
    """For Granian's --factory: the answer in the file."""
    with open(os.environ[PAGE], "rb") as file:
        headers = json.loads(file.readline())
        return Bare(200, [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers], file.read())
