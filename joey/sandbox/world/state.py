"""The object that the sandbox's pages and dialects share: where the state is kept, and what is broken now."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BUSY_SECONDS = 10


@dataclass
class Outage:
    """What is broken until when; `kind` is 500, throttle, slow, garbage or repeat.

    `full_pages`: of one that repeats its pages, by question, the last full one and its number.
    """

    kind: str
    until: float
    full_pages: dict[str, tuple[dict[str, Any], int]] = field(default_factory=dict)


@dataclass
class World:
    """State and settings of one running sandbox. Used from one event loop: SQLite calls are short and in line."""

    folder: Path  # where the SQLite file and the pictures are
    db: sqlite3.Connection
    url: str  # base address of every link that is given out, without a slash at the end
    open_control: bool  # control calls from other machines too
    slow_seconds: int  # how long a slow answer takes
    outages: dict[str, Outage] = field(default_factory=dict)

    def now(self) -> int:
        """Whole seconds since 1970."""
        return int(time.time())

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on disk at the end, or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self.db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        found: sqlite3.Row | None = self.db.execute(sql, values).fetchone()
        return found

    def fact(self, name: str) -> int:
        """A number that survives a restart; 0 when it was never set."""
        found = self.row("SELECT value FROM fact WHERE name = ?", name)
        return int(found["value"]) if found else 0

    def set_fact(self, name: str, value: int) -> None:
        """Keep a number. Call it inside `change()`."""
        self.db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))


def open_world(path: Path, url: str, *, open_control: bool = False, slow_seconds: int = 5) -> World:
    """Open or create the SQLite file at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")  # a killed process loses nothing; a power cut may lose seconds
    db.execute("PRAGMA foreign_keys = ON")
    db.executescript((Path(__file__).parent / "schema.sql").read_text("utf-8"))
    return World(path.parent, db, url.rstrip("/"), open_control, slow_seconds)


def world_from_environment() -> World:
    """JOEY_SANDBOX_DB, JOEY_SANDBOX_URL, JOEY_SANDBOX_OPEN and JOEY_SANDBOX_SLOW_SECONDS."""
    return open_world(
        Path(os.environ.get("JOEY_SANDBOX_DB", ".joey/sandbox.sqlite3")),
        os.environ.get("JOEY_SANDBOX_URL", "http://localhost:8001"),
        open_control=os.environ.get("JOEY_SANDBOX_OPEN") == "1",
        slow_seconds=int(os.environ.get("JOEY_SANDBOX_SLOW_SECONDS", "5")),
    )
