"""A backup on disk: the database's files, the instance's own files, and a manifest with the checksum of each.

A backup is made in a folder with another name and is renamed last, in one step: an incomplete backup never has the
name of a complete one.
"""

import fcntl
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from joey.instance.backup.queries import Holdings
from joey.instance.errors import CommandFailed
from joey.instance.postgres.make_cluster import remove_tree

MANIFEST, MANIFEST_CHECKSUM = "manifest.json", "manifest.sha256"
DATABASE, FILES, TRIAL = "database", "files", "trial"
SANDBOX = "sandbox.sqlite3"  # in FILES, as in the data folder, of a demo
FORMAT = 1
WHAT = "a backup made by joey backup"
PRIVATE = (
    "This backup holds everything of the instance: its secret, the keys of its marketplaces and bank, and everyone's"
    " payout details. Anyone who can read it can act as the instance. Keep it as private as those."
)
BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Trial:
    """The backup was restored into a throw-away database, and this was found there."""

    seconds: float
    rules: int  # of `joey prove`, all of which held
    rows: int  # in all tables, the same as in the original


@dataclass(frozen=True)
class BackupManifest:
    """What is in the backup. `files` maps each file to its size and SHA-256; `trial` is None after --quick."""

    of: str
    postgres: str
    holds: Holdings
    seconds: float
    trial: Trial | None
    files: dict[str, list[int | str]]

    @property
    def made_at(self) -> datetime:
        return datetime.fromisoformat(self.holds.at)

    def write(self, folder: Path) -> None:
        """Write the manifest and, beside it, its own checksum."""
        content = {"what": WHAT, "format": FORMAT, "private": PRIVATE, **asdict(self)}
        text = json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"
        write_private(folder / MANIFEST, text)
        write_private(folder / MANIFEST_CHECKSUM, _checksum_line(text))


@contextmanager
def new_backup(folder: Path) -> Iterator[Path]:
    """A private folder beside `folder` to make the backup in; at the end it is renamed, or nothing is left.

    Raises CommandFailed when something is there already, or is being made there. What a killed backup left of this
    name is removed first.
    """
    _refuse_taken(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    making = Path(tempfile.mkdtemp(prefix=_prefix(folder), dir=folder.parent))  # 0700
    with _held(making):
        try:
            yield making
            try:
                making.rename(folder)
            except OSError as error:
                _refuse_taken(folder)
                raise CommandFailed(f"The backup cannot be renamed to {folder}: {error.strerror}.") from error
            sync_folder(folder.parent)
        finally:
            throw_away_trial(making / TRIAL)
            remove_tree(making)


def checksums(folder: Path) -> dict[str, list[int | str]]:
    """Size and SHA-256 of every file below, each written through to the disk first."""
    found: dict[str, list[int | str]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.chmod(0o600)
        found[str(path.relative_to(folder))] = [path.stat().st_size, _sha256(path)]
    for inner in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        inner.chmod(0o700)
        sync_folder(inner)
    return found


def verified(folder: Path) -> BackupManifest:
    """Read the manifest and compare every file with it. Raises CommandFailed naming the first damaged file."""
    manifest = _read_manifest(folder)
    for name, (size, digest) in manifest.files.items():
        path = folder / name
        try:
            if not path.is_file():
                raise CommandFailed(f"The backup in {folder} is incomplete: the file {name} is missing.")
            if path.stat().st_size != size or _sha256(path) != digest:
                raise CommandFailed(
                    f"The backup in {folder} is damaged: the file {name} is not what was written. Use another one."
                )
        except OSError as error:
            raise CommandFailed(f"{path} cannot be read: {error.strerror}.") from error
    return manifest


def write_private(path: Path, content: bytes) -> None:
    """A new file that only its owner may read, written through to the disk."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def throw_away_trial(trial: Path) -> None:
    """Stop and delete the throw-away database of a trial, wherever its cluster is."""
    if trial.exists():
        from joey.instance.postgres.embedded_postgres import EmbeddedPostgres

        EmbeddedPostgres(trial).remove()
        remove_tree(trial)


def _read_manifest(folder: Path) -> BackupManifest:
    try:
        text = (folder / MANIFEST).read_bytes()
        checksum = (folder / MANIFEST_CHECKSUM).read_bytes()
    except FileNotFoundError as missing:
        name = Path(str(missing.filename)).name
        raise CommandFailed(f"There is no complete backup in {folder}: the file {name} is missing.") from None
    except OSError as error:
        raise CommandFailed(
            f"{folder} cannot be read: {error.strerror}. Is it the folder that `joey backup` made?"
        ) from None
    if checksum != _checksum_line(text):
        raise CommandFailed(
            f"The backup in {folder} is damaged: {MANIFEST} and {MANIFEST_CHECKSUM} do not match. Use another one."
        )
    content = json.loads(text)
    if content.pop("what", WHAT) != WHAT or content.pop("format", None) != FORMAT:
        raise CommandFailed(
            f"The backup in {folder} was made by a newer version of Joey, in a format this version does not know."
        )
    content.pop("private")
    trial = content.pop("trial")
    return BackupManifest(
        **{**content, "holds": Holdings(**content["holds"]), "trial": Trial(**trial) if trial else None}
    )


def _checksum_line(manifest: bytes) -> bytes:
    """As `sha256sum` writes it, so that `sha256sum -c` reads it."""
    return f"{hashlib.sha256(manifest).hexdigest()}  {MANIFEST}\n".encode()


def _sha256(path: Path) -> str:
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            seen.update(block)
    return seen.hexdigest()


def _refuse_taken(folder: Path) -> None:
    if not os.path.lexists(folder):
        return
    if not folder.is_dir() or any(folder.iterdir()) or os.path.ismount(folder):
        there = "a backup" if (folder / MANIFEST).exists() else "something"
        raise CommandFailed(
            f"There is {there} in {folder} already, and a backup never replaces another: name a new folder."
        )


def _prefix(folder: Path) -> str:
    return f".{folder.name}.making-"


def _sweep(folder: Path) -> None:
    """Remove what killed backups of this name left; refuse when one is still running."""
    for path in folder.parent.iterdir():
        if not re.fullmatch(re.escape(_prefix(folder)) + r"\w+", path.name) or not path.is_dir():
            continue
        try:
            with _held(path):
                throw_away_trial(path / TRIAL)
                remove_tree(path)
        except BlockingIOError:
            raise CommandFailed(f"Another `joey backup` is making {folder}. Name another folder.") from None


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Mark a folder as being worked in; the mark ends with this process, however it ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        with suppress(OSError):
            os.close(handle)
