"""A server of its own for a test: Granian in a process group, on the session's PostgreSQL."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.1 Mobile/15E148 Safari/604.1"
)
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; V2307A Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Version/4.0 Chrome/126.0.6478.188 Mobile Safari/537.36 XWEB/1260213 MMWEBSDK/20240501 MMWEBID/5678"
    " MicroMessenger/8.0.50.2701(0x28003256) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64"
)
SANDBOX = "http://localhost:8001"
SECRET = "only-for-the-tests-of-the-hot-lane-0123456789abcdef"


@dataclass
class Server:
    """A running server. `client` keeps no cookies and follows nothing."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def get(self, path: str, agent: str = PHONE, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.get(self.url + path, headers={"user-agent": agent, **sent}, timeout=15)

    def kill(self) -> None:
        """As if the power went: every process of it, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)


@contextmanager
def server(**environment: str) -> Iterator[Server]:
    """Start one worker on a free port; ready when it answers. Killed at the end if it still runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = Path(tempfile.mkstemp(prefix="joey-edge-", suffix=".log")[1])
    env: Mapping[str, str] = {
        **os.environ,
        "JOEY_URL": f"http://localhost:{port}",
        "JOEY_SANDBOX_URL": SANDBOX,
        "JOEY_SECRET": SECRET,
        **environment,
    }
    command = [
        sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--no-ws", "joey.site.asgi:application",
    ]  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env, stdout=out, stderr=out, start_new_session=True)
    running = Server(process, f"http://127.0.0.1:{port}", log)
    try:
        _wait(running)
        yield running
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log.unlink(missing_ok=True)


def _wait(running: Server) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            httpx.get(running.url + "/l/-", timeout=5)
            return
        assert running.process.poll() is None, running.log.read_text()
        time.sleep(0.1)
    raise AssertionError(running.log.read_text())
