"""A running sandbox over real HTTP, and a caller that signs by itself."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from hashlib import md5
from pathlib import Path
from typing import Any

import httpx
import pytest

from joey.sandbox.dialects.taobao.sale_days import is_sale_day

BEIJING = timezone(timedelta(hours=8))
START_SECONDS = 30


def beijing(moment: float) -> str:
    """The time as the gateway wants it."""
    return datetime.fromtimestamp(moment, BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def utc(moment: float) -> str:
    """The time as the control calls want it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sign(secret: str, parameters: dict[str, str]) -> str:
    """The md5 signature, written a third time for the tests alone."""
    text = "".join(key + value for key, value in sorted(parameters.items()) if value)
    return md5((secret + text + secret).encode(), usedforsecurity=False).hexdigest().upper()


@dataclass
class Sandbox:
    """A sandbox process and how to talk to it."""

    folder: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60))

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = os.environ | {
            "JOEY_SANDBOX_DB": str(self.folder / "sandbox.sqlite3"),
            "JOEY_SANDBOX_URL": self.url,
            "JOEY_SANDBOX_ORDER_CALLS_PER_SECOND": "1000",
            "JOEY_SANDBOX_SLOW_SECONDS": "1",
        } | self.environment  # fmt: skip
        command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "joey.sandbox.app:app"],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.client.get(self.url + "/healthz").raise_for_status()
                return
            except httpx.HTTPError:
                time.sleep(0.05)
        pytest.fail("the sandbox did not come up: " + (self.folder / "log").read_text())

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it as Ctrl-C does, or harder; its worker with it, which would otherwise go on answering by itself."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.client.get(self.url + path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.client.post(self.url + path, json=body, **options)

    def top(self, parameters: dict[str, str]) -> httpx.Response:
        """One call of the gateway with exactly these parameters."""
        return self.client.post(self.url + "/router/rest", data=parameters)

    def credentials(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get("/control/marketplaces").json()["taobao"]["credentials"]
        return found

    def signed(self, method: str, /, *, session: bool | str = False, **arguments: Any) -> dict[str, str]:
        """All parameters of a good call; None leaves one out, also a system one."""
        account = self.credentials()
        parameters: dict[str, Any] = {
            "method": method,
            "app_key": account["app_key"],
            "timestamp": beijing(time.time()),
            "v": "2.0",
            "format": "json",
            "sign_method": "md5",
            "session": account["session"] if session is True else session or None,
        } | arguments
        kept = {key: str(value) for key, value in parameters.items() if value is not None}
        if "sign" not in arguments:
            kept["sign"] = sign(account["app_secret"], kept)
        return kept

    def call(self, method: str, /, *, session: bool | str = False, **arguments: Any) -> Any:
        """The body of an answer, whatever it says."""
        answer = self.top(self.signed(method, session=session, **arguments))
        assert answer.status_code == 200
        return answer.json()

    def ask(self, method: str, /, *, session: bool | str = False, **arguments: Any) -> Any:
        """What is under the root key of a good answer."""
        body = self.call(method, session=session, **arguments)
        assert "error_response" not in body, body
        return body[method.removeprefix("taobao.").replace(".", "_") + "_response"]

    def refusal(self, method: str, /, *, session: bool | str = False, **arguments: Any) -> tuple[int, str]:
        """Code and sub-code of a refusal."""
        body = self.call(method, session=session, **arguments)
        assert "error_response" in body, body
        return body["error_response"]["code"], body["error_response"].get("sub_code", "")

    def search(self, **arguments: Any) -> list[dict[str, Any]]:
        """Rows that were found; none where the union says by a refusal that it found nothing."""
        method = "taobao.tbk.dg.material.optional.upgrade"
        body = self.call(method, adzone_id=self.credentials()["adzones"][0], **arguments)
        if body.get("error_response", {}).get("sub_code") == "50001":
            return []
        assert "error_response" not in body, body
        found = body["tbk_dg_material_optional_upgrade_response"]
        rows: list[dict[str, Any]] = found.get("result_list", {}).get("map_data", [])
        return rows

    def convert(self, item_id: str, adzone: str | None = None, **arguments: Any) -> dict[str, Any]:
        """The entry of one converted item."""
        answer = self.ask(
            "taobao.tbk.dg.general.link.convert",
            adzone_id=adzone or self.credentials()["adzones"][0],
            item_id_list=item_id,
            **arguments,
        )
        entry: dict[str, Any] = answer["data"]["item_url_list"]["item_url_list"][0]
        return entry

    def buy(self, url: str, **fields: Any) -> str:
        answer = self.post("/control/purchase", {"url": url, **fields})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["order"])

    def move(self, order: str, do: str, **fields: Any) -> dict[str, Any]:
        answer = self.post(f"/control/orders/{order}", {"do": do, **fields})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def bulk(self, orders: list[dict[str, Any]]) -> list[str]:
        answer = self.post("/control/bulk", orders)
        assert answer.status_code == 201, answer.text
        found: list[str] = answer.json()["orders"]
        return found

    def page_of_orders(self, start: float, end: float, **arguments: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "query_type": 4,
            "start_time": beijing(start),
            "end_time": beijing(end),
            "page_size": 100,
        } | arguments
        data: dict[str, Any] = self.ask("taobao.tbk.order.details.get", **asked)["data"]
        return data

    def all_orders(self, start: float, end: float, **arguments: Any) -> list[dict[str, Any]]:
        """Every row of a window, page by page."""
        rows: list[dict[str, Any]] = []
        more: dict[str, Any] = {}
        for number in range(1, 101):
            data = self.page_of_orders(start, end, page_no=number, **more, **arguments)
            rows += data.get("results", {}).get("publisher_order_dto", [])
            if not data["has_next"]:
                return rows
            more = {"jump_type": 1, "position_index": data["position_index"]}
        pytest.fail("more than a hundred pages")

    def refunds(self, start: float, end: float, **option: Any) -> list[dict[str, Any]]:
        asked = {
            "query_type": 5, "start_time": beijing(start), "end_time": beijing(end), "page_no": 1, "page_size": 100,
            "order_scene": 1, "member_type": 4,
        } | option  # fmt: skip
        answer = self.ask("taobao.tbk.order.refund.get", publisher_refund_order_query_option=json.dumps(asked))
        assert answer["result_code"] == 200, answer
        rows: list[dict[str, Any]] = answer["data"].get("result", {}).get("publisher_refund_order_d_t_o", [])
        return rows


