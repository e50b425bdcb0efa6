"""Copy everything of an instance while it goes on working, and prove that the copy comes up again."""

import json
import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from joey.instance.backup.backup_archive import (
    DATABASE,
    FILES,
    PRIVATE,
    TRIAL,
    Manifest,
    checksums,
    new_copy,
    write_private,
)
from joey.instance.backup.queries import Holdings, holdings, is_empty, one_moment, snapshot_of
from joey.instance.backup.try_backup import try_copy
from joey.instance.data_folder import data_option
from joey.instance.errors import Trouble
from joey.instance.postgres.dump_database import dump
from joey.instance.postgres.find_binaries import SYSTEM_ROOT
from joey.instance.progress import say, step

NOTE = "last-backup.json"
SANDBOX = "sandbox.sqlite3"
MARKETPLACES = "marketplaces.json"
RAILS = "rails.json"
OWN_FILES = (MARKETPLACES, RAILS, "demo-filled")  # of the data folder, where they are there
TUNING = "postgresql.local.conf"
ROOM = 1.3  # a filled database takes about what the original takes, and its write-ahead log


@dataclass(frozen=True)
class Noted:
    """What an instance remembers of its last copy."""

    at: datetime
    folder: Path
    tried: bool


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True, help="Leave out the trial: checksums only.")
@data_option
def backup(folder: Path, quick: bool, data: Path) -> None:
    """Copy everything to the new folder DIR and verify the copy. Joey may go on working meanwhile.

    The copy holds every secret of the instance: keep it as private as the instance itself.
    """
    began = time.monotonic()
    folder = folder.expanduser().absolute()
    try:
        with new_copy(folder) as making:
            manifest = _make(making, data, quick=quick, began=began)
            manifest.write(making)
    except OSError as error:
        raise Trouble(f"The copy could not be written to {folder}: {error.strerror}. Nothing is left of it.") from error
    _note(data, folder, manifest)
    _tell(folder, manifest)


def last_backup(data: Path) -> Noted | None:
    """The last copy made of this instance, as far as this machine knows."""
    try:
        told = json.loads((data / NOTE).read_text())
        return Noted(datetime.fromisoformat(told["at"]), Path(told["folder"]), bool(told["tried"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _make(making: Path, data: Path, *, quick: bool, began: float) -> Manifest:
    from joey.instance.open_instance import instance

    with instance(data, "backup", django=False):
        owner_url = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
        with step("database"), one_moment(owner_url) as owner:
            if is_empty(owner):
                raise Trouble("There is nothing to copy: the database has no tables yet. `joey migrate` makes them.")
            version = str(owner.info.server_version // 10_000)
            dump(owner_url, snapshot_of(owner), making / DATABASE)
            holds = holdings(owner)
        with step("files"):
            _copy_files(making / FILES, data)
        with step("checksums"):
            files = checksums(making)
    trial = None
    if not quick:
        refuse_without_room(making, holds, "The trial of the copy (--quick leaves it out)")
        with step("trial"):
            trial = try_copy(making, holds, making / TRIAL)
    seconds = round(time.monotonic() - began, 1)
    return Manifest(of=str(data), postgres=version, holds=holds, seconds=seconds, trial=trial, files=files)


def _copy_files(into: Path, data: Path) -> None:
    """What of the instance is not in its database. The sandbox comes after the database, so it knows every order."""
    into.mkdir(mode=0o700)
    write_private(into / "secret", os.environ["JOEY_SECRET"].encode() + b"\n")
    for name in OWN_FILES:
        if (data / name).is_file():
            write_private(into / name, (data / name).read_bytes())
    for name, setting in ((MARKETPLACES, "JOEY_MARKETPLACES"), (RAILS, "JOEY_RAILS")):
        elsewhere = Path(os.environ.get(setting) or "")
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


def refuse_without_room(place: Path, holds: Holdings, what: str) -> None:
    """Raise Trouble when a second database of this size does not fit where this instance's clusters lie."""
    place = SYSTEM_ROOT if os.geteuid() == 0 and SYSTEM_ROOT.exists() else _existing(place)
    free, needed = shutil.disk_usage(place).free, int(holds.bytes * ROOM)
    if free < needed:
        raise Trouble(
            f"{what} needs {needed / 1e9:.1f} GB in {place}, and {free / 1e9:.1f} GB are free. Make room first; "
            "nothing was changed."
        )


def _existing(place: Path) -> Path:
    return next(folder for folder in (place, *place.parents) if folder.exists())


def _note(data: Path, folder: Path, manifest: Manifest) -> None:
    told = {"at": manifest.holds.at, "folder": str(folder), "tried": manifest.trial is not None}
    with suppress(OSError):  # a deployment's data folder may be read-only; only `joey doctor` misses it
        write_private(data / f"{NOTE}.new", json.dumps(told).encode())
        (data / f"{NOTE}.new").replace(data / NOTE)


def _tell(folder: Path, manifest: Manifest) -> None:
    size = sum(int(size) for size, _ in manifest.files.values())
    say(f"The copy is in {folder}: {size / 1e6:.1f} MB, as of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC, made in "
        f"{manifest.seconds:.1f} s.")  # fmt: skip
    if manifest.trial:
        say(
            f"It was tried out: a database made from it has the same {manifest.trial.rows:,} rows, and all "
            f"{manifest.trial.rules} rules hold there ({manifest.trial.seconds:.1f} s)."
        )
    else:
        say("It was not tried out (--quick): only its checksums vouch for it. `joey restore DIR --try` tries it.")
    say(PRIVATE)
