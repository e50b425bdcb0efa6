"""A PostgreSQL server of the instance's own, started and stopped with it and reachable only by it.

Durable (fsync, synchronous commit, checksums), no TCP, peer authentication over a socket in a private folder.
The wheel gives the programs only; time limits, readiness and stopping are our own.
"""

import fcntl
import json
import os
import pwd
import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from joey.instance.errors import CommandFailed
from joey.instance.postgres import find_binaries
from joey.instance.postgres.find_binaries import SYSTEM_ROOT, RunAs
from joey.instance.postgres.make_cluster import (
    APP,
    DATABASE,
    OWNER,
    broken_sentence,
    make_cluster,
    postgres_environment,
    refuse_broken,
    remove_tree,
    write_access,
)
from joey.instance.processes.stop_with_parent import StopWithParent

PORT = 5432  # no TCP: it only names the socket file
HOME = "joey.home"
LONGEST_SOCKET = 100  # bytes; a Unix socket's path holds 107 on Linux and 103 elsewhere


@dataclass(frozen=True)
class Urls:
    """Where the two roles find the database."""

    app: str
    owner: str


class EmbeddedPostgres:
    """One cluster, belonging to one data folder.

    `binaries` is the folder of another PostgreSQL's programs (15 or newer); `settings` override
    postgresql.conf for this start only.
    """

    def __init__(
        self,
        data: Path,
        *,
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
        seconds: float = 60,
    ) -> None:
        self.data = data.absolute()
        self.settings = dict(settings or {})
        self.seconds = seconds
        self.run_as: RunAs | None = find_binaries.run_as()
        self.process: subprocess.Popen[bytes] | None = None
        self._binaries = binaries
        self._note = self.data / "database.json"
        self._id = self._noted_id() or secrets.token_hex(6)

    def start(self) -> Urls:
        """Make the cluster when there is none, start or adopt its server, return when it answers.

        Raises CommandFailed, with what to do about it, when the cluster is broken or the server does not come up.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        with self._exclusive():
            self._adopt_link()
            if not os.path.lexists(self.shown):
                self._make()
            refuse_broken(self.shown, self.cluster, self.binaries)
            self._refuse_foreign()
            if not self._note.exists():
                self.write_note()
            if not self._adopted():
                self._launch()
                self._wait_until_ready()
        return self.urls

    def stop(self) -> None:
        """Stop the server: fast first (open transactions roll back), at once when that takes too long."""
        pid = self.pid()
        if pid is None:
            return
        for how, seconds in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0)):
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                break
            if self._gone_within(pid, seconds):
                break
        self.process = None

    def remove(self) -> None:
        """Stop the server and delete the cluster for good."""
        self.stop()
        cluster = self.cluster
        if self.shown.is_symlink():
            self.shown.unlink()
        remove_tree(cluster)
        remove_tree(self.socket_folder)
        self._note.unlink(missing_ok=True)

    def pid(self) -> int | None:
        """Return the running server's process id, ours or adopted; None when none runs."""
        if self.process is not None:
            return self.process.pid if self.process.poll() is None else None
        return self._other_server()

    def ready(self) -> bool:
        """Say whether the server answers a real connection now."""
        return self._answer() is None

    def write_note(self) -> None:
        """Write down, on both sides, which cluster belongs to this data folder."""
        note = {"id": self._id, "cluster": str(self.cluster), "made_at": datetime.now(UTC).isoformat()}
        self._note.write_text(json.dumps(note, indent=1) + "\n")
        (self.cluster / HOME).write_text(f"{self.data}\n")  # known even when the data folder is gone

    @property
    def urls(self) -> Urls:
        """The two addresses; known before the first start."""
        host = quote(str(self.socket_folder), safe="")
        return Urls(*(f"postgresql://{role}@/{DATABASE}?host={host}" for role in (APP, OWNER)))

    @property
    def shown(self) -> Path:
        """The cluster's folder as people find it."""
        return self.data / "postgres"

    @property
    def cluster(self) -> Path:
        """The cluster's real folder; as root it is where the system user can reach it."""
        return SYSTEM_ROOT / "clusters" / self._id if self.run_as else self.shown

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.data / "log" / "postgres.log"

    @property
    def binaries(self) -> Path:
        """The folder with `postgres`, `initdb`, `pg_dump`."""
        if self._binaries is None:
            self._binaries = find_binaries.binaries(self.run_as)
        return self._binaries

    @property
    def socket_folder(self) -> Path:
        """A folder that only the server's user (and root) can enter."""
        if self.run_as:
            return SYSTEM_ROOT / "run" / self._id
        near = self.data / "run"
        if len(os.fsencode(near / f".s.PGSQL.{PORT}.lock")) <= LONGEST_SOCKET:
            return near
        base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
        return Path(base) / f"joey-{os.getuid()}-{self._id}"

    # ── making ────────────────────────────────────────────────────────────────────────────────────────────

    def _make(self) -> None:
        if self._note.exists():
            raise CommandFailed(broken_sentence(self.shown, "the folder itself missing"))
        if self.run_as:
            self._system_folder(self.cluster.parent)
        make_cluster(self.cluster, self.binaries, self.run_as)
        # The note comes before the link: a start interrupted between the two finds the cluster by the note.
        self.write_note()
        self._adopt_link()

    def _adopt_link(self) -> None:
        """As root, (re-)make the link DATA/postgres when the noted cluster exists and the link does not."""
        if self.run_as and self._note.exists() and self.cluster.exists() and not os.path.lexists(self.shown):
            self.shown.symlink_to(self.cluster)

    def _noted_id(self) -> str | None:
        try:
            noted = json.loads(self._note.read_text())["id"]
        except (OSError, ValueError, KeyError, TypeError):
            # The note may have gone while the link still tells which cluster is ours.
            return self.shown.readlink().name if self.shown.is_symlink() else None
        return str(noted)

    def _system_folder(self, folder: Path) -> None:
        assert self.run_as
        find_binaries.make_system_root()
        # Passable but not listable: the secret is that only its owner may enter the folders inside.
        for path in (SYSTEM_ROOT / folder.relative_to(SYSTEM_ROOT).parts[0], folder):
            path.mkdir(mode=0o700, exist_ok=True)
            os.chown(path, self.run_as.uid, self.run_as.gid)
            path.chmod(0o700)

    def _refuse_foreign(self) -> None:
        owner = self.cluster.stat().st_uid
        mine = self.run_as.uid if self.run_as else os.geteuid()
        if owner == mine:
            return
        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = f"number {owner}"
        raise CommandFailed(
            f"The database in {self.shown} belongs to the user {name}. Start Joey the way it was started "
            "first, or give it another folder with --data."
        )

    # ── starting and stopping ─────────────────────────────────────────────────────────────────────────────

    def _launch(self) -> None:
        self._make_socket_folder()
        write_access(self.cluster, self.run_as, pwd.getpwuid(os.geteuid()).pw_name)
        self.log.parent.mkdir(exist_ok=True)
        arguments = {"unix_socket_directories": str(self.socket_folder), "port": str(PORT), **self.settings}
        command = [str(self.binaries / "postgres"), "-D", str(self.cluster)]
        for name, value in arguments.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=dict(postgres_environment()),
                user=self.run_as.uid if self.run_as else None,
                group=self.run_as.gid if self.run_as else None,
                extra_groups=[] if self.run_as else None,
                start_new_session=True,  # Ctrl-C at the terminal is for `joey up`, which stops PostgreSQL last
                preexec_fn=StopWithParent(signal.SIGINT),
                umask=0o077,
            )

    def _make_socket_folder(self) -> None:
        folder = self.socket_folder
        if self.run_as:
            self._system_folder(folder)
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            raise CommandFailed(f"{folder} belongs to another user; Joey will not put its socket there. Remove it.")
        folder.chmod(0o700)

    def _wait_until_ready(self) -> None:
        assert self.process
        deadline = time.monotonic() + self.seconds
        while True:
            answer = self._answer()
            if answer is None:
                return
            if self.process.poll() is not None:
                raise CommandFailed(
                    f"PostgreSQL did not start: {self._last_words()} Details are in {self.log}. "
                    f"If the folder {self.shown} is damaged, restore a backup with `joey restore DIR --replace`, or, "
                    f"if nothing in it matters, delete {self.data} and start again."
                )
            if time.monotonic() > deadline:
                self.stop()
                raise CommandFailed(
                    f"PostgreSQL did not answer within {self.seconds:.0f} seconds ({answer}). Its log is {self.log}."
                )
            time.sleep(0.03)

    def _answer(self) -> str | None:
        """Return None when a real connection works, else why not."""
        try:
            with psycopg.connect(self.urls.owner, connect_timeout=5) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error as error:
            return str(error).strip()
        return None

    def _adopted(self) -> bool:
        """Use a server of this cluster that runs already, waiting while it starts, recovers or shuts down.

        A postmaster.pid left by a crash is PostgreSQL's own affair: it checks the process and recovers.
        """
        deadline = time.monotonic() + self.seconds
        while self._other_server() is not None:
            if self.ready():
                self.process = None
                return True
            if time.monotonic() > deadline:
                raise CommandFailed(
                    f"A PostgreSQL with process id {self._other_server()} holds {self.shown} but does not "
                    f"answer. Its log is {self.log}. End it with `kill -INT` and start again."
                )
            time.sleep(0.1)
        return False

    def _other_server(self) -> int | None:
        """Return the process id in postmaster.pid if that process really is a server of this cluster."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().split("\n")[0])
            os.kill(pid, 0)
        except PermissionError:
            return None
        except (OSError, ValueError, OverflowError):
            return None
        command = Path(f"/proc/{pid}/cmdline")
        if command.exists() and os.fsencode(self.cluster) not in command.read_bytes().split(b"\0"):
            return None
        return pid

    def _gone_within(self, pid: int, seconds: float) -> bool:
        if self.process is not None and self.process.pid == pid:
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                return False
            return True
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._other_server() != pid:
                return True
            time.sleep(0.05)
        return False

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-40:] if self.log.exists() else []
        telling = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "ERROR:" in line] or lines
        return telling[-1].split("]", 1)[-1].strip() + "." if telling else "it wrote nothing."

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Two starts of the same folder run one after the other."""
        with (self.data / "database.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def orphaned_clusters() -> list[tuple[Path, Path]]:
    """Clusters in the system folder whose data folder is gone or has another database now, each with that folder.

    Joey never deletes them: the folder may be on a disk that is not mounted.
    """
    notes = ((note.parent, Path(note.read_text().strip())) for note in SYSTEM_ROOT.glob(f"clusters/*/{HOME}"))
    return [(cluster, home) for cluster, home in notes if EmbeddedPostgres(home).cluster != cluster]
