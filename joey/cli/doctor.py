"""What is wrong here, in plain words: one line a check, and what to do where something is amiss."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import psycopg

from joey.instance.data_folder import Instance, data_option, noted_instance, user_of
from joey.instance.errors import Trouble

LEAST_FREE_BYTES = 500_000_000
SILENT_SECONDS = 60
STALE = timedelta(days=8)  # a weekly drill, and a day
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    good: bool
    text: str


@click.command()
@data_option
def doctor(data: Path) -> None:
    """Say what is wrong here, in plain words. Exit code 1 when something is."""
    wrong = 0
    for finding in _look(data):
        wrong += not finding.good
        click.echo(f"{'ok  ' if finding.good else 'LOOK'}  {finding.text}")
    if wrong:
        click.echo(f"{wrong} thing{'s' if wrong > 1 else ''} to look at.")
        sys.exit(1)
    click.echo("Nothing is wrong here.")


def _look(data: Path) -> Iterator[Finding]:
    yield _disk(data)
    yield from _homeless()
    yield from _last_backup(data)
    url = os.environ.get("DATABASE_URL")
    owner_url = os.environ.get("DATABASE_OWNER_URL") or url
    running: Instance | None = None
    if not url:
        user = user_of(data)
        running = noted_instance(data) if user and user.command == "up" else None
        if running is None:
            yield from _resting(data)
            return
        url, owner_url = running.database_url, running.database_owner_url
        yield Finding(True, f"Joey runs at {running.url} (process {running.pid}), data in {data}.")
    assert owner_url
    yield from _database(url, owner_url)
    yield from _search(data, running, url)
    if running:
        yield from _faces(running)


def _disk(data: Path) -> Finding:
    place = next(folder for folder in (data, *data.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    text = f"{free / 1e9:.1f} GB are free where the data lies ({place})."
    enough = free > LEAST_FREE_BYTES
    return Finding(enough, text if enough else f"Only {text} The database stops when the disk is full: make room.")


def _homeless() -> Iterator[Finding]:
    if os.geteuid() != 0:  # only root's clusters lie apart from their data folder
        return
    from joey.instance.postgres.embedded_postgres import homeless

    for cluster, home in homeless():
        yield Finding(
            True, f"The database in {cluster} belongs to {home}, which is gone: delete it if nobody needs it."
        )


def _last_backup(data: Path) -> Iterator[Finding]:
    from joey.cli.backup import last_backup
    from joey.instance.open_instance import exists

    last = last_backup(data)
    if last is None:
        if exists(data) or os.environ.get("DATABASE_URL"):
            yield Finding(True, "No copy of this Joey has been made from here yet: `joey backup DIR` makes one.")
        return
    age = datetime.now(UTC) - last.at
    days = f"{age.days} day{'s' if age.days != 1 else ''} ago" if age.days else "today"
    how = "and tried out" if last.tried else "and not tried out (--quick)"
    text = f"The last verified copy was made {days} ({last.at:%Y-%m-%d %H:%M} UTC) in {last.folder} {how}."
    fresh = age < STALE
    yield Finding(fresh, text if fresh else f"{text} Whatever came since is in one place only: make another.")


def _resting(data: Path) -> Iterator[Finding]:
    """Nothing runs: only look at files."""
    from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
    from joey.instance.postgres.make_cluster import refuse_broken

    postgres = EmbeddedPostgres(data)
    if not os.path.lexists(postgres.shown) and not (data / "database.json").exists():
        yield Finding(True, f"There is no Joey in {data} yet; `joey up` starts one.")
        return
    try:
        refuse_broken(postgres.shown, postgres.cluster, postgres.binaries)
        yield Finding(
            True, f"The database in {postgres.shown} has all its parts; nothing runs now, `joey up` starts it."
        )
    except Trouble as trouble:
        yield Finding(False, str(trouble))


def _database(url: str, owner_url: str) -> Iterator[Finding]:
    try:
        with psycopg.connect(url, connect_timeout=5, autocommit=True) as app:
            yield from _each(app, (_durable, _rights, _worker, _failed_jobs, _paused))
    except psycopg.OperationalError as error:
        yield Finding(False, f"The database does not answer: {str(error).strip().splitlines()[0]}")
        return
    from joey.instance.migrate_database import is_migrated

    try:
        fits = is_migrated(owner_url)
    except psycopg.OperationalError as error:
        yield Finding(False, f"The owner role cannot connect: {str(error).strip().splitlines()[0]}")
        return
    yield Finding(
        fits, "The tables fit this Joey." if fits else "The tables may be older than this Joey: `joey migrate`."
    )


def _each(app: psycopg.Connection, checks: tuple[Callable[[psycopg.Connection], Finding], ...]) -> Iterator[Finding]:
    for check in checks:
        try:
            yield check(app)
        except psycopg.errors.UndefinedTable:
            yield Finding(False, "Tables are missing: `joey migrate` makes them.")
            return


def _durable(app: psycopg.Connection) -> Finding:
    off = [name for name in DURABLE if app.execute("SELECT current_setting(%s)", [name]).fetchone() == ("off",)]
    if off:
        return Finding(False, f"A power cut could lose money: {', '.join(off)} is off in PostgreSQL's configuration.")
    return Finding(True, "The database answers, and what it confirmed survives a power cut.")


def _rights(app: psycopg.Connection) -> Finding:
    row = app.execute("SELECT current_user, has_schema_privilege('public', 'CREATE')").fetchone()
    assert row
    if row[1]:
        return Finding(False, f"Joey works as the role {row[0]}, which may change tables. Give it joey_app's rights.")
    return Finding(True, f"Joey works as the role {row[0]}, which cannot change tables.")


def _worker(app: psycopg.Connection) -> Finding:
    row = app.execute("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers").fetchone()
    if not row or row[0] is None:
        return Finding(False, "No background worker has reported: orders and payouts do not move. `joey work` is one.")
    if row[0] > SILENT_SECONDS:
        return Finding(False, f"The background worker has been silent for {row[0]:.0f} s. See log/worker.log.")
    return Finding(True, "The background worker is at work.")


def _failed_jobs(app: psycopg.Connection) -> Finding:
    row = app.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'").fetchone()
    assert row
    if row[0]:
        return Finding(False, f"{row[0]} background jobs failed; the office lists them.")
    return Finding(True, "No background job has failed.")


def _search(data: Path, running: Instance | None, url: str) -> Iterator[Finding]:
    from joey.instance.open_instance import environment

    os.environ.update({"JOEY_DATA": str(data), "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "joey.site.settings"})
    if running:
        os.environ.update(environment(data, running))
    import django
    from django.db import Error

    django.setup()
    from joey.catalog.search.follow import lag

    try:
        found = lag()
    except Error:
        return  # said above
    if found.missing:
        yield Finding(False, "This host has no search index. `joey work` builds it, or `joey index rebuild` at once.")
    elif found.is_left:
        yield Finding(False, f"{found.behind} offers changed since the search index was last followed: `joey work`.")
    else:
        behind = f"{found.behind} changed offers are on their way into it" if found.behind else "it is up to date"
        yield Finding(True, f"The search index answers, and {behind}.")


def _paused(app: psycopg.Connection) -> Finding:
    from joey.instance.backup.queries import why_payouts_pause

    if reason := why_payouts_pause(app):
        return Finding(False, f"Payouts are paused. {reason} `joey payouts release` lets them go again.")
    return Finding(True, "Payouts are not paused.")


def _faces(running: Instance) -> Iterator[Finding]:
    from joey.cli.up import answers

    for name, port in running.ports.items():
        good = answers(f"http://127.0.0.1:{port}/healthz")
        yield Finding(
            good, f"The {name} at port {port} {'answers' if good else f'does not answer. See log/{name}.log'}."
        )
