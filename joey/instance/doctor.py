"""What is wrong with an instance, in plain words: one sentence per check, and what to do about it."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from joey.instance.data_folder import Instance, noted_instance, user_of
from joey.instance.errors import CommandFailed
from joey.instance.postgres.make_cluster import DISCREET
from joey.kit.utc_text import utc_text

MIN_FREE_BYTES = 500_000_000
SILENT_SECONDS = 60
STALE = timedelta(days=8)  # a weekly drill, and a day
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was checked."""

    good: bool
    text: str


def diagnose(data: Path) -> Iterator[Diagnosis]:
    """Check the disk, the last backup, and whatever runs here or is named by DATABASE_URL."""
    yield _disk(data)
    yield from _orphaned()
    yield from _last_backup(data)
    url = os.environ.get("DATABASE_URL")
    owner_url = os.environ.get("DATABASE_OWNER_URL") or url
    running: Instance | None = None
    if not url:
        user = user_of(data)
        running = noted_instance(data) if user and user.command == "up" else None
        if running is None:
            yield from _resting(data)
            yield from _with_settings(data, None, {}, _marketplaces, _rails)
            return
        url, owner_url = running.database_url, running.database_owner_url
        yield Diagnosis(True, f"Joey is running at {running.url} (process {running.pid}), data in {data}.")
    assert owner_url
    yield from _database(url, owner_url)
    yield from _with_settings(
        data,
        running,
        {"DATABASE_URL": url},
        _paused,
        _partitions,
        _locks,
        _search,
        _marketplaces,
        _own_accounts,
        _rails,
        _channels,
    )
    if running:
        yield from _faces(running)


