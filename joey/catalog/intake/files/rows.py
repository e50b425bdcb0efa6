"""What a reader of any format returns: rows in chunks, by column, numbered from 1."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

CHUNK = 5_000  # rows in memory at a time …
CHUNK_BYTES = 8 << 20  # … or fewer, where they are long


def column_named(name: str, columns: Collection[str]) -> str | None:
    """The column that a name means: the one called so, else the only one that differs in capitals and blanks around it
    alone. None where there is none, or where two are alike.
    """
    if name in columns:
        return name
    alike = [each for each in columns if each.strip().casefold() == name.strip().casefold()]
    return alike[0] if len(alike) == 1 else None


@dataclass(frozen=True)
class RowFault:
    """Why a row is refused: a column, and what is wrong with it."""

    field: str
    reason: str


class FileRows(Protocol):
    """Some rows of a file, in its order."""

    numbers: list[int]
    wrong: dict[int, RowFault]  # by place: rows that cannot be read; their cells are all empty
    lost: dict[int, RowFault]  # by place: what a row lacks that it can do without

    def column(self, name: str) -> list[Any]:
        """The values of a column: text, None, and in some formats lists, objects and numbers."""
        ...


class Reader(Protocol):
    """A file in one format. Its refused rows can be written in the same format, to be fixed and imported again."""

    left_out: list[int]  # the numbers of rows that are none of the list's, such as totals, as far as it was read

    @property
    def columns(self) -> Sequence[str] | None:
        """The names of all columns, if the file names them in advance."""
        ...

    def chunks(self) -> Iterator[FileRows]:
        """All rows. Raises UnreadableFile as soon as the file turns out to be truncated or broken."""
        ...

    def refused_begin(self) -> str:
        """The beginning of a file of refused rows."""
        ...

    def refused_row(self, rows: FileRows, place: int, wrong: RowFault) -> str:
        """The original row, with the reason where a reader ignores it."""
        ...

    def refused_end(self) -> str:
        """The end of a file of refused rows."""
        ...


@dataclass
class GatheredRows:
    """Rows of objects: column → value."""

    numbers: list[int] = field(default_factory=list)
    wrong: dict[int, RowFault] = field(default_factory=dict)
    lost: dict[int, RowFault] = field(default_factory=dict)
    objects: list[dict[str, Any]] = field(default_factory=list)
    raw: list[Any] = field(default_factory=list)  # as the file has them

    def column(self, name: str) -> list[Any]:
        """None where a row has no such column."""
        found = [each.get(name) for each in self.objects]
        if found.count(None) < len(found):
            return found
        other = column_named(name, {key for each in self.objects for key in each})
        return found if other is None or other == name else [each.get(other) for each in self.objects]
