"""Make a PostgreSQL cluster with Joey's database and two roles, and recognise a broken one.

A new cluster grows in a staging folder and is renamed when it is complete, so that an interrupted first start
leaves nothing half-made. A cluster that lost files is never replaced silently: it may hold the only
record of people's money.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from joey.instance.errors import CommandFailed
from joey.instance.postgres.find_binaries import RunAs, major_version

DATABASE = "joey"
OWNER = "joey_owner"
APP = "joey_app"
SUPERUSER = "postgres"
IDENT_MAP = "joey"

# A statement that fails has people's names, accounts and contacts in it, and so have the values that an error quotes:
# the log says what failed and why, and neither of them.
DISCREET = {
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

# Without these PostgreSQL cannot start, or would start without what was written last.
NEEDED = ("PG_VERSION", "global/pg_control", "base", "pg_wal", "pg_xact", "pg_multixact", "pg_tblspc")

SETTINGS = {
    "listen_addresses": "''",
    "fsync": "on",
    "synchronous_commit": "on",
    "track_commit_timestamp": "on",  # events are numbered in the order of commits (joey/record/number_events.py)
    "full_page_writes": "on",
    "max_connections": "60",
    # A statement that cannot tell the day locks every partition and its indexes, and a transaction locks the set
    # tables that it empties. 64, the default, is used up by a few such statements after some months.
    "max_locks_per_transaction": "512",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    "datestyle": "'iso, ymd'",
    "log_checkpoints": "off",
    "log_line_prefix": "'%m [%p] %q%u '",
    "log_lock_waits": "on",
    **DISCREET,
}

# Run once in the new cluster, before any server listens. TEMP is the only thing the app role may make.
ROLES_SQL = f"""
CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE {APP} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
ALTER ROLE {OWNER} SET lock_timeout = '15s';
ALTER ROLE {OWNER} SET idle_in_transaction_session_timeout = '10min';
ALTER ROLE {APP} SET lock_timeout = '10s';
ALTER ROLE {APP} SET idle_in_transaction_session_timeout = '60s';
CREATE DATABASE {DATABASE} OWNER {OWNER};
"""
GRANTS_SQL = f"""
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP};
ALTER SCHEMA public OWNER TO {OWNER};
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {APP};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT USAGE ON SEQUENCES TO {APP};
"""


def make_cluster(cluster: Path, binaries: Path, run_as: RunAs | None) -> None:
    """Make a complete cluster at `cluster`, which must not exist yet; its parent must be writable for `run_as`."""
    staging = cluster.with_name(f"{cluster.name}.making")
    remove_tree(staging)
    try:
        _initdb(staging, binaries, run_as)
        write_for_server(staging / "postgresql.conf", _configuration(), run_as)
        _single_user(staging, binaries, run_as, SUPERUSER, ROLES_SQL)
        _single_user(staging, binaries, run_as, DATABASE, GRANTS_SQL)
        staging.rename(cluster)
    finally:
        remove_tree(staging)


def write_access(cluster: Path, run_as: RunAs | None, me: str) -> None:
    """Let only Joey's own operating-system users in, over the socket, into this database, as its two roles."""
    hba = f"local {DATABASE} {OWNER},{APP} peer map={IDENT_MAP}\n"
    users = {me} | ({run_as.name} if run_as else set())
    ident = "".join(f'{IDENT_MAP} "{user}" {role}\n' for user in sorted(users) for role in (OWNER, APP))
    write_for_server(cluster / "pg_hba.conf", hba, run_as)
    write_for_server(cluster / "pg_ident.conf", ident, run_as)


def write_for_server(path: Path, text: str, run_as: RunAs | None) -> None:
    """Replace a file in one step, readable only for the server's user."""
    staging = path.with_name(f"{path.name}.new")
    staging.touch(mode=0o600)
    staging.write_text(text)
    if run_as:
        os.chown(staging, run_as.uid, run_as.gid)
    staging.replace(path)


def refuse_broken(shown: Path, cluster: Path, binaries: Path) -> None:
    """Raise CommandFailed when files of the cluster are missing or it was made by another PostgreSQL.

    `shown` is the folder as the person knows it (it may be a link to `cluster`).
    """
    missing = [name for name in NEEDED if not (cluster / name).exists()]
    if missing:
        raise CommandFailed(broken_sentence(shown, f"{', '.join(missing)} missing"))
    made_by = (cluster / "PG_VERSION").read_text().strip()
    ours = str(major_version(binaries))
    if made_by != ours:
        raise CommandFailed(
            f"The database in {shown} was made by PostgreSQL {made_by or '(unknown)'}, and this version of "
            f"Joey brings PostgreSQL {ours}. Nothing was changed. Restore a backup into a new folder with "
            "`joey restore DIR --data NEW_FOLDER`, or go back to the version that made it."
        )


def broken_sentence(shown: Path, what: str) -> str:
    """Say that a cluster is incomplete and name the two remedies."""
    return (
        f"The database in {shown} is incomplete ({what}), so Joey leaves it alone. Either restore a "
        f"backup with `joey restore DIR --replace` or, if nothing in it matters, delete {shown.parent} and start again."
    )


def remove_tree(folder: Path) -> None:
    """Delete a folder with all in it, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)


def postgres_environment() -> Mapping[str, str]:
    """A small environment for PostgreSQL's programs: nothing of the caller's PG* variables or language."""
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _initdb(folder: Path, binaries: Path, run_as: RunAs | None) -> None:
    if major_version(binaries) >= 17:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    else:
        locale = ["--locale=C.UTF-8"]
    options = ["--encoding=UTF8", "--data-checksums", "--auth=peer", f"--username={SUPERUSER}"]
    _run([binaries / "initdb", "-D", folder, *options, *locale, "--no-instructions"], run_as)


def _single_user(folder: Path, binaries: Path, run_as: RunAs | None, database: str, sql: str) -> None:
    # By default single-user mode ends a command at each newline and continues after an error.
    said = _run(
        [binaries / "postgres", "--single", "-D", folder, "-c", "exit_on_error=on", database],
        run_as,
        stdin=sql.strip() + "\n",
    )
    if "ERROR:" in said or "FATAL:" in said:
        raise CommandFailed(f"Preparing the new database failed: {said.strip()}")


def _run(command: list[str | Path], run_as: RunAs | None, stdin: str = "") -> str:
    try:
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            cwd="/",
            env=dict(postgres_environment()),
            user=run_as.uid if run_as else None,
            group=run_as.gid if run_as else None,
            extra_groups=[] if run_as else None,
            umask=0o077,
        )
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"{Path(command[0]).name} did not finish within two minutes; is the disk stuck?") from error
    if done.returncode != 0:
        why = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()[-1]
        raise CommandFailed(f"A new database could not be made in {command[command.index('-D') + 1]}: {why}")
    return done.stdout + done.stderr


def _configuration() -> str:
    lines = [f"{name} = {value}" for name, value in SETTINGS.items()]
    comment = "# Written by Joey when the cluster was made. Your own tuning goes to postgresql.local.conf."
    return "\n".join([comment, *lines, "include_if_exists = 'postgresql.local.conf'", ""])