def free_port() -> int:
    """A port that no process listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


@contextmanager
def running_sandbox(folder: Path, environment: dict[str, str] | None = None) -> Iterator[Sandbox]:
    """A sandbox with its state in the folder, until the block ends."""
    running = Sandbox(folder, free_port(), environment or {})
    running.start()
    try:
        yield running
    finally:
        running.stop()
        running.client.close()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all tests that can share it."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    """Make a sandbox for one test, with its own state and environment."""
    with ExitStack() as running:
        folders = iter(range(100))

        def make(**environment: str) -> Sandbox:
            folder = tmp_path / str(next(folders))
            folder.mkdir()
            return running.enter_context(running_sandbox(folder, environment))

        yield make


@pytest.fixture
def item(sandbox: Sandbox) -> dict[str, Any]:
    """An item that earns something, as the search shows it."""
    return sandbox.search(q="a", sort="tk_rate_des", page_size=1)[0]


@pytest.fixture
def tracked(sandbox: Sandbox, item: dict[str, Any]) -> str:
    """A tracked link of that item on the first ad zone."""
    return str(sandbox.convert(item["item_id"])["link_info_dto"]["cps_long_url"])


_THIS_HOUR = int(time.time()) // 3600  # of when the tests began: a new hour gives none of them out again
_hours = iter(range(1, 2000))


@pytest.fixture
def quiet_hour() -> Callable[[], float]:
    """The start of an hour in the past that no other test uses, outside the sales and within 90 days.

    Not one that is whole days ago: tests buy "a day ago", and their orders would be found in it.
    """

    def next_hour() -> float:
        for hour in _hours:
            ago = hour + 2
            if ago % 24 in (23, 0, 1):
                continue
            start = (_THIS_HOUR - ago) * 3600
            if not any(is_sale_day(datetime.fromtimestamp(start + add, BEIJING).date()) for add in (0, 10_800)):
                return float(start)
        pytest.fail("no quiet hour is left")

    return next_hour
