"""A running sandbox to connect to, and a gateway that answers from a script: for faults no sandbox can make."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest
from pytest_django import Settings

from joey.marketplaces.taobao.connector import TaobaoConnector
from tests.sandbox.conftest import Sandbox, own_sandbox, quiet_hour, sandbox

__all__ = ["Sandbox", "own_sandbox", "quiet_hour", "sandbox"]

SECRET, SESSION = "very-secret-never-shown", "session-never-shown"


@pytest.fixture
def connected(sandbox: Sandbox, settings: Settings) -> Sandbox:
    """Joey connected to every marketplace of the sandbox."""
    settings.JOEY_MARKETPLACES = sandbox.get("/control/marketplaces").json()
    settings.SANDBOX_URL = sandbox.url
    return sandbox


@pytest.fixture
def taobao(sandbox: Sandbox) -> TaobaoConnector:
    return TaobaoConnector(sandbox.get("/control/marketplaces").json()["taobao"])


Answer = tuple[int, Any] | Callable[[dict[str, str]], tuple[int, Any]]


@dataclass
class Script:
    """Answers in order, the last one for ever; what was asked is kept."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def connector(self, **credentials: str | bool) -> TaobaoConnector:
        account: dict[str, str | bool] = {
            "app_key": "12345678",
            "app_secret": SECRET,
            "session": SESSION,
            "adzone_id": "1",
            "site_id": "2",
        }
        return TaobaoConnector({"gateway": self.url, "credentials": account | credentials, "calls_per_second": 5_000})


@pytest.fixture
def script() -> Iterator[Script]:
    played = Script()

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
            played.asked.append(form)
            answer = played.answers.pop(0) if len(played.answers) > 1 else played.answers[0]
            status, body = answer(form) if callable(answer) else answer
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    server.daemon_threads = True
    played.url = f"http://127.0.0.1:{server.server_port}/router/rest"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield played
    server.shutdown()
    thread.join()
    server.server_close()