def _disk(data: Path) -> Diagnosis:
    place = next(folder for folder in (data, *data.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    text = f"{free / 1e9:.1f} GB are free where the data is ({place})."
    enough = free > MIN_FREE_BYTES
    return Diagnosis(enough, text if enough else f"Only {text} The database stops when the disk is full: make room.")


def _orphaned() -> Iterator[Diagnosis]:
    if os.geteuid() != 0:  # only root's clusters are outside their data folder
        return
    from joey.instance.postgres.embedded_postgres import orphaned_clusters

    for cluster, home in orphaned_clusters():
        left = "has another database now" if os.path.lexists(home / "postgres") else "is gone"
        yield Diagnosis(
            True, f"The database in {cluster} belongs to {home}, which {left}: delete it if it is not needed."
        )


def _last_backup(data: Path) -> Iterator[Diagnosis]:
    from joey.instance.backup.last_backup import last_backup
    from joey.instance.open_instance import exists

    last = last_backup(data)
    if last is None:
        if exists(data) or os.environ.get("DATABASE_URL"):
            yield Diagnosis(True, "No backup of this instance has been made here yet: `joey backup DIR` makes one.")
        return
    age = datetime.now(UTC) - last.at
    days = f"{age.days} day{'s' if age.days != 1 else ''} ago" if age.days else "today"
    how = "and tried" if last.tried else "and not tried (--quick)"
    text = f"The last verified backup was made {days} ({utc_text(last.at)}) in {last.folder} {how}."
    fresh = age < STALE
    yield Diagnosis(fresh, text if fresh else f"{text} Everything since then is in one place only: make another.")


def _resting(data: Path) -> Iterator[Diagnosis]:
    """Nothing is running: check the files only."""
    from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
    from joey.instance.postgres.make_cluster import refuse_broken

    postgres = EmbeddedPostgres(data)
    if not os.path.lexists(postgres.shown) and not (data / "database.json").exists():
        yield Diagnosis(True, f"There is no instance in {data} yet; `joey up` starts one.")
        return
    try:
        refuse_broken(postgres.shown, postgres.cluster, postgres.binaries)
        yield Diagnosis(
            True, f"The database in {postgres.shown} is complete; nothing is running now, `joey up` starts it."
        )
    except CommandFailed as failure:
        yield Diagnosis(False, str(failure))


def _database(url: str, owner_url: str) -> Iterator[Diagnosis]:
    try:
        with psycopg.connect(url, connect_timeout=5, autocommit=True) as app:
            yield from _each(app, (_durable, _discreet, _rights, _worker, _failed_jobs))
    except psycopg.OperationalError as error:
        yield Diagnosis(False, f"The database does not answer: {str(error).strip().splitlines()[0]}")
        return
    from joey.instance.migrate_database import is_migrated

    try:
        fits = is_migrated(owner_url)
    except psycopg.OperationalError as error:
        yield Diagnosis(False, f"The owner role cannot connect: {str(error).strip().splitlines()[0]}")
        return
    yield Diagnosis(
        fits, "The tables fit this version." if fits else "The tables may be older than this version: `joey migrate`."
    )


def _each(
    app: psycopg.Connection, checks: tuple[Callable[[psycopg.Connection], Diagnosis], ...]
) -> Iterator[Diagnosis]:
    for check in checks:
        try:
            yield check(app)
        except psycopg.errors.UndefinedTable:
            yield Diagnosis(False, "Tables are missing: `joey migrate` makes them.")
            return


def _durable(app: psycopg.Connection) -> Diagnosis:
    off = [name for name in DURABLE if app.execute("SELECT current_setting(%s)", [name]).fetchone() == ("off",)]
    if off:
        return Diagnosis(False, f"A power cut could lose money: {', '.join(off)} is off in PostgreSQL's configuration.")
    return Diagnosis(True, "The database answers, and what it confirmed survives a power cut.")


def _discreet(app: psycopg.Connection) -> Diagnosis:
    other = [name for name, ours in DISCREET.items() if app.execute("SHOW " + name).fetchone() != (ours,)]
    if other:
        text = f"PostgreSQL's log can quote names and accounts when a statement fails: set {', '.join(other)} in its"
        return Diagnosis(False, f"{text} configuration as docs/operating.md says.")
    return Diagnosis(True, "PostgreSQL's log quotes no statement that failed.")


def _rights(app: psycopg.Connection) -> Diagnosis:
    row = app.execute("SELECT current_user, has_schema_privilege('public', 'CREATE')").fetchone()
    assert row
    if row[1]:
        return Diagnosis(False, f"Joey works as the role {row[0]}, which may change tables. Give it joey_app's rights.")
    return Diagnosis(True, f"Joey works as the role {row[0]}, which cannot change tables.")


def _worker(app: psycopg.Connection) -> Diagnosis:
    row = app.execute("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers").fetchone()
    if not row or row[0] is None:
        return Diagnosis(False, "No background worker is running: orders and payouts do not move. Start `joey work`.")
    if row[0] > SILENT_SECONDS:
        return Diagnosis(False, f"The background worker has been silent for {row[0]:.0f} s. See log/worker.log.")
    return Diagnosis(True, "The background worker is at work.")


def _failed_jobs(app: psycopg.Connection) -> Diagnosis:
    row = app.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'").fetchone()
    assert row
    if row[0]:
        return Diagnosis(False, f"{row[0]} background jobs failed; the office lists them.")
    return Diagnosis(True, "No background job has failed.")


def _with_settings(
    data: Path, running: Instance | None, values: dict[str, str], *checks: Callable[[], Iterator[Diagnosis]]
) -> Iterator[Diagnosis]:
    """What needs Joey's settings; where they are refused, nothing of Joey starts, and the refusal is what is wrong."""
    from django.core.exceptions import ImproperlyConfigured

    from joey.instance.open_instance import begin, environment

    try:
        begin({"JOEY_DATA": str(data)} | values | (environment(data, running) if running else {}))
    except ImproperlyConfigured as refused:
        yield Diagnosis(False, f"Nothing starts with these settings. {refused}")
        return
    for check in checks:
        yield from check()


def _paused() -> Iterator[Diagnosis]:
    from django.db import Error

    from joey.payouts.pause import open_pauses
    from joey.record.kept_texts import kept_text

    try:
        pauses = open_pauses()
    except Error:
        return  # reported above
    for pause in pauses:
        why = kept_text(pause, "reason")
        yield Diagnosis(False, f"Payouts are paused. {why} `joey payouts resume REASON` resumes them.")
    if not pauses:
        yield Diagnosis(True, "Payouts are not paused.")


def _partitions() -> Iterator[Diagnosis]:
    from django.conf import settings
    from django.db import Error

    from joey.kit.partitions import DAYS_LEFT_MIN, days_left

    try:
        left = days_left()
    except Error:
        return  # reported above
    table, days = min(left.items(), key=lambda each: each[1], default=("", DAYS_LEFT_MIN))
    if days < DAYS_LEFT_MIN:
        yield Diagnosis(False, f"{table} has partitions for {days} more days only: is `joey work` running?")
        return
    kept = f"for {settings.JOEY_CLICK_DAYS} days" if settings.JOEY_CLICK_DAYS else "for ever"
    yield Diagnosis(True, f"Partitions are made {days} days ahead; clicks are kept {kept} (JOEY_CLICK_DAYS).")


def _locks() -> Iterator[Diagnosis]:
    from django.db import Error

    from joey.kit.partitions import locks_of_all_days

    try:
        taken, room = locks_of_all_days()
    except Error:
        return  # reported above
    text = (
        f"Reading all days, as `joey prove` does, takes {taken:,} of the {room:,} locks that the database has room for"
    )
    if taken > room / 2:
        yield Diagnosis(False, f"{text}. Double max_locks_per_transaction in its configuration and restart it.")
    else:
        yield Diagnosis(True, f"{text}.")


def _search() -> Iterator[Diagnosis]:
    from django.db import Error

    from joey.catalog.search.follow import lag

    try:
        found = lag()
    except Error:
        return  # reported above
    if found.missing:
        yield Diagnosis(False, "This host has no search index. `joey work` builds it, or `joey index rebuild` at once.")
    elif found.is_left:
        yield Diagnosis(False, f"{found.behind} offers changed since the search index was last followed: `joey work`.")
    else:
        behind = f"{found.behind} changed offers are on their way into it" if found.behind else "it is up to date"
        yield Diagnosis(True, f"The search index answers, and {behind}.")


def _marketplaces() -> Iterator[Diagnosis]:
    from joey.marketplaces import registry

    for fault in registry.faults():
        yield Diagnosis(False, fault.text)
    connected = ", ".join(each.code for each in registry.connectors()) or "none"
    yield Diagnosis(True, f"Marketplaces that are connected: {connected}.")


def _own_accounts() -> Iterator[Diagnosis]:
    from django.conf import settings
    from django.db import Error

    from joey.marketplaces.keepers_accounts import keepers_accounts
    from joey.marketplaces.own_accounts import locked_accounts
    from joey.marketplaces.own_key import AccountLocked

    place = f"{settings.JOEY_OWN_ACCOUNTS_KEY} (JOEY_OWN_ACCOUNTS_KEY)"
    try:
        yield from (Diagnosis(False, str(why)) for why in keepers_accounts().values())
        locked = locked_accounts()
    except Error:
        return  # reported above
    except AccountLocked as problem:
        yield Diagnosis(False, f"Keepers' own accounts are locked. {problem} It should be in {place}.")
        return
    if locked:
        text = f"{locked} of keepers' own accounts were sealed with another key than the one in {place}."
        yield Diagnosis(False, f"{text} Put that key back, or have their keepers type them again.")


def _rails() -> Iterator[Diagnosis]:
    from joey.payouts.rails.registry import connected_accounts, rail_faults

    for fault in rail_faults():
        yield Diagnosis(False, fault)
    connected = ", ".join(manifest.code for _rail, manifest in connected_accounts().values()) or "none"
    yield Diagnosis(True, f"Rails that payouts can go by: {connected}.")


def _channels() -> Iterator[Diagnosis]:
    from django.db import Error

    from joey.payouts.licensed_channels import NEED_LICENSED_CHANNEL, channel_of, money_without_channel

    try:
        lacking = money_without_channel()
    except Error:
        return  # reported above
    for why in lacking:
        yield Diagnosis(False, f"{why} Set it and start Joey again.")
    for currency in sorted(NEED_LICENSED_CHANNEL):
        if channel := channel_of(currency):
            yield Diagnosis(True, f"Payouts in {currency} go through {channel}.")


def _faces(running: Instance) -> Iterator[Diagnosis]:
    from joey.instance.processes.ports import LOCAL, answers

    for name, port in running.ports.items():
        good = answers(f"http://{LOCAL}:{port}/healthz")
        yield Diagnosis(
            good, f"The {name} at port {port} {'answers' if good else f'does not answer. See log/{name}.log'}."
        )
