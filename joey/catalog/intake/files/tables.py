"""Read tables: CSV and TSV, or the rows of a workbook.

Quoting is strict: a wrong quote moves every row behind it; but a row between tabs that is whole without any quoting is
read as it is, and a mapping can say that quotes mean nothing. The first row is the header, unless the caller finds it:
a list may have title lines above it, and totals below.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.dialect import MOST_ABOVE, TableDialect
from joey.catalog.intake.files.encodings import mark_of_utf_8
from joey.catalog.intake.files.opened import OpenedFile
from joey.catalog.intake.files.rows import CHUNK, CHUNK_BYTES, FileRows, RowFault, column_named
from joey.catalog.intake.files.safe_cells import as_it_was, line_of, safe
from joey.catalog.intake.files.tabs import with_quotes
from joey.catalog.intake.files.totals import may_be_none_of_a_list
from joey.catalog.intake.files.unreadable_file import UnreadableFile

FEW = 500  # rows read in one go
MOST_COLUMNS = 1_000
NOTES = ("joey_row", "joey_field", "joey_reason")  # the first columns of a file of refused rows


@dataclass
class _TableRows:
    header: dict[str, int]
    numbers: list[int] = field(default_factory=list)
    wrong: dict[int, RowFault] = field(default_factory=dict)
    lost: dict[int, RowFault] = field(default_factory=dict)
    cells: list[list[str]] = field(default_factory=list)
    odd: dict[int, list[str]] = field(default_factory=dict)  # by place: rows with another number of cells

    def column(self, name: str) -> list[Any]:
        """The cells of a column, as text."""
        column = column_named(name, self.header)
        return [None] * len(self.cells) if column is None else list(map(itemgetter(self.header[column]), self.cells))


class Table:
    """A table in its dialect. Rows are numbered as a spreadsheet does: a header at the top is row 1.

    `find_header` is given the first rows and returns the place of the header among them; `is_no_row` says of a row's
    cells that it is none of the table's, such as a total; `may_lack` of a column that a row may end before it. `rows`
    are those of a workbook. With `group`, a column, a row whose cell there is empty or as in the row above takes from
    that row what it lacks: lists of one picture a row, and merged cells.
    """

    def __init__(
        self,
        opened: OpenedFile,
        dialect: TableDialect,
        *,
        rows: Iterator[list[str]] | None = None,
        find_header: Callable[[list[list[str]]], int] | None = None,
        is_no_row: Callable[[list[str]], bool] | None = None,
        may_lack: Callable[[str], bool] | None = None,
        encoding: str = "",
        group: str = "",
    ) -> None:
        self._opened = opened
        self._dialect = dialect
        self._encoding = encoding
        self._is_workbook = rows is not None
        self._rows = iter(self._csv_rows()) if rows is None else rows
        self._find_header = find_header
        self._is_no_row = is_no_row
        self._may_lack = may_lack
        self._number = 0
        self.left_out: list[int] = []  # rows that are none of the table's
        self.columns: Sequence[str] = self._header()
        self._places = {name: place for place, name in enumerate(self.columns)}
        self._are_refused = tuple(self.columns[: len(NOTES)]) == NOTES
        if group and (column := column_named(group, self._places)) is not None:
            self._rows = _filled_down(self._rows, self._places[column])

    def chunks(self) -> Iterator[FileRows]:
        """All rows. One with the wrong number of cells is refused; the file was truncated where that is the last one,
        has too few, and no line break behind it.
        """
        last, last_is_short = 1, False
        while block := self._block():
            first = self._number + 1
            self._number += len(block)
            rows = self._rows_of(block, first)
            if rows.numbers:
                last = rows.numbers[-1]
                last_is_short = len(rows.odd.get(len(rows.cells) - 1, self.columns)) < len(self.columns)
                yield rows
        if last_is_short and not self._opened.line_breaks and not self._is_workbook:
            raise UnreadableFile(
                _("The last row, %d, has too few cells and no line break at its end: the file was truncated.") % last,
                row=last,
            )
        if self._opened.ended_inside_a_line and not self._is_workbook:
            raise UnreadableFile(
                _(
                    "The last row, %d, does not end with a line break, so the file may have been truncated. "
                    "If it is complete, end it with a line break."
                )
                % last,
                row=last,
            )

    def _csv_rows(self) -> Iterator[list[str]]:
        lines = chain.from_iterable(io.StringIO(text, newline="") for text in self._opened.texts(self._encoding))
        counted = _CountedLines(with_quotes(lines) if self._dialect == TableDialect("\t") else lines)
        try:
            yield from self._dialect.cells(counted, strict=True)
        except csv.Error as broken:
            text = _(
                'Line %(line)d is not well quoted (%(why)s). If quotes are only signs, as in 3", add quoting = "none"'
                " to the mapping; else the file was truncated."
            )
            raise UnreadableFile(text % {"line": counted.number, "why": broken}, row=counted.number) from None

    def _block(self, size: int = CHUNK) -> list[list[str]]:
        """The next rows, as many as fit in a chunk."""
        block: list[list[str]] = []
        begun = self._opened.unpacked
        while len(block) < size and self._opened.unpacked - begun <= CHUNK_BYTES:
            few = list(islice(self._rows, min(size, FEW)))
            if not few:
                break
            block += few
        return block

    def _rows_of(self, block: list[list[str]], first: int) -> _TableRows:
        """The rows without empty ones; one with the wrong number of cells is refused. Its cells are as they stand:
        those before the one too many, or too few, are in their columns.
        """
        width = len(self.columns)
        if self._are_refused:
            block = [list(map(as_it_was, cells)) for cells in block]
        if set(map(len, block)) == {width} and not may_be_none_of_a_list(list(map(itemgetter(0), block))):
            return _TableRows(self._places, list(range(first, first + len(block))), cells=block)
        rows = _TableRows(self._places)
        for number, cells in enumerate(block, start=first):
            if not any(cells):
                continue
            if self._is_no_row and self._is_no_row(cells):
                self.left_out.append(number)
                continue
            place = len(rows.cells)
            rows.numbers.append(number)
            if len(cells) == width:
                rows.cells.append(cells)
                continue
            rows.cells.append([*cells, *[""] * width][:width])
            rows.odd[place] = cells
            lacks = self.columns[len(cells) :]
            if lacks and self._may_lack and all(map(self._may_lack, lacks)):
                rows.lost[place] = RowFault("row", str(_("ends early, so it has no %s") % ", ".join(lacks)[:80]))
                continue
            rows.wrong[place] = RowFault(
                "row", str(_("%(found)d cells, the header has %(all)d") % {"found": len(cells), "all": width})
            )
        return rows

    def _header(self) -> list[str]:
        found = self._block(MOST_ABOVE if self._find_header else 1)
        place = self._find_header(found) if self._find_header else 0
        header = [as_it_was(name).strip() for cells in found[place : place + 1] for name in cells]
        self._number = len(found[: place + 1])
        self._rows = chain(found[place + 1 :], self._rows)
        if not any(header):
            raise UnreadableFile(_("The first row has to name the columns."), row=1)
        if len(header) > MOST_COLUMNS:
            raise UnreadableFile(_("The first row names more than a thousand columns."), row=1)
        for name in header:
            if name and header.count(name) > 1:
                raise UnreadableFile(_("Two columns have the name “%s”. Rename one.") % name[:40], row=self._number)
        return [*header, ""] if self._all_rows_end_with_a_delimiter(len(header)) else header

    def _all_rows_end_with_a_delimiter(self, width: int) -> bool:
        """Whether the rows, as far as the first ones show, have an empty cell at their end that the header lacks.

        All of them, since one alone may have a delimiter too many inside, and its last column empty; but for the last
        one, which may be truncated.
        """
        few = list(islice(self._rows, FEW))
        self._rows = chain(few, self._rows)
        rows = [cells for cells in few if any(cells) and not (self._is_no_row and self._is_no_row(cells))]
        return bool(rows) and all(len(cells) == width + 1 and not cells[-1] for cells in rows[:-1] or rows)

    def refused_begin(self) -> str:
        """The header, after three columns for notes."""
        return mark_of_utf_8(self._encoding) + self._line([*NOTES, *self._own(list(self.columns))])

    def refused_row(self, rows: FileRows, place: int, wrong: RowFault) -> str:
        """The original cells, after the notes."""
        assert isinstance(rows, _TableRows)
        cells = rows.odd.get(place, rows.cells[place])
        reason = wrong.reason if self._dialect.quote else wrong.reason.replace(self._dialect.delimiter, " ")
        return self._line([str(rows.numbers[place]), wrong.field, reason, *self._own(cells)])

    def refused_end(self) -> str:
        """Nothing."""
        return ""

    def _own(self, cells: list[str]) -> list[str]:
        """Without the notes of an earlier file of refused rows."""
        return cells[len(NOTES) :] if self._are_refused else cells

    def _line(self, cells: list[str]) -> str:
        return line_of(list(map(safe, cells)), self._dialect.delimiter, quote=self._dialect.quote)


class _CountedLines:
    """Lines, and the number of the last one that was read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        return line


def _filled_down(rows: Iterator[list[str]], key: int) -> Iterator[list[str]]:
    """The rows; one of the same group as the row above has that row's cells where its own are empty."""
    above: list[str] = []
    for cells in rows:
        if len(cells) == len(above) and any(cells) and cells[key] in ("", above[key]):
            cells = [cell or other for cell, other in zip(cells, above, strict=True)]
        yield cells
        above = cells
