"""Everything on one machine: start in order, keep alive, stop in order, lose nothing."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from joey.instance.data_folder import Instance, InUse, claim, noted_instance
from joey.instance.demo.connect_sandbox import accounts_of_last_time, connect_sandbox, name_no_accounts_yet
from joey.instance.errors import CommandFailed
from joey.instance.migrate_database import is_migrated
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres, Urls
from joey.instance.processes.bounded_logs import bound_logs
from joey.instance.processes.child import Child, end_leftovers
from joey.instance.processes.child_environment import child_environment
from joey.instance.processes.ports import LOCAL, answers, refuse_taken
from joey.instance.processes.relay_log import relay_log
from joey.instance.processes.server_command import SANDBOX, WEB, granian, in_one_process, joey_command
from joey.instance.progress import say, step

READY_SECONDS = 60.0
CHECK_EVERY_SECONDS = 0.2
BOUND_LOGS_EVERY_SECONDS = 10.0
STOP_SECONDS = 15.0
GIVE_UP_AFTER = 3  # deaths in a row while starting


def run_instance(data: Path, *, port: int, sandbox_port: int | None) -> None:
    """Run everything on this machine until a signal stops it; without a sandbox port there is no demo either.

    Raises CommandFailed, with what to do about it, when a port is taken or the folder is in use.
    """
    if port == sandbox_port:
        raise CommandFailed(f"Joey and its sandbox cannot share port {port}. Choose another --sandbox-port.")
    try:
        with claim(data, "up"):
            refuse_taken(port, "--port", "Joey")
            if sandbox_port:
                refuse_taken(sandbox_port, "--sandbox-port", "the sandbox")
            Supervisor(data, port, sandbox_port).run()
    except InUse as in_use:
        raise (_runs_already(data, in_use.user.pid) if in_use.user.command == "up" else in_use) from None


class Stop(BaseException):
    """Ctrl-C or a request to stop: leave what is in progress and stop everything in order."""


class Supervisor:
    """The processes of one instance, and the order in which they start and stop."""

    def __init__(self, data: Path, port: int, sandbox_port: int | None) -> None:
        self.data = data
        self.logs = data / "log"
        self.own_url = os.environ.get("DATABASE_URL")
        self.postgres = None if self.own_url else EmbeddedPostgres(data)
        self.postgres_due = 0.0
        self.postgres_failures = 0
        self.children: list[Child] = []
        self.asked_to_stop = False
        self.short_lived: Child | None = None  # runs to its end and is not restarted
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
        """Start, watch until a signal arrives, stop; it stops also when starting fails."""
        try:
            with _stop_signals(self):
                self._start()
                self._watch()
        except Stop:
            say("\nStopping …")
        finally:
            with _signals_ignored():
                self._stop()
        say("Joey has stopped. Nothing is lost; `joey up` continues where it was.")

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
        if self.instance.demo:
            name_no_accounts_yet(self.data)
        with step("database"):
            urls = self._start_database()
        self.instance.database_url, self.instance.database_owner_url = urls.app, urls.owner
        if not is_migrated(urls.owner):
            with step("tables"):
                self._run_to_end("migrate", "migrate", None)
        self.instance.write(self.data)
        if self.instance.demo:
            self._start_child("sandbox", in_one_process(SANDBOX, port=self.instance.ports["sandbox"]))
        # From the second start on the sandbox's accounts are known, so web starts at the same time. The worker waits
        # until a page answers: before, it would only take processor time from the web server.
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
        self._start_child("worker", joey_command("work"))
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
        if filled.exists():
            return
        with step("demo"):
            try:
                self._run_to_end("demo", "fill-demo", lambda line: say(f"    {line}"))
            except CommandFailed as failure:
                say(f"  The demo is not complete ({failure}) The next `joey up` continues it.")
                return
        filled.touch()

    def _run_to_end(self, name: str, command: str, print_line: Callable[[str], None] | None) -> None:
        """Run one of our commands to its end, in a process of its own so that this one stays small."""
        log = self.logs / f"{name}.log"
        environment = child_environment(self.data, self.instance)
        self.short_lived = child = Child(name, joey_command(command), environment, log)
        seen = log.stat().st_size if log.exists() else 0
        child.start()
        assert child.process
        while child.process.poll() is None:
            self._restart_dead()
            time.sleep(0.05)
            seen = relay_log(log, seen, print_line)
        code = child.process.returncode
        relay_log(log, seen, print_line)
        self.short_lived = None
        if code != 0:
            raise CommandFailed(f"{child.last_words()} Details are in {log}.")

    def _start_web(self) -> None:
        self._start_child("web", granian(WEB, host=LOCAL, port=self.instance.ports["web"]))

    def _stop_child(self, name: str) -> None:
        """Stop a process for good, if it was started."""
        for child in [child for child in self.children if child.name == name]:
            child.ask_to_stop()
            child.wait_stopped(STOP_SECONDS)
            self.children.remove(child)

    def _start_child(self, name: str, command: list[str]) -> None:
        child = Child(name, command, child_environment(self.data, self.instance), self.logs / f"{name}.log")
        self.children.append(child)
        child.start()
        self._note_children()

    def _wait_until_answering(self, name: str) -> None:
        child = next(child for child in self.children if child.name == name)
        address = f"http://{LOCAL}:{self.instance.ports[name]}/healthz"
        deadline = time.monotonic() + READY_SECONDS
        while not answers(address):
            self._restart_dead()
            if child.failures >= GIVE_UP_AFTER or time.monotonic() > deadline:
                raise CommandFailed(f"{name} does not start: {child.last_words()} Details are in {child.log}.")
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
            self._restart_dead()
            if time.monotonic() - bounded > BOUND_LOGS_EVERY_SECONDS:
                bounded = time.monotonic()
                bound_logs(self.logs)
            time.sleep(CHECK_EVERY_SECONDS)

    def _restart_dead(self) -> None:
        """Restart what died: the database first, the others need it."""
        if self.asked_to_stop:
            raise Stop
        if self.postgres is not None and self.postgres.pid() is None:
            self._restart_database(self.postgres)
        for child in self.children:
            how = child.died()
            if how is not None:
                say(f"  {child.name} {how}; restarting it (its log: {child.log})")
            elif child.due():
                child.start()
                self._note_children()

    def _restart_database(self, postgres: EmbeddedPostgres) -> None:
        if time.monotonic() < self.postgres_due:
            return
        if self.postgres_failures == 0:
            say("  the database ended; restarting it, and it recovers by itself")
        try:
            postgres.start()
            self.postgres_failures = 0
        except CommandFailed as failure:
            # Right after a kill its own children may still be ending; only a lasting failure is reported.
            self.postgres_failures += 1
            self.postgres_due = time.monotonic() + min(30.0, 0.5 * 2**self.postgres_failures)
            if self.postgres_failures > GIVE_UP_AFTER:
                say(f"  the database is still down: {failure}")

    def _note_children(self) -> None:
        self.instance.children = {child.name: child.pid for child in self.children if child.pid}
        self.instance.write(self.data)

    # ── stopping ──────────────────────────────────────────────────────────────────────────────────────────

    def _stop(self) -> None:
        """Ask every process to finish; the database stops last, once nothing uses it any more."""
        processes = [*self.children, *([self.short_lived] if self.short_lived else [])]
        for child in processes:
            child.ask_to_stop()
        for child in processes:
            child.wait_stopped(STOP_SECONDS)
        if self.postgres is not None:
            self.postgres.stop()
        (self.data / "instance.json").unlink(missing_ok=True)


@contextmanager
def _stop_signals(supervisor: Supervisor) -> Iterator[None]:
    """Raise Stop wherever the program is; if that is lost (in a destructor), `_restart_dead` raises it again."""

    def stop(_: int, __: FrameType | None) -> None:
        supervisor.asked_to_stop = True
        raise Stop

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    yield


@contextmanager
def _signals_ignored() -> Iterator[None]:
    """A second Ctrl-C must not interrupt the stopping that the first one began."""

    def already(_: int, __: FrameType | None) -> None:
        say("Already stopping; the database is being closed properly.")

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, already)
    yield


def _runs_already(data: Path, pid: int) -> CommandFailed:
    running = noted_instance(data)
    where = f" at {running.url}" if running else ""
    return CommandFailed(
        f"Joey already runs here{where} (process {pid}, folder {data}). Stop it with Ctrl-C in its terminal, or start "
        "another one beside it with --data, --port and --sandbox-port."
    )
