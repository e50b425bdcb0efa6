"""What web workers count for monitoring: plain additions while they answer, read only when they are scraped.

Each worker is a process, and a scrape reaches one of them. So the numbers are in a small file of each process that is
mapped into its memory: adding to one is as cheap as adding to a list, and the process that is scraped sums up all
files. What an ended process counted goes into one common file, so that a counter never falls.
"""

import fcntl
import mmap
import os
import struct
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMIT_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)  # seconds
REFUSALS = ("busy", "unavailable", "framed", "prefetch", "refused", "method")  # the pages of joey.edge.answer
COUNTERS = (
    "page_hits", "page_misses", "clicks_recorded", "clicks_not_recorded", "commits", "commit_seconds",
    *(f"refusals_{what}" for what in REFUSALS),
    *(f"commits_up_to_{seconds}" for seconds in (*COMMIT_BUCKETS, "more")),
)  # fmt: skip
NAMES = (*COUNTERS, "queued")  # the last is a gauge: of processes that run
PAGE_HITS, PAGE_MISSES, CLICKS_RECORDED, CLICKS_NOT_RECORDED, COMMITS, COMMIT_SECONDS = range(6)
REFUSED = {what: NAMES.index(f"refusals_{what}") for what in REFUSALS}
QUEUED = len(NAMES) - 1
_BUCKETS_FROM = 6 + len(REFUSALS)
_LAYOUT = struct.Struct(f"{len(NAMES)}d")
_ENDED = "ended"


class WorkerCounts:
    """The numbers of this process, by the indexes above. `add` is for the fast path; `share` is called at its start."""

    def __init__(self) -> None:
        self.values: memoryview[float] = memoryview(bytearray(_LAYOUT.size)).cast("d")

    def add(self, index: int, amount: float = 1) -> None:
        self.values[index] += amount

    def add_commit(self, seconds: float, rows: int) -> None:
        """A set of clicks was committed."""
        values = self.values
        values[COMMITS] += 1
        values[COMMIT_SECONDS] += seconds
        values[CLICKS_RECORDED] += rows
        values[_BUCKETS_FROM + bisect_left(COMMIT_BUCKETS, seconds)] += 1

    def share(self, folder: Path) -> None:
        """Keep the numbers in a file of `folder` from now on, where the other processes find them.

        When the folder cannot be written they stay in memory: then a scrape says what the process counted that it
        reached.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _exclusive(folder):
                _add_up_ended(folder)
                path = folder / str(os.getpid())
                path.write_bytes(bytes(self.values))
            with path.open("r+b") as file:
                self.values = memoryview(mmap.mmap(file.fileno(), _LAYOUT.size)).cast("d")
        except OSError:
            return

    def total(self, folder: Path) -> dict[str, float]:
        """The sum over all processes that share `folder`, ended ones too; always with this process's own."""
        mine = str(os.getpid())
        found = [tuple(self.values)]
        try:
            with _exclusive(folder):
                found += [_read(path) for path in folder.iterdir() if path.name != mine and _holds_counts(path)]
                running = [path for path in folder.iterdir() if path.name.isdigit() and _runs(path)]
                queued = sum(_read(path)[QUEUED] for path in running if path.name != mine)
        except OSError:
            queued = 0.0
        total = {name: sum(values[index] for values in found) for index, name in enumerate(COUNTERS)}
        return total | {"queued": queued + self.values[QUEUED]}


counts = WorkerCounts()


def _add_up_ended(folder: Path) -> None:
    """Move the counts of ended processes, and of one that had this process's number, into the common file."""
    total = list(_read(folder / _ENDED))
    for path in list(folder.iterdir()):
        if path.name.isdigit() and (path.name == str(os.getpid()) or not _runs(path)):
            total = [old + new for old, new in zip(total, _read(path), strict=True)]
            path.unlink()
    (folder / _ENDED).write_bytes(_LAYOUT.pack(*total))


def _holds_counts(path: Path) -> bool:
    return path.name == _ENDED or path.name.isdigit()


def _read(path: Path) -> tuple[float, ...]:
    """Zeros for a file that is missing, or that another version wrote."""
    content = path.read_bytes() if path.is_file() else b""
    return _LAYOUT.unpack(content) if len(content) == _LAYOUT.size else (0.0,) * len(NAMES)


def _runs(path: Path) -> bool:
    try:
        os.kill(int(path.name), 0)
    except ProcessLookupError:
        return False
    except OSError:  # it runs as another user
        return True
    return True


@contextmanager
def _exclusive(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
