"""A copy as it lies on disk: the database's files, the instance's own files, and a manifest that vouches for each.

A copy is made in a folder with another name and gets its own name last, in one step: what is not whole has no
manifest in a folder that is called a copy.
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
from joey.instance.errors import Trouble
from joey.instance.postgres.make_cluster import remove_tree

MANIFEST, VOUCHER = "manifest.json", "manifest.sha256"
DATABASE, FILES, TRIAL = "database", "files", "trial"
FORM = 1
WHAT = "a copy made by joey backup"
PRIVATE = (
    "This copy holds everything of the instance: its secret, the keys of its marketplaces and bank, and everybody's"
    " payout details. Who can read it can act as the instance. Keep it as you keep those."
)
BLOCK = 1 << 20


@dataclass(frozen=True)
class Trial:
    """That the copy was brought up in a throw-away database, and what was found there."""

    seconds: float
    rules: int  # of `joey prove`, all of which held
    rows: int  # in all tables, the same as in the original


@dataclass(frozen=True)
class Manifest:
    """What the copy says of itself. `files` maps each file to its size and SHA-256; `trial` is None after --quick."""

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
        told = {"what": WHAT, "form": FORM, "private": PRIVATE, **asdict(self)}
        text = json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n"
        write_private(folder / MANIFEST, text)
        write_private(folder / VOUCHER, _voucher(text))


@contextmanager
def new_copy(folder: Path) -> Iterator[Path]:
    """A private folder beside `folder` to make the copy in; at the end it takes that name, or nothing is left.

    Raises Trouble when something is there already, or is just being made there. What a killed backup left of this
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
                raise Trouble(f"The copy cannot be called {folder}: {error.strerror}.") from error
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


def verified(folder: Path) -> Manifest:
    """Read a copy's manifest and compare every file with it. Raises Trouble that names the first file amiss."""
    manifest = _read_manifest(folder)
    for name, (size, digest) in manifest.files.items():
        path = folder / name
        try:
            if not path.is_file():
                raise Trouble(f"The copy in {folder} is not whole: the file {name} is missing.")
            if path.stat().st_size != size or _sha256(path) != digest:
                raise Trouble(
                    f"The copy in {folder} is damaged: the file {name} is not what was written. Use another copy."
                )
        except OSError as error:
            raise Trouble(f"{path} cannot be read: {error.strerror}.") from error
    return manifest


def write_private(path: Path, content: bytes) -> None:
    """A new file that only its owner may read, written through to the disk."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last over a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def throw_away_trial(trial: Path) -> None:
    """Stop and delete the throw-away database of a trial, wherever its cluster lies."""
    if trial.exists():
        from joey.instance.postgres.embedded_postgres import EmbeddedPostgres

        EmbeddedPostgres(trial).remove()
        remove_tree(trial)


def _read_manifest(folder: Path) -> Manifest:
    try:
        text = (folder / MANIFEST).read_bytes()
        voucher = (folder / VOUCHER).read_bytes()
    except FileNotFoundError as missing:
        name = Path(str(missing.filename)).name
        raise Trouble(f"There is no whole copy in {folder}: the file {name} is missing.") from None
    except OSError as error:
        raise Trouble(f"{folder} cannot be read: {error.strerror}. Is it the folder that `joey backup` made?") from None
    if voucher != _voucher(text):
        raise Trouble(f"The copy in {folder} is damaged: {MANIFEST} and {VOUCHER} do not fit. Use another copy.")
    told = json.loads(text)
    if told.pop("what") != WHAT or told.pop("form") != FORM:
        raise Trouble(f"The copy in {folder} was made by a newer Joey, in a form that this one does not know.")
    told.pop("private")
    trial = told.pop("trial")
    return Manifest(**{**told, "holds": Holdings(**told["holds"]), "trial": Trial(**trial) if trial else None})


def _voucher(manifest: bytes) -> bytes:
    """As `sha256sum` writes it, so that `sha256sum -c` reads it."""
    return f"{hashlib.sha256(manifest).hexdigest()}  {MANIFEST}\n".encode()


def _sha256(path: Path) -> str:
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            seen.update(block)
    return seen.hexdigest()


def _refuse_taken(folder: Path) -> None:
    if not os.path.lexists(folder):
        return
    if not folder.is_dir() or any(folder.iterdir()) or os.path.ismount(folder):
        there = "a copy" if (folder / MANIFEST).exists() else "something"
        raise Trouble(f"There is {there} in {folder} already, and a copy never replaces another: name a new folder.")


def _prefix(folder: Path) -> str:
    return f".{folder.name}.making-"


def _sweep(folder: Path) -> None:
    """Remove what killed backups of this name left; refuse when one is still at it."""
    for path in folder.parent.iterdir():
        if not re.fullmatch(re.escape(_prefix(folder)) + r"\w+", path.name) or not path.is_dir():
            continue
        try:
            with _held(path):
                throw_away_trial(path / TRIAL)
                remove_tree(path)
        except BlockingIOError:
            raise Trouble(f"Another `joey backup` is just making {folder}. Name another folder.") from None


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
