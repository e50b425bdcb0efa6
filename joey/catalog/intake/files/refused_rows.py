"""Write the refused rows in the file's own format, so that they can be fixed and imported again."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

from joey.catalog.intake.files.rows import FileRows, Reader, RowFault

MOST_NOTES = 1_000


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not imported: its number counted from 1, its column, and why."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True)
class RowNote:
    """What is wrong in a row that was imported, or why it was left out."""

    row: int
    field: str
    reason: str


class RowNotes:
    """The first notes, and how many there are in all."""

    def __init__(self) -> None:
        self.first: list[RowNote] = []
        self.count = 0

    def add(self, row: int, field: str, reason: str) -> None:
        """One more."""
        self.count += 1
        if self.count <= MOST_NOTES:
            self.first.append(RowNote(row, field, reason))


class RefusedRows:
    """Collects refused rows. `path` is only written when there are some, and only by `keep`, in one step."""

    def __init__(self, path: Path | None) -> None:
        self.rows: list[RefusedRow] = []
        self._path = path
        self._file: IO[str] | None = None
        self._end = ""

    def __enter__(self) -> "RefusedRows":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            Path(self._file.name).unlink(missing_ok=True)

    def add(self, reader: Reader, rows: FileRows, place: int, wrong: RowFault) -> None:
        """One row of a chunk, with the reason."""
        self.rows.append(RefusedRow(rows.numbers[place], wrong.field, wrong.reason))
        if self._path is None:
            return
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.NamedTemporaryFile(  # noqa: SIM115 (closed by keep or at the end of the block)
                "w", encoding="utf-8", errors="replace", newline="", delete=False,
                dir=self._path.parent, prefix=f".{self._path.name}-",
            )  # fmt: skip
            self._file.write(reader.refused_begin())
            self._end = reader.refused_end()
        self._file.write(reader.refused_row(rows, place, wrong))

    def keep(self) -> None:
        """Put the file in its place."""
        if self._file is None or self._path is None:
            return
        self._file.write(self._end)
        self._file.close()
        os.chmod(self._file.name, 0o644)
        os.replace(self._file.name, self._path)
        self._file = None
