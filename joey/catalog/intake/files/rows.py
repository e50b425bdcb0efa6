"""What every form of file gives: rows in chunks, by column, with the number that a person counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

CHUNK = 5_000  # rows in memory at a time …
CHUNK_BYTES = 8 << 20  # … or fewer, where they are long


@dataclass(frozen=True)
class RowFault:
    """Why a row is refused: a column, and what is wrong with it."""

    field: str
    reason: str


class FileRows(Protocol):
    """Some rows of a file, in its order."""

    numbers: list[int]
    wrong: dict[int, RowFault]  # by place: rows that are none; their cells are all empty

    def column(self, name: str) -> list[Any]:
        """What stands in a column: text, None, and where the form has them lists, objects and numbers."""
        ...


class Reader(Protocol):
    """A file in one form. Its refused rows can be written in the same form, to be mended and given again."""

    @property
    def columns(self) -> Sequence[str] | None:
        """The names of all columns, where the file gives them in advance."""
        ...

    def chunks(self) -> Iterator[FileRows]:
        """All rows. Raises UnreadableFile as soon as the file turns out to be cut or broken."""
        ...

    def refused_begin(self) -> str:
        """What a file of refused rows begins with."""
        ...

    def refused_row(self, rows: FileRows, place: int, wrong: RowFault) -> str:
        """One row as it came, with the reason in a place that reading passes over."""
        ...

    def refused_end(self) -> str:
        """What a file of refused rows ends with."""
        ...


@dataclass
class GatheredRows:
    """FileRows that each are an object: column → value."""

    numbers: list[int] = field(default_factory=list)
    wrong: dict[int, RowFault] = field(default_factory=dict)
    objects: list[dict[str, Any]] = field(default_factory=list)
    raw: list[Any] = field(default_factory=list)  # as the file has them

    def column(self, name: str) -> list[Any]:
        """None where a row has no such column."""
        return [each.get(name) for each in self.objects]
