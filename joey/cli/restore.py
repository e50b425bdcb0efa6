"""Bring a copy back: check it whole first, say what is lost, keep what was there, and let no payout leave by itself."""

import os
from pathlib import Path

import click
import psycopg

from joey.cli.backup import MARKETPLACES, OWN_FILES, RAILS, SANDBOX, TUNING, refuse_without_room
from joey.instance.backup.backup_archive import DATABASE, FILES, Manifest, verified, write_private
from joey.instance.backup.data_loss_report import what_is_lost
from joey.instance.backup.pause_after_restore import make_safe
from joey.instance.backup.queries import holdings, is_empty, one_moment, others_connected
from joey.instance.backup.swap_data import NEW, kept_name, put_in_place
from joey.instance.backup.try_backup import bring_up_to_date, check, fill, prove, try_copy, work_on
from joey.instance.data_folder import InUse, claim, data_option
from joey.instance.errors import Trouble
from joey.instance.open_instance import exists, let_go
from joey.instance.postgres.dump_database import load_whole
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres, Urls
from joey.instance.postgres.make_cluster import remove_tree, write_for_server
from joey.instance.progress import say, step

# The database is not the one that counts until it is put in place; its last checkpoint makes it durable.
FILLING = {"synchronous_commit": "off", "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "4GB"}


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Put the copy in the place of the data that is here; that is kept aside.")
@click.option("--try", "only_try", is_flag=True, help="Only try the copy in a throw-away database; change nothing.")
@data_option
def restore(folder: Path, replace: bool, only_try: bool, data: Path) -> None:
    """Bring back the copy in DIR that `joey backup` made. Joey must not be running.

    Says what happened since the copy and would be lost; without --replace it stops there when there is data here.
    Payouts pause until `joey payouts release`.
    """
    folder = folder.expanduser().absolute()
    with step("checksums"):
        manifest = verified(folder)
    say(f"The copy is whole: made {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC, {len(manifest.files)} files.")
    if only_try:
        with step("trial"):
            trial = try_copy(folder, manifest.holds, data / "trial")
        say(f"It comes up: {trial.rows:,} rows as in the original, and all {trial.rules} rules hold.")
    elif os.environ.get("DATABASE_URL"):
        _into_own_server(folder, manifest, data)
    else:
        try:
            with claim(data, "restore"):
                _into_folder(folder, manifest, data, replace)
        except InUse as in_use:
            if in_use.user.command != "up":
                raise
            raise Trouble(
                f"Joey is running on {data} (process {in_use.user.pid}). Stop it first with Ctrl-C."
            ) from None


# ── Into a data folder, with a PostgreSQL of Joey's own ───────────────────────────────────────────────────


def _into_folder(folder: Path, manifest: Manifest, data: Path, replace: bool) -> None:
    new = data / NEW
    _sweep(new)
    after = EmbeddedPostgres(new, settings=FILLING)
    work_on(after.urls, data)
    _refuse_newer(manifest)
    refuse_without_room(data, manifest.holds, "The restored database")
    taken = exists(data)
    before = EmbeddedPostgres(data)
    try:
        later = taken and _say_loss(manifest, before)
        if taken and not replace:
            raise Trouble(
                f"There is data in {data}, so nothing was changed. With --replace the copy takes its place, and it is "
                "kept aside."
            )
        with step("database"):
            urls = after.start()
            fill(folder, manifest.holds, urls)
        _make_fit(manifest, urls, before.urls.owner if later else None)
        let_go()
        after.stop()
        incoming = _files(folder / FILES, data, after)
    except BaseException:
        _sweep(new)
        raise
    finally:
        before.stop()
    remove_tree(after.socket_folder)
    kept = kept_name(data) if taken else None
    put_in_place(data, incoming, kept)
    if kept:
        _say_kept(data, data / kept)
    say(f"Restored to {data}. `joey up` starts it.")


def _sweep(new: Path) -> None:
    """Remove a database that never got into its place."""
    if new.exists():
        EmbeddedPostgres(new).remove()
        remove_tree(new)


def _say_loss(manifest: Manifest, before: EmbeddedPostgres) -> bool:
    """Print what would be gone; whether the present database can be read and is a later state of the copy."""
    try:
        with one_moment(before.start().owner) as owner:
            present = holdings(owner)
    except (Trouble, psycopg.Error) as why:
        say(f"What would be lost cannot be said, because the database that is here does not come up: {why}")
        return False
    for sentence in what_is_lost(manifest.holds, present):
        say(sentence)
    return present.began == manifest.holds.began


def _files(copied: Path, data: Path, after: EmbeddedPostgres) -> list[str]:
    """Lay the instance's own files beside the new database; the names of all that goes into place.

    The operator's accounts and the sandbox stay as they are where they are: accounts may have been renewed since,
    and the sandbox stands for the world outside, which no restore turns back.
    """
    incoming = ["database.json", "postgres", "secret"]
    write_private(after.data / "secret", (copied / "secret").read_bytes())
    for name in (*OWN_FILES, SANDBOX):
        if (copied / name).exists() and not (data / name).exists():
            write_private(after.data / name, (copied / name).read_bytes())
            incoming.append(name)
    if (copied / TUNING).exists():
        write_for_server(after.cluster / TUNING, (copied / TUNING).read_text(), after.run_as)
    return incoming


def _say_kept(data: Path, kept: Path) -> None:
    for name in (MARKETPLACES, RAILS):  # so that what is kept is an instance of its own
        if (data / name).exists():
            write_private(kept / name, (data / name).read_bytes())
    before = EmbeddedPostgres(kept)
    size = sum(path.lstat().st_size for path in before.cluster.rglob("*") if path.is_file())
    places = f"{kept} {before.cluster}" if before.run_as else str(kept)
    say(
        f"What was here before is kept in {kept} ({size / 1e6:.0f} MB): `joey up --data {kept}` starts it, "
        f"`rm -r {places}` removes it."
    )


# ── Into a PostgreSQL of one's own ────────────────────────────────────────────────────────────────────────


def _into_own_server(folder: Path, manifest: Manifest, data: Path) -> None:
    """Only into an empty database: Joey replaces nothing on a server that is not its own."""
    app = os.environ["DATABASE_URL"]
    urls = Urls(app=app, owner=os.environ.get("DATABASE_OWNER_URL") or app)
    work_on(urls, data)
    _refuse_newer(manifest)
    with one_moment(urls.owner) as owner:
        if not is_empty(owner):
            for sentence in what_is_lost(manifest.holds, holdings(owner)):
                say(sentence)
            raise Trouble(
                "There is data in the database that DATABASE_OWNER_URL names, and on a PostgreSQL of your own Joey "
                "replaces nothing. Make an empty database of the same owner, name it in DATABASE_URL and "
                "DATABASE_OWNER_URL, and restore into that."
            )
        others = others_connected(owner)
    if others:
        raise Trouble(f"{others} other sessions are connected to that database. Stop what uses it first.")
    with step("database"):
        load_whole(folder / DATABASE, urls.owner)
        check(manifest.holds, urls.owner)
    _make_fit(manifest, urls, None)
    _own_files(folder / FILES, data)
    say("Restored into the database that DATABASE_OWNER_URL names.")


def _own_files(copied: Path, data: Path) -> None:
    told = os.environ.get("JOEY_SECRET")
    if told is None and not (data / "secret").exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(data / "secret", (copied / "secret").read_bytes())
    elif (told or (data / "secret").read_text()).strip() != (copied / "secret").read_text().strip():
        say(
            f"JOEY_SECRET is another than the copy's: give it what {copied / 'secret'} holds, or everybody has to sign "
            "in anew."
        )
    if (copied / MARKETPLACES).exists() and not (data / MARKETPLACES).exists():
        say(f"Accounts at marketplaces are in {copied / MARKETPLACES}; JOEY_MARKETPLACES names yours.")
    if (copied / RAILS).exists() and not (data / RAILS).exists():
        say(f"The accounts that payouts are paid from are in {copied / RAILS}; JOEY_RAILS names yours.")


# ── Both ──────────────────────────────────────────────────────────────────────────────────────────────────


def _make_fit(manifest: Manifest, urls: Urls, before_url: str | None) -> None:
    """Bring an older copy's tables to this Joey, keep it from paying twice, and check the books."""
    bring_up_to_date(urls.owner)
    make_safe(manifest.made_at, before_url)
    with step("proof"):
        rules = prove()
    say(f"All {rules} rules hold.")


def _refuse_newer(manifest: Manifest) -> None:
    """Tables that this Joey does not know cannot be taken back to what it knows."""
    from django.db.migrations.loader import MigrationLoader

    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations or {}}
    newer = [name for name in manifest.holds.migrations if name not in known]
    if newer:
        raise Trouble(
            f"The copy was made by a newer Joey: it has {newer[0]}, which this one does not know. Update Joey, then "
            "restore. Nothing was changed."
        )
