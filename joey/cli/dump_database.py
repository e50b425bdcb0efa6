"""PostgreSQL's own programs for taking a database out and bringing it in: pg_dump and pg_restore.

A dump is logical: it fits any newer PostgreSQL, another machine, another user. It needs no right but the owner's.
"""

import os
import signal
import subprocess
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from joey.cli import find_binaries
from joey.cli.make_cluster import APP, child_environment
from joey.cli.stop_with_parent import StopWithParent
from joey.cli.trouble import Trouble

AT_ONCE = str(min(4, os.cpu_count() or 1))


def dump(owner_url: str, snapshot: str, into: Path) -> None:
    """Write every table as it was in the exported snapshot to a new folder, a compressed file each."""
    _run(
        "pg_dump", owner_url, "the database could not be copied",
        ["--format=directory", f"--file={into}", f"--jobs={AT_ONCE}", f"--snapshot={snapshot}", "--compress=gzip:1"],
    )  # fmt: skip


def load(folder: Path, owner_url: str, *, whole_or_not_at_all: bool = False) -> None:
    """Fill an empty database from a dump. One transaction, or several at once where a failure may leave a part."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        # A new table gets the rights that stand here, and a dump only adds what its own had: what is append-only would
        # come back open. The dump brings these rules along and sets them last.
        owner.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {APP}")
        owner.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {APP}")
    how = ["--single-transaction"] if whole_or_not_at_all else [f"--jobs={AT_ONCE}"]
    _run("pg_restore", owner_url, "the database could not be filled", ["--exit-on-error", "--no-owner", *how, folder])
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("ANALYZE")  # a dump brings no statistics, and proofs read whole tables


def _run(program: str, url: str, what: str, options: list[str | Path]) -> None:
    told = conninfo_to_dict(url)
    password = told.pop("password", None)  # not on the command line, where everybody on the machine reads it
    environment = dict(child_environment()) | ({"PGPASSWORD": str(password)} if password else {})
    where = make_conninfo(**{name: str(value) for name, value in told.items()})
    command: list[str | Path] = [find_binaries.binaries(find_binaries.run_as()) / program, "--no-password", "-d", where]
    try:
        done = subprocess.run(
            [*command, *options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            env=environment,
            preexec_fn=StopWithParent(signal.SIGKILL),
            umask=0o077,
        )
    except OSError as error:
        raise Trouble(f"{program} does not run: {error}. Run `make setup` again.") from error
    if done.returncode != 0:
        why = [line for line in done.stderr.splitlines() if "error" in line.lower()] or done.stderr.splitlines()
        raise Trouble(f"{what[0].upper()}{what[1:]}: {why[0] if why else f'{program} ended with {done.returncode}'}")
