"""Everything on one machine with one command: start in order, keep alive, stop in order, lose nothing."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

import click

from joey.cli.fill_demo import has_demo
from joey.cli.serve import SANDBOX, WEB, granian, in_one_process
from joey.instance.data_folder import Instance, InUse, claim, data_option, noted_instance
from joey.instance.demo.connect_sandbox import accounts_of_last_time, connect_sandbox
from joey.instance.errors import Trouble
from joey.instance.migrate_database import is_migrated
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres, Urls
from joey.instance.processes.bounded_logs import bound_logs
from joey.instance.processes.child import Child, end_leftovers
from joey.instance.processes.child_environment import surroundings
from joey.instance.processes.ports import refuse_taken
from joey.instance.progress import say, step

LOCAL = "127.0.0.1"
READY_SECONDS = 60.0
LOOK_SECONDS = 0.2
BOUND_LOGS_SECONDS = 10.0
GIVE_UP_AFTER = 3  # deaths in a row while starting


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Joey's port.")
@click.option("--sandbox-port", default=8001, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-demo", is_flag=True, help="Start empty, without demo and sandbox.")
@data_option
def up(port: int, sandbox_port: int, no_demo: bool, data: Path) -> None:
    """Run everything on this machine until Ctrl-C: database, web, worker, sandbox."""
    demo = not no_demo
    if demo and port == sandbox_port:
        raise Trouble(f"Joey and its sandbox cannot share port {port}. Choose another --sandbox-port.")
    try:
        with claim(data, "up"):
            refuse_taken(port, "--port", "Joey")
            if demo:
                refuse_taken(sandbox_port, "--sandbox-port", "the sandbox")
            Supervisor(data, port, sandbox_port if demo else None).run()
    except InUse as in_use:
        raise (_runs_already(data, in_use.user.pid) if in_use.user.command == "up" else in_use) from None


class Stop(BaseException):
    """Ctrl-C or a polite signal: leave whatever is under way and stop everything in order."""


class Supervisor:
    """The processes of one instance and the order in which they come and go."""

    def __init__(self, data: Path, port: int, sandbox_port: int | None) -> None:
        self.data = data
        self.logs = data / "log"
        self.own_url = os.environ.get("DATABASE_URL")
        self.postgres = None if self.own_url else EmbeddedPostgres(data)
        self.postgres_due = 0.0
        self.postgres_failures = 0
        self.children: list[Child] = []
        self.asked_to_stop = False
        self.passing: Child | None = None  # runs to its end and is not started again
        self.instance = Instance(
            pid=os.getpid(),
            url=f"http://localhost:{port}",
            sandbox_url=f"http://localhost:{sandbox_port}" if sandbox_port else None,
            demo=sandbox_port is not None,
            ports={"web": port} | ({"sandbox": sandbox_port} if sandbox_port else {}),
            database_url="",
            database_owner_url="",
            started_at=datetime.now(UTC).isoformat(),
        )

    def run(self) -> None:
        """Start, watch until told to stop, stop; the last two also when starting fails."""
        try:
            with _stop_signals(self):
                self._start()
                self._watch()
        except Stop:
            say("\nStopping …")
        finally:
            with _deaf_to_signals():
                self._stop()
        say("Joey has stopped. Nothing is lost; `joey up` goes on where it was.")

    # ── starting ──────────────────────────────────────────────────────────────────────────────────────────

    def _start(self) -> None:
        began = time.monotonic()
        say(f"Joey is starting. Everything it keeps is in {self.data}")
        self.logs.mkdir(exist_ok=True)
        bound_logs(self.logs)
        before = noted_instance(self.data)
        if before is not None:
            end_leftovers(self.data, list(before.children.values()))
        (self.data / "instance.json").unlink(missing_ok=True)
        with step("database"):
            urls = self._start_database()
        self.instance.database_url, self.instance.database_owner_url = urls.app, urls.owner
        if not is_migrated(urls.owner):
            with step("tables"):
                self._once("migrate", "migrate", None)
        self.instance.write(self.data)
        if self.instance.demo:
            self._start_child("sandbox", in_one_process(SANDBOX, port=self.instance.ports["sandbox"]))
        # From the second start on the sandbox's accounts are known, so web comes up beside it. The worker waits until
        # a page answers: it would only take processor time from what somebody is waiting for.
        known = accounts_of_last_time(self.data, self.instance.ports.get("sandbox"))
        if known is not None or not self.instance.demo:
            self._start_web()
        if self.instance.demo:
            with step("sandbox"):
                self._wait_until_answering("sandbox")
                connect_sandbox(self.data, self.instance.ports["sandbox"])
            self._fill_demo()
            if accounts_of_last_time(self.data, self.instance.ports["sandbox"]) != known:
                self._stop_child("web")
                self._start_web()
        with step("web"):
            self._wait_until_answering("web")
        self._start_child("worker", [sys.executable, "-m", "joey.cli.cli", "work"])
        self.instance.ready = True
        self._note_children()
        self._announce(time.monotonic() - began)

    def _start_database(self) -> Urls:
        if self.own_url:
            return Urls(app=self.own_url, owner=os.environ.get("DATABASE_OWNER_URL") or self.own_url)
        assert self.postgres
        return self.postgres.start()

    def _fill_demo(self) -> None:
        filled = self.data / "demo-filled"
        if not has_demo() or filled.exists():
            return
        with step("demo"):
            try:
                self._once("demo", "fill-demo", lambda line: say(f"    {line}"))
            except Trouble as trouble:
                say(f"  The demo is not complete ({trouble}) The next `joey up` goes on with it.")
                return
        filled.touch()

    def _once(self, name: str, command: str, tell: Callable[[str], None] | None) -> None:
        """Run a joey command to its end, in a process of its own so that this one stays small."""
        log = self.logs / f"{name}.log"
        arguments = [sys.executable, "-m", "joey.cli.cli", command]
        self.passing = child = Child(name, arguments, surroundings(self.data, self.instance), log)
        seen = log.stat().st_size if log.exists() else 0
        child.start()
        assert child.process
        while child.process.poll() is None:
            self._care()
            time.sleep(0.05)
            seen = _relay(log, seen, tell)
        code = child.process.returncode
        _relay(log, seen, tell)
        self.passing = None
        if code != 0:
            raise Trouble(f"{child.last_words()} The whole story is in {log}.")

    def _start_web(self) -> None:
        self._start_child("web", granian(WEB, host=LOCAL, port=self.instance.ports["web"]))

    def _stop_child(self, name: str) -> None:
        """Stop one of them for good, if it was started."""
        for child in [child for child in self.children if child.name == name]:
            child.ask_to_stop()
            child.wait_stopped(15)
            self.children.remove(child)

    def _start_child(self, name: str, command: list[str]) -> None:
        child = Child(name, command, surroundings(self.data, self.instance), self.logs / f"{name}.log")
        self.children.append(child)
        child.start()
        self._note_children()

    def _wait_until_answering(self, name: str) -> None:
        child = next(child for child in self.children if child.name == name)
        address = f"http://{LOCAL}:{self.instance.ports[name]}/healthz"
        deadline = time.monotonic() + READY_SECONDS
        while not answers(address):
            self._care()
            if child.failures >= GIVE_UP_AFTER or time.monotonic() > deadline:
                raise Trouble(f"{name} does not start: {child.last_words()} The whole story is in {child.log}.")
            time.sleep(0.05)

    def _announce(self, seconds: float) -> None:
        places = [self.instance.url]
        if self.instance.sandbox_url:
            places += ["shop: /s/mei", f"sandbox: {self.instance.sandbox_url}"]
        say(f"Joey is ready: {'  '.join(places)}  ({seconds:.1f} s; Ctrl-C stops it)")

    # ── keeping alive ─────────────────────────────────────────────────────────────────────────────────────

    def _watch(self) -> None:
        bounded = time.monotonic()
        while True:
            self._care()
            if time.monotonic() - bounded > BOUND_LOGS_SECONDS:
                bounded = time.monotonic()
                bound_logs(self.logs)
            time.sleep(LOOK_SECONDS)

    def _care(self) -> None:
        """Bring back what died: the database first, the others need it."""
        if self.asked_to_stop:
            raise Stop
        if self.postgres is not None and self.postgres.pid() is None:
            self._database_again(self.postgres)
        for child in self.children:
            how = child.died()
            if how is not None:
                say(f"  {child.name} {how}; it is started again (its log: {child.log})")
            elif child.due():
                child.start()
                self._note_children()

    def _database_again(self, postgres: EmbeddedPostgres) -> None:
        if time.monotonic() < self.postgres_due:
            return
        if self.postgres_failures == 0:
            say("  the database ended; it is started again and recovers by itself")
        try:
            postgres.start()
            self.postgres_failures = 0
        except Trouble as trouble:
            # Right after a kill its own children may still be ending; only what lasts is worth a sentence.
            self.postgres_failures += 1
            self.postgres_due = time.monotonic() + min(30.0, 0.5 * 2**self.postgres_failures)
            if self.postgres_failures > GIVE_UP_AFTER:
                say(f"  the database is still down: {trouble}")

    def _note_children(self) -> None:
        self.instance.children = {child.name: child.pid for child in self.children if child.pid}
        self.instance.write(self.data)

    # ── stopping ──────────────────────────────────────────────────────────────────────────────────────────

    def _stop(self) -> None:
        """Ask all to finish what they do, the database last and only when nobody uses it any more."""
        everybody = [*self.children, *([self.passing] if self.passing else [])]
        for child in everybody:
            child.ask_to_stop()
        for child in everybody:
            child.wait_stopped(15)
        if self.postgres is not None:
            self.postgres.stop()
        (self.data / "instance.json").unlink(missing_ok=True)


@contextmanager
def _stop_signals(supervisor: Supervisor) -> Iterator[None]:
    """Raise Stop where the program is; where that gets lost (in a destructor), the next look around raises it again."""

    def stop(_: int, __: FrameType | None) -> None:
        supervisor.asked_to_stop = True
        raise Stop

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    yield


@contextmanager
def _deaf_to_signals() -> Iterator[None]:
    """A second Ctrl-C must not cut short what the first one began."""

    def already(_: int, __: FrameType | None) -> None:
        say("Already stopping; the database is being closed properly.")

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, already)
    yield


def answers(address: str) -> bool:
    """Say whether a server answers; a refusal is an answer, an error of the server is not."""
    try:
        build_opener(ProxyHandler({})).open(address, timeout=2).close()
    except HTTPError as error:
        return error.code < 500
    except (URLError, OSError):
        return False
    return True


def _relay(log: Path, seen: int, tell: Callable[[str], None] | None) -> int:
    """Pass on whole new lines of a log and return how far it is read."""
    with log.open("rb") as lines:
        lines.seek(seen)
        new = lines.read()
    whole = new[: new.rfind(b"\n") + 1]
    if tell:
        for line in whole.decode(errors="replace").splitlines():
            tell(line)
    return seen + len(whole)


def _runs_already(data: Path, pid: int) -> Trouble:
    running = noted_instance(data)
    where = f" at {running.url}" if running else ""
    return Trouble(
        f"Joey already runs here{where} (process {pid}, folder {data}). Stop it with Ctrl-C in its terminal, or start "
        "another one beside it with --data, --port and --sandbox-port."
    )
