"""Restore a backup: verify it first, report what is lost, keep what was there, and pause all payouts."""

import os
from pathlib import Path

import psycopg

from joey.instance.backup.backup_archive import DATABASE, FILES, SANDBOX, BackupManifest, verified, write_private
from joey.instance.backup.data_loss_report import data_loss_report, erasures_to_repeat
from joey.instance.backup.make_backup import (
    MARKETPLACES,
    OWN_FILES,
    RAILS,
    TUNING,
    refuse_without_space,
)
from joey.instance.backup.pause_after_restore import pause_after_restore, pause_replaced
from joey.instance.backup.queries import Holdings, erased_since, holdings, is_empty, one_moment, others_connected
from joey.instance.backup.swap_data import NEW, kept_name, swap_data
from joey.instance.backup.try_backup import bring_up_to_date, check, fill, prove, try_backup, use_database
from joey.instance.data_folder import InUse, claim
from joey.instance.errors import CommandFailed
from joey.instance.open_instance import close_connections, exists
from joey.instance.postgres.dump_database import load_whole
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres, Urls
from joey.instance.postgres.make_cluster import remove_tree, write_for_server
from joey.instance.progress import say, step
from joey.kit.utc_text import utc_text

# The database is not in use until it is swapped in; its last checkpoint makes it durable.
LOADING_SETTINGS = {"synchronous_commit": "off", "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "4GB"}


def restore_backup(folder: Path, data: Path, *, replace: bool, only_try: bool) -> None:
    """Restore the backup in `folder` into `data`, or into the server of DATABASE_URL. Raises CommandFailed."""
    with step("checksums"):
        manifest = verified(folder)
    say(f"The backup is complete: made {utc_text(manifest.made_at, seconds=True)}, {len(manifest.files)} files.")
    if only_try:
        with step("trial"):
            trial = try_backup(folder, manifest.holds, data / "trial")
        say(f"It can be restored: {trial.rows:,} rows as in the original, and all {trial.rules} rules hold.")
    elif os.environ.get("DATABASE_URL"):
        _into_own_server(folder, manifest, data)
    else:
        try:
            with claim(data, "restore"):
                _into_folder(folder, manifest, data, replace)
        except InUse as in_use:
            if in_use.user.command != "up":
                raise
            raise CommandFailed(
                f"Joey is running on {data} (process {in_use.user.pid}). Stop it first with Ctrl-C."
            ) from None


# ── Into a data folder, with the embedded PostgreSQL ───────────────────────────────────────────────────


def _into_folder(folder: Path, manifest: BackupManifest, data: Path, replace: bool) -> None:
    new = data / NEW
    _sweep(new)
    after = EmbeddedPostgres(new, settings=LOADING_SETTINGS)
    use_database(after.urls, data, folder)
    _refuse_newer(manifest)
    refuse_without_space(data, manifest.holds, "The restored database")
    taken = exists(data)
    before = EmbeddedPostgres(data)
    try:
        later = taken and _report_loss(manifest, before)
        if taken and not replace:
            raise CommandFailed(
                f"There is data in {data}, so nothing was changed. With --replace the backup takes its "
                "place, and it is kept aside."
            )
        with step("database"):
            urls = after.start()
            fill(folder, manifest.holds, urls)
        _finish_database(manifest, urls, before.urls.owner if later else None)
        close_connections()
        after.stop()
        incoming = _files(folder / FILES, data, after)
        unpaused = pause_replaced(manifest.made_at, before) if taken else ""
    except BaseException:
        _sweep(new)
        raise
    finally:
        before.stop()
    remove_tree(after.socket_folder)
    kept = kept_name(data) if taken else None
    swap_data(data, incoming, kept)
    if kept:
        _say_kept(data, data / kept, unpaused)
    say(f"Restored to {data}. `joey up` starts it.")


def _sweep(new: Path) -> None:
    """Remove a restored database that was not swapped in."""
    if new.exists():
        EmbeddedPostgres(new).remove()
        remove_tree(new)


def _report_loss(manifest: BackupManifest, before: EmbeddedPostgres) -> bool:
    """Print what would be lost; return whether the present database is readable and a later state of the backup."""
    try:
        with one_moment(before.start().owner) as owner:
            present = _say_loss(manifest.holds, owner)
    except (CommandFailed, psycopg.Error) as error:
        say(f"Cannot tell what would be lost: the current database does not start: {error}")
        return False
    return present.began == manifest.holds.began


def _files(backed_up: Path, data: Path, after: EmbeddedPostgres) -> list[str]:
    """Put the instance's own files beside the new database, and return the names of everything to swap in.

    The operator's accounts and the sandbox stay as they are: accounts may have been renewed since, and the sandbox
    simulates the outside world, which no restore turns back.
    """
    incoming = ["database.json", "postgres", "secret"]
    write_private(after.data / "secret", (backed_up / "secret").read_bytes())
    for name in (*OWN_FILES, SANDBOX):
        if (backed_up / name).exists() and not (data / name).exists():
            write_private(after.data / name, (backed_up / name).read_bytes())
            incoming.append(name)
    if (backed_up / TUNING).exists():
        write_for_server(after.cluster / TUNING, (backed_up / TUNING).read_text(), after.run_as)
    return incoming


def _say_kept(data: Path, kept: Path, unpaused: str) -> None:
    """Of the accounts it gets those at marketplaces, to look into it; it is no longer the one that pays."""
    if (data / MARKETPLACES).exists():
        write_private(kept / MARKETPLACES, (data / MARKETPLACES).read_bytes())
    before = EmbeddedPostgres(kept)
    size = sum(path.lstat().st_size for path in before.cluster.rglob("*") if path.is_file())
    places = f"{kept} {before.cluster}" if before.run_as else str(kept)
    paused = f"could not be paused ({unpaused})" if unpaused else "are paused"
    say(
        f"What was here before is kept in {kept} ({size / 1e6:.0f} MB): `joey up --data {kept}` starts it, "
        f"`rm -r {places}` removes it.\nIts payouts {paused}, and {RAILS} is not there. Never let it pay: what both "
        "have to pay, the bank would execute twice."
    )


# ── Into a PostgreSQL server of your own ────────────────────────────────────────────────────────────────────────


def _into_own_server(folder: Path, manifest: BackupManifest, data: Path) -> None:
    """Restore only into an empty database: Joey replaces nothing on a server that is not its own."""
    app = os.environ["DATABASE_URL"]
    urls = Urls(app=app, owner=os.environ.get("DATABASE_OWNER_URL") or app)
    use_database(urls, data, folder)
    _refuse_newer(manifest)
    with one_moment(urls.owner) as owner:
        if not is_empty(owner):
            _say_loss(manifest.holds, owner)
            raise CommandFailed(
                "There is data in the database that DATABASE_OWNER_URL names, and on a PostgreSQL of your own Joey "
                "replaces nothing. Make an empty database of the same owner, name it in DATABASE_URL and "
                "DATABASE_OWNER_URL, and restore into that."
            )
        others = others_connected(owner)
    if others:
        raise CommandFailed(f"{others} other sessions are connected to that database. Stop what uses it first.")
    with step("database"):
        load_whole(folder / DATABASE, urls.owner)
        check(manifest.holds, urls.owner)
    _finish_database(manifest, urls, None)
    _own_files(folder / FILES, data)
    say(
        "Restored into the database that DATABASE_OWNER_URL names. That pauses no other: if the one used until now "
        "is still there, keep it from paying with `joey payouts pause REASON`."
    )


def _own_files(backed_up: Path, data: Path) -> None:
    set_secret = os.environ.get("JOEY_SECRET")
    if set_secret is None and not (data / "secret").exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(data / "secret", (backed_up / "secret").read_bytes())
    elif (set_secret or (data / "secret").read_text()).strip() != (backed_up / "secret").read_text().strip():
        say(
            f"JOEY_SECRET differs from the backup's: set it to what {backed_up / 'secret'} holds, or everyone has to "
            "sign in again."
        )
    if (backed_up / MARKETPLACES).exists() and not (data / MARKETPLACES).exists():
        say(f"Accounts at marketplaces are in {backed_up / MARKETPLACES}; JOEY_MARKETPLACES names yours.")
    if (backed_up / RAILS).exists() and not (data / RAILS).exists():
        say(f"The accounts that payouts are paid from are in {backed_up / RAILS}; JOEY_RAILS names yours.")


# ── Both ──────────────────────────────────────────────────────────────────────────────────────────────────


def _finish_database(manifest: BackupManifest, urls: Urls, before_url: str | None) -> None:
    """Migrate an older backup's tables to this version, prevent paying twice, and check the books."""
    bring_up_to_date(urls.owner)
    pause_after_restore(manifest.made_at, before_url)
    with step("proof"):
        rules = prove()
    say(f"All {rules} rules hold.")


def _say_loss(backup: Holdings, owner: psycopg.Connection) -> Holdings:
    """Print what restoring would lose of the database that is here; return what that one holds."""
    present = holdings(owner)
    erased = erased_since(owner, backup.at) if present.began == backup.began else []
    for sentence in (*data_loss_report(backup, present), *erasures_to_repeat(erased)):
        say(sentence)
    return present


def _refuse_newer(manifest: BackupManifest) -> None:
    """Tables of a newer version cannot be migrated back."""
    from django.db.migrations.loader import MigrationLoader

    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}}
    newer = [name for name in manifest.holds.migrations if name not in known]
    if newer:
        raise CommandFailed(
            f"The backup was made by a newer version of Joey: it has {newer[0]}, which this version does not know. "
            "Update Joey, then restore. Nothing was changed."
        )
