"""A real `joey up` as a process of its own, for tests that look at it from outside."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

CHECKOUT = Path(__file__).resolve().parent.parent
OF_THE_TESTS = ("DATABASE_URL", "DATABASE_OWNER_URL", "JOEY_DATA", "JOEY_DEBUG")


def environment() -> dict[str, str]:
    """The environment without what the tests' own database put there."""
    return {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}


def joey(*arguments: str, timeout: float = 60, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one `joey` command to its end."""
    command = [sys.executable, "-m", "joey.cli.cli", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, cwd=CHECKOUT, env=environment() | more
    )


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(true: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    """Wait for something to become true and return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = true()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


class RunningJoey:
    """`joey up` on free ports; `started()` waits until it says that it is ready."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self.port, self.sandbox_port = free_port(), free_port()
        self.said = data.parent / f"{data.name}-said.txt"
        ports = ["--port", str(self.port), "--sandbox-port", str(self.sandbox_port)]
        command = [sys.executable, "-m", "joey.cli.cli", "up", "--data", str(data), *ports, *options]
        with self.said.open("w") as said:
            self.process = subprocess.Popen(command, stdout=said, stderr=said, cwd=CHECKOUT, env=environment())

    def started(self) -> "RunningJoey":
        until(lambda: "Joey is ready" in self.says() or self.process.poll() is not None, "joey up", 90)
        assert self.process.poll() is None, self.says()
        return self

    def says(self) -> str:
        return self.said.read_text()

    def note(self) -> dict[str, Any]:
        note: dict[str, Any] = json.loads((self.data / "instance.json").read_text())
        return note

    def answers(self, port: int | None = None) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{port or self.port}/healthz", timeout=2):
                return True
        except HTTPError as error:
            error.close()
            return error.code < 500
        except (URLError, OSError):
            return False

    def interrupt(self, times: int = 1) -> int:
        """Press Ctrl-C, more than once if you like, and return the exit code."""
        for _ in range(times):
            self.process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        return self.process.wait(60)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
