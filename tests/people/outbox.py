"""A message gateway over real HTTP that keeps what it was given, or fails on request."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import sleep
from typing import Any


@dataclass
class Outbox:
    """`messages` as they came, newest last. `status` is answered; `silent_seconds` passes before."""

    url: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    status: int = 201
    silent_seconds: float = 0

    def code(self, to: str) -> str:
        """The newest code sent to this contact."""
        text = next(message["text"] for message in reversed(self.messages) if message["to"] == to)
        found = re.search(r"\b\d{6}\b", text)
        assert found, text
        return found[0]


@contextmanager
def running_outbox() -> Iterator[Outbox]:
    outbox = Outbox()

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sleep(outbox.silent_seconds)
            outbox.messages.append(json.loads(body))
            self.send_response(outbox.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    outbox.url = f"http://127.0.0.1:{server.server_port}/messages"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield outbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
