"""A running Joey under pressure: its shop, the clients that press on it, and how its parts are hit."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from tests.journeys.at_the_counter import Keeper, Sandbox, Visitor
from tests.journeys.running import JOEY, RunningJoey, clean_environment, until

HERE = Path(__file__).parent
OWN_LINK = re.compile(r'href="[^"]*/go/([23456789bcdfghjkmnpqrstvwxyz]{8,16})"')
RECOVERED_WITHIN = 60.0  # seconds, what an operator may expect
ANSWERED_WITHIN = 30.0  # seconds; every request is answered by then, whatever has happened


@dataclass
class Pressed:
    """What the clients wrote down and saw. `seen` counts by kind and outcome."""

    journal: Path
    orders: Path
    seen: dict[str, int] = field(default_factory=dict)
    longest: float = 0.0
    odd: list[str] = field(default_factory=list)
    synced: list[int] = field(default_factory=list)  # exit codes of `joey sync`

    def marked(self, what: str, kind: str) -> list[str]:
        """Markers of one kind that were "asked" or "acked"."""
        lines = (line.split() for line in self.journal.read_text().splitlines())
        return [marker for said, of, marker in lines if (said, of) == (what, kind)]


class Town:
    """One Joey with its sandbox, a shop with a listing that is shared, and the ways to hurt it."""

    def __init__(self, joey: RunningJoey) -> None:
        self.joey = joey
        self.postgres = EmbeddedPostgres(joey.data)
        self.sandbox = Sandbox(joey.sandbox_url)
        self.keeper = Keeper(joey, self.sandbox, f"pressed-{os.getpid()}")
        offer = self.keeper.api.get("/offers", marketplace="taobao", limit=1)["items"][0]
        listing = self.keeper.list(offer["id"])
        self.code = self.keeper.share(listing["id"])["code"]
        page = Visitor(joey.url).see(f"/s/{self.keeper.slug}/{listing['id']}").text
        found = OWN_LINK.search(page)
        assert found, page
        self.own_code = found.group(1)
        self.token = self.keeper.api.http.headers["Authorization"].removeprefix("Bearer ")
        # The first visitor asks the marketplace for the tracked address, on which orders find the shop.
        self.tracked = self.outbound_click().headers["location"]

    # ── pressing ──────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def pressed(self, folder: Path, *, orders: bool = True) -> Iterator[Pressed]:
        """Clients press for as long as the block runs; what they saw is filled in when it is over."""
        pressed = Pressed(folder / "journal.txt", folder / "orders.txt")
        pressed.orders.touch()
        with programs() as started:
            press = started([
                "press.py", "--journal", pressed.journal, "--url", self.joey.url, "--page", self.code,
                "--go", self.own_code, "--slug", self.keeper.slug, "--token", self.token,
            ])  # fmt: skip
            shoppers = [
                started(["shop_around.py", "--journal", pressed.orders, "--sandbox", self.sandbox.url, self.tracked])
            ][: int(orders)]
            over = threading.Event()
            syncing = threading.Thread(target=self._sync_and_kill, args=(over, pressed.synced))
            if orders:
                syncing.start()
            try:
                yield pressed
            finally:
                over.set()
                if orders:
                    syncing.join(90)
            for client in shoppers:
                client.communicate(timeout=60)
                assert client.returncode == 0, "the buyers' program broke"
            said, _nothing = press.communicate(timeout=200)
            assert press.returncode == 0, "the pressing program broke"
        found = json.loads(said)
        pressed.seen, pressed.longest, pressed.odd = found["seen"], found["longest"], found["odd"]

    def _sync_and_kill(self, over: threading.Event, ended: list[int]) -> None:
        """`joey sync` again and again, every other one killed somewhere on its way."""
        chance = random.Random(11)
        kill = True
        while not over.is_set():
            with subprocess.Popen(
                [JOEY, "sync"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=clean_environment() | {"JOEY_DATA": str(self.joey.data)},
            ) as syncing:
                with suppress(subprocess.TimeoutExpired):
                    syncing.wait(chance.uniform(1.0, 5.0) if kill else 60)
                syncing.kill()
                ended.append(syncing.wait())
            kill = not kill

    def outbound_click(self) -> httpx.Response:
        return Visitor(self.joey.url).http.get(f"/go/{self.own_code}")

    # ── hurting ───────────────────────────────────────────────────────────────────────────────────────────

    def kill_web_worker(self, chance: random.Random) -> None:
        """One of the processes that answer; now and then the one above them, or the background worker."""
        children = self.joey.children()
        web = children.get("web", 0)
        victims = [*children_of(web), *children_of(web), web, children.get("worker", 0)]
        with suppress(ProcessLookupError):
            victim = chance.choice([pid for pid in victims if pid])
            os.kill(victim, signal.SIGKILL)

    def kill_postmaster(self) -> None:
        os.kill(self.postmaster(), signal.SIGKILL)

    def stop_postgres_immediately(self) -> None:
        """As an operator would, in a hurry. Not waited for: Joey may start it again before pg_ctl has looked."""
        run_as = self.postgres.run_as
        subprocess.run(
            [self.postgres.binaries / "pg_ctl", "stop", "-W", "-m", "immediate", "-D", self.postgres.cluster],
            check=True,
            capture_output=True,
            cwd="/",
            user=run_as.uid if run_as else None,
            group=run_as.gid if run_as else None,
        )

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Every process of PostgreSQL hangs."""
        above = self.postmaster()
        everyone = [above, *children_of(above)]
        send(signal.SIGSTOP, everyone)
        try:
            yield
        finally:
            send(signal.SIGCONT, everyone)

    def postmaster(self) -> int:
        pid = EmbeddedPostgres(self.joey.data).pid()
        assert pid, "no PostgreSQL runs"
        return pid

    # ── looking ───────────────────────────────────────────────────────────────────────────────────────────

    def recovers(self, within: float = RECOVERED_WITHIN) -> float:
        """Seconds until visits are recorded again and the API reads and is ready; AssertionError when they are not."""
        began = time.monotonic()
        until(self._well, "Joey to be well again", within, pause=0.2)
        return time.monotonic() - began

    def _well(self) -> bool:
        with suppress(httpx.HTTPError, AssertionError):
            out = httpx.get(f"{self.joey.url}/go/{self.own_code}", timeout=10, trust_env=False, headers=PHONE)
            read = self.keeper.api.http.get(f"/shops/{self.keeper.slug}/shelves", timeout=10)
            return out.status_code == 302 and "x-click-recorded" not in out.headers and read.status_code == 200
        return False

    def ask(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.joey.note()["database_url"]) as database:
            return database.execute(statement, params).fetchall()


PHONE = {"User-Agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/126.0.0.0 Mobile"}


@contextmanager
def programs() -> Iterator[Any]:
    """Start programs of this folder; whatever still runs at the end is ended."""
    running: list[subprocess.Popen[str]] = []

    def start(command: list[Any]) -> subprocess.Popen[str]:
        program, *more = map(str, command)
        process = subprocess.Popen(
            [sys.executable, "-I", str(HERE / program), *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=clean_environment(),
        )
        running.append(process)
        return process

    try:
        yield start
    finally:
        for process in running:
            if process.poll() is None:
                process.kill()
            process.communicate()


def children_of(pid: int) -> list[int]:
    """Process ids of everything below this one."""
    try:
        near = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return near + [below for child in near for below in children_of(child)]


def send(number: signal.Signals, everyone: list[int]) -> None:
    for pid in everyone:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
