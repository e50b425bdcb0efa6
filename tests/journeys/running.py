"""A real instance, started by its own command and observed from outside only."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

CHECKOUT = Path(__file__).resolve().parent.parent.parent
JOEY = str(Path(sys.executable).parent / "joey")
READY_SECONDS = 240.0
TOKEN = re.compile(r"joey_[A-Za-z0-9_-]{20,}")


def clean_environment() -> dict[str, str]:
    """The environment as a person has it: nothing of the other tests' database, nothing of another instance."""
    foreign = ("DATABASE_URL", "DATABASE_OWNER_URL", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if name not in foreign and not name.startswith("JOEY_")}


def until(look: Callable[[], T | None], what: str, seconds: float = 30, pause: float = 0.1) -> T:
    """Poll until there is something; AssertionError when there never is."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(pause)


def free_ports(count: int) -> list[int]:
    """Ports that are free right now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def joey(*arguments: str, timeout: float = 60, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run one `joey` command to its end, with nothing of the tests' own database but what is in `more`."""
    return subprocess.run(
        [JOEY, *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=CHECKOUT,
        env=clean_environment() | more,
        check=False,
    )


class RunningJoey:
    """One instance: `joey up` on free ports with a data folder of its own."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self.options = options
        self.said = data.parent / f"{data.name}-said.txt"
        self.port, self.sandbox_port = free_ports(2)
        self.url = f"http://localhost:{self.port}"
        self.sandbox_url = f"http://localhost:{self.sandbox_port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """`joey up` itself."""
        assert self._process, "it was never launched"
        return self._process

    def launch(self) -> int:
        """Run `joey up` without waiting for anything; where in what it says this run begins."""
        ports = ["--port", str(self.port), "--sandbox-port", str(self.sandbox_port)]
        with self.said.open("ab") as said:
            before = said.tell()
            self._process = subprocess.Popen(
                [JOEY, "up", "--data", str(self.data), *ports, *self.options],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=CHECKOUT,
                env=clean_environment(),
            )
        return before

    def start(self) -> "RunningJoey":
        """Run `joey up` and wait for its line; what it said is in the error when that never comes."""
        before, process = self.launch(), self.process
        try:
            until(
                lambda: "Joey is ready" in self.says(before) or process.poll() is not None,
                "“Joey is ready”",
                READY_SECONDS,
            )
        except AssertionError:
            self.kill()
            raise AssertionError(f"joey up did not get ready:\n{self.story()}") from None
        assert process.poll() is None, self.story()
        return self

    def says(self, since: int = 0) -> str:
        """What `joey up` printed, from byte `since` on."""
        return self.said.read_bytes()[since:].decode(errors="replace")

    def note(self) -> dict[str, Any]:
        """What the instance tells other commands about itself."""
        note: dict[str, Any] = json.loads((self.data / "instance.json").read_text())
        return note

    def children(self) -> dict[str, int]:
        """Process ids by name; {} in the moment in which the note is rewritten."""
        try:
            return {str(name): int(pid) for name, pid in self.note()["children"].items()}
        except (OSError, ValueError):
            return {}

    def run(self, *arguments: str, exit_code: int | None = 0, **more: str) -> str:
        """One `joey` command on this instance, which it finds by JOEY_DATA; returns what it printed."""
        done = joey(*arguments, timeout=120, **{"JOEY_DATA": str(self.data)} | more)
        output = f"joey {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        assert exit_code is None or done.returncode == exit_code, output
        assert "Traceback" not in done.stderr, output
        return done.stdout + done.stderr

    def token(self, *whose: str) -> str:
        """A new API token for everything by `joey token create`."""
        everything = [part for scope in ("read", "list", "share", "money") for part in ("--scope", scope)]
        said = self.run("token", "create", *whose, *everything)
        found = TOKEN.search(said)
        assert found, f"no token in: {said}"
        return found.group()

    def interrupt(self, times: int = 1) -> int:
        """Press Ctrl-C, more than once if you like, and return the exit code."""
        for _ in range(times):
            self.process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        return self.process.wait(60)

    def kill(self) -> None:
        """End whatever still runs, for a test that failed; its processes stop with it."""
        if self._process and self._process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def forget(self) -> None:
        """Stop for good and delete everything; as root the database is elsewhere, with a link to it."""
        self.kill()
        shown = self.data / "postgres"
        if shown.is_symlink():
            cluster = shown.resolve()
            shutil.rmtree(cluster, ignore_errors=True)
            shutil.rmtree(cluster.parent.parent / "run" / cluster.name, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)

    def answers(self, url: str = "") -> bool:
        """Whether web (or the given server) answers its liveness."""
        try:
            return httpx.get(f"{url or self.url}/healthz", timeout=2, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def story(self, lines: int = 40) -> str:
        """The last lines of everything that was said and logged."""
        places = [self.said, *sorted(self.data.glob("log/*.log"))]
        parts = []
        for place in places:
            if place.is_file():
                text = place.read_text(errors="replace").splitlines()[-lines:]
                parts.append(f"── {place.name}\n" + "\n".join(text))
        return "\n".join(parts)
