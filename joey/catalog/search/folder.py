"""Where the index is: one folder for each build, a link to the one in use, two locks.

`DATA/search/current` → `v3-<when>`. The link is replaced in one step, so that a reader always opens a whole index.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings

VERSION = 3  # of the schema and of the folding: an index of another version is not read, and a new one is built
NOTE = "followed.json"
BROKEN = "broken"  # written by a reader that could not open it
WRITING, BUILDING = "writing.lock", "building.lock"
KEPT_SECONDS = 60  # a replaced index is kept that long for processes that are just opening it


@dataclass(frozen=True)
class IndexState:
    """How far an index has followed PostgreSQL. Written after the index is committed, never before."""

    seqs: dict[str, int] = field(default_factory=dict)  # marketplace → the last change that is in the index
    made_with: str = ""  # what else its contents depend on; if that changes, the index is rebuilt
    next_coupon_end: int | None = None  # seconds since 1970; an offer has to be read again then


def home() -> Path:
    """The folder of everything about searching on this host."""
    return Path(settings.DATA) / "search"


def current() -> Path | None:
    """The index in use; None if there is none of this version."""
    try:
        name = os.readlink(home() / "current")
    except OSError:
        return None
    return home() / name if name.startswith(f"v{VERSION}-") and (home() / name).is_dir() else None


def make_new() -> Path:
    """An empty folder for an index that is being built."""
    folder = home() / f"v{VERSION}-{time.time_ns()}"
    folder.mkdir(parents=True)
    return folder


def use(folder: Path) -> None:
    """Make this the index in use."""
    staged = home() / "current.new"
    staged.unlink(missing_ok=True)
    staged.symlink_to(folder.name)
    before = current()
    staged.replace(home() / "current")
    if before is not None:
        os.utime(before)  # when it was replaced, for `sweep`


def sweep() -> None:
    """Delete folders that are no longer in use. The caller holds the lock for building."""
    kept = current()
    for folder in home().glob("v*-*"):
        if folder != kept and time.time() - folder.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def followed(folder: Path) -> IndexState:
    """The state that was noted; an empty one if the note is missing or torn, so that everything is read again."""
    try:
        return IndexState(**json.loads((folder / NOTE).read_text()))
    except (OSError, ValueError, TypeError):
        return IndexState()


def note_followed(folder: Path, state: IndexState) -> None:
    """Write the note in one step: a kill leaves the old one or the new one, and repeating a batch does no harm."""
    staged = folder / f"{NOTE}.new"
    with staged.open("w") as file:
        json.dump(asdict(state), file)
        file.flush()
        os.fsync(file.fileno())
    staged.replace(folder / NOTE)


@contextmanager
def exclusive(lock: str, *, wait: bool) -> Iterator[bool]:
    """Hold one of the two locks of this host; False when another process has it and `wait` is False."""
    home().mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home() / lock).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
