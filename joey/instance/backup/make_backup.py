"""Back up everything of an instance while it keeps working, and prove that the backup can be restored."""

import os
import shutil
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from joey.instance.backup.backup_archive import (
    DATABASE,
    FILES,
    SANDBOX,
    TRIAL,
    BackupManifest,
    checksums,
    new_backup,
    write_private,
)
from joey.instance.backup.last_backup import note_backup
from joey.instance.backup.queries import Holdings, holdings, is_empty, one_moment, snapshot_of
from joey.instance.backup.try_backup import try_backup
from joey.instance.errors import CommandFailed
from joey.instance.open_instance import instance
from joey.instance.postgres.dump_database import dump
from joey.instance.postgres.find_binaries import SYSTEM_ROOT
from joey.instance.progress import step
from joey.kit.accounts_file import accounts_file

MARKETPLACES = "marketplaces.json"
RAILS = "rails.json"
ACCOUNTS = {MARKETPLACES: "JOEY_MARKETPLACES", RAILS: "JOEY_RAILS"}
OWN_FILES = (MARKETPLACES, RAILS, "demo-filled")  # of the data folder, where they exist
TUNING = "postgresql.local.conf"
SPACE_FACTOR = 1.3  # a restored database takes about as much space as the original, plus its write-ahead log


def make_backup(data: Path, folder: Path, *, quick: bool) -> BackupManifest:
    """Write the backup to the new folder and verify it; `quick` leaves out the trial. Raises CommandFailed."""
    began = time.monotonic()
    try:
        with new_backup(folder) as making:
            manifest = _fill(making, data, quick=quick, began=began)
            manifest.write(making)
    except OSError as error:
        raise CommandFailed(
            f"The backup could not be written to {folder}: {error.strerror}. Nothing is left of it."
        ) from error
    note_backup(data, folder, manifest)
    return manifest


def _fill(making: Path, data: Path, *, quick: bool, began: float) -> BackupManifest:
    with instance(data, "backup", django=False):
        accounts = {name: accounts_file(setting, data / name) for name, setting in ACCOUNTS.items()}
        owner_url = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
        with step("database"), one_moment(owner_url) as owner:
            if is_empty(owner):
                raise CommandFailed(
                    "There is nothing to back up: the database has no tables yet. `joey migrate` makes them."
                )
            version = str(owner.info.server_version // 10_000)
            dump(owner_url, snapshot_of(owner), making / DATABASE)
            holds = holdings(owner)
        with step("files"):
            _copy_files(making / FILES, data, accounts)
        with step("checksums"):
            files = checksums(making)
    trial = None
    if not quick:
        refuse_without_space(making, holds, "The trial of the backup (--quick leaves it out)")
        with step("trial"):
            trial = try_backup(making, holds, making / TRIAL)
    seconds = round(time.monotonic() - began, 1)
    return BackupManifest(of=str(data), postgres=version, holds=holds, seconds=seconds, trial=trial, files=files)


def _copy_files(into: Path, data: Path, accounts: Mapping[str, Path]) -> None:
    """Copy what is not in the database. The sandbox is copied after the database, so it knows every order there."""
    into.mkdir(mode=0o700)
    write_private(into / "secret", os.environ["JOEY_SECRET"].encode() + b"\n")
    for name in OWN_FILES:
        if (data / name).is_file():
            write_private(into / name, (data / name).read_bytes())
    for name, elsewhere in accounts.items():
        if not (into / name).exists() and elsewhere.is_file() and elsewhere.parent != data:
            write_private(into / name, elsewhere.read_bytes())
    with suppress(FileNotFoundError):
        write_private(into / TUNING, (data / "postgres" / TUNING).read_bytes())
    if (data / SANDBOX).is_file():
        (into / SANDBOX).touch(mode=0o600)
        with (
            closing(sqlite3.connect(f"file:{data / SANDBOX}?mode=ro", uri=True, timeout=60)) as world,
            closing(sqlite3.connect(into / SANDBOX)) as copy,
        ):
            world.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it


def refuse_without_space(place: Path, holds: Holdings, what: str) -> None:
    """Raise CommandFailed when a second database of this size does not fit on the disk that holds the clusters."""
    place = SYSTEM_ROOT if os.geteuid() == 0 and SYSTEM_ROOT.exists() else _existing(place)
    free, needed = shutil.disk_usage(place).free, int(holds.bytes * SPACE_FACTOR)
    if free < needed:
        raise CommandFailed(
            f"{what} needs {needed / 1e9:.1f} GB in {place}, and {free / 1e9:.1f} GB are free. Free some space first; "
            "nothing was changed."
        )


def _existing(place: Path) -> Path:
    return next(folder for folder in (place, *place.parents) if folder.exists())
