"""The least that an ASGI application can do: a 302 with its address, the same for everyone. A baseline."""

from typing import Any

START = {
    "type": "http.response.start",
    "status": 302,
    "headers": [(b"location", b"https://example.com/"), (b"content-length", b"0")],
}
END = {"type": "http.response.body", "body": b""}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer everything alike; Granian asks for the lifespan first."""
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
    await send(START)
    await send(END)
