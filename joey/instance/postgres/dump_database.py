"""Dump and load a database with PostgreSQL's own programs, pg_dump and pg_restore.

A dump is logical: it fits any newer PostgreSQL, another machine, another user. It needs only the owner role.
"""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from joey.instance.errors import CommandFailed
from joey.instance.postgres import find_binaries
from joey.instance.postgres.make_cluster import APP, postgres_environment
from joey.instance.processes.stop_with_parent import StopWithParent

AT_ONCE = str(min(4, os.cpu_count() or 1))

# A new table gets the default privileges, and a dump only adds those its table had: append-only tables would become
# writable. So there are no default privileges while it is loaded; afterwards they are set again for later tables.
CLOSED = f"""
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {APP};
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {APP}
"""
OPEN_AGAIN = f"""
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {APP}
"""


def dump(owner_url: str, snapshot: str, into: Path) -> None:
    """Write every table as it was in the exported snapshot to a new folder, a compressed file each."""
    _run(
        "pg_dump", owner_url, "the database could not be dumped",
        ["--format=directory", f"--file={into}", f"--jobs={AT_ONCE}", f"--snapshot={snapshot}", "--compress=gzip:1"],
    )  # fmt: skip


def load(folder: Path, owner_url: str) -> None:
    """Fill an empty database of the embedded PostgreSQL from a dump, several tables in parallel; not atomic."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(CLOSED)
    _run(
        "pg_restore", owner_url, "the database could not be filled",
        ["--exit-on-error", "--no-owner", f"--jobs={AT_ONCE}", folder],
    )  # fmt: skip
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(OPEN_AGAIN)
        owner.execute("ANALYZE")  # a dump brings no statistics, and proofs read whole tables


def load_whole(folder: Path, owner_url: str) -> None:
    """Fill an empty database of any PostgreSQL from 15 on, in one transaction: everything or nothing."""
    command, environment = _program("psql", owner_url)
    quiet = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", "--output=/dev/null"]
    with _started(
        [find_binaries.binaries(find_binaries.run_as()) / "pg_restore", "--no-owner", "--file=-", folder],
        dict(postgres_environment()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ) as reading:
        with _started([*command, *quiet], environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as filling:
            assert reading.stdout
            assert filling.stdin
            with suppress(BrokenPipeError):  # psql's own message is more useful
                filling.stdin.write(f"{CLOSED};\n".encode())
                _pass_on(reading.stdout, filling.stdin)
                filling.stdin.write(f"{OPEN_AGAIN};\n".encode())
            with suppress(BrokenPipeError):
                filling.stdin.close()
            _check(filling, "the database could not be filled")
        _check(reading, "the backup's database could not be read")
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("ANALYZE")


def _pass_on(script: IO[bytes], to: IO[bytes]) -> None:
    """Pass the script on without the first setting that only PostgreSQL 17 and newer know."""
    for line in script:
        if line.startswith(b"SET transaction_timeout"):
            break
        to.write(line)
    shutil.copyfileobj(script, to, 1 << 20)


def _run(program: str, url: str, what: str, options: list[str | Path]) -> None:
    command, environment = _program(program, url)
    with _started([*command, *options], environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as running:
        _check(running, what)


def _program(program: str, url: str) -> tuple[list[str | Path], dict[str, str]]:
    """The command that connects to `url`, and its environment."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)  # not on the command line, which every user of the machine can read
    environment = dict(postgres_environment()) | ({"PGPASSWORD": str(password)} if password else {})
    where = make_conninfo(**{name: str(value) for name, value in parts.items()})
    return [find_binaries.binaries(find_binaries.run_as()) / program, "--no-password", "-d", where], environment


def _started(
    command: list[str | Path], environment: dict[str, str], *, stdin: int, stdout: int
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            cwd="/",
            env=environment,
            preexec_fn=StopWithParent(signal.SIGKILL),
            umask=0o077,
        )
    except OSError as error:
        raise CommandFailed(f"{Path(command[0]).name} does not run: {error}. Run `make setup` again.") from error


def _check(running: "subprocess.Popen[bytes]", what: str) -> None:
    """Wait for the end; raise CommandFailed with the program's first error unless it succeeded."""
    assert running.stderr
    said = running.stderr.read().decode(errors="replace").splitlines()
    if running.wait() != 0:
        why = [line for line in said if "error" in line.lower()] or said or [f"it ended with {running.returncode}"]
        raise CommandFailed(f"{what[0].upper()}{what[1:]}: {why[0]}")
