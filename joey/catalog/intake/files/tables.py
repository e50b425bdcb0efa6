"""Read tables: CSV and TSV, or the rows of a workbook.

Quoting is strict: a wrong quote moves every row behind it; but a row between tabs that is whole without any quoting is
read as it is. The first row is the header, unless the caller finds it: an export may have title lines above it, and
totals below.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.opened import LONGEST_LINE, OpenedFile
from joey.catalog.intake.files.rows import CHUNK, CHUNK_BYTES, FileRows, RowFault
from joey.catalog.intake.files.unreadable_file import UnreadableFile

FEW = 500  # rows read in one go
MOST_COLUMNS = 1_000
MOST_ABOVE = 30  # rows among which the header is looked for
NOTES = ("joey_row", "joey_field", "joey_reason")  # the first columns of a file of refused rows


@dataclass
class _TableRows:
    header: dict[str, int]
    numbers: list[int] = field(default_factory=list)
    wrong: dict[int, RowFault] = field(default_factory=dict)
    cells: list[list[str]] = field(default_factory=list)
    odd: dict[int, list[str]] = field(default_factory=dict)  # by place: rows with another number of cells

    def column(self, name: str) -> list[Any]:
        """The cells of a column, as text."""
        place = self.header.get(name)
        return [None] * len(self.cells) if place is None else list(map(itemgetter(place), self.cells))


class Table:
    """A table with its delimiter. Rows are numbered as a spreadsheet does: a header at the top is row 1.

    `find_header` is given the first rows and returns the place of the header among them; `is_no_row` says of a row's
    cells that it is none of the table's, such as a total. `rows` are those of a workbook.
    """

    def __init__(
        self,
        opened: OpenedFile,
        delimiter: str,
        *,
        rows: Iterator[list[str]] | None = None,
        find_header: Callable[[list[list[str]]], int] | None = None,
        is_no_row: Callable[[list[str]], bool] | None = None,
    ) -> None:
        csv.field_size_limit(LONGEST_LINE)
        self._opened = opened
        self._delimiter = delimiter
        self._is_workbook = rows is not None
        self._rows = iter(self._csv_rows()) if rows is None else rows
        self._find_header = find_header
        self._is_no_row = is_no_row
        self._number = 0
        self.columns: Sequence[str] = self._header()
        self._places = {name: place for place, name in enumerate(self.columns)}

    def chunks(self) -> Iterator[FileRows]:
        """All rows. One with the wrong number of cells is refused; if it is the last row, the file was truncated."""
        last, last_is_odd = 1, False
        while block := self._block():
            first = self._number + 1
            self._number += len(block)
            rows = self._rows_of(block, first)
            if rows.numbers:
                last = rows.numbers[-1]
                last_is_odd = len(rows.cells) - 1 in rows.odd
                yield rows
        if last_is_odd:
            raise UnreadableFile(
                _("The last row, %d, has the wrong number of cells: the file was truncated.") % last,
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
        lines = chain.from_iterable(io.StringIO(text, newline="") for text in self._opened.texts())
        rows = self._with_quotes(lines) if self._delimiter == "\t" else lines
        reader = csv.reader(rows, delimiter=self._delimiter, strict=True)
        try:
            yield from reader
        except csv.Error as broken:
            raise UnreadableFile(
                _("Line %(line)d is not well quoted (%(why)s), or the file was truncated there. Fix it and retry.")
                % {"line": reader.line_num, "why": broken},
                row=reader.line_num,
            ) from None

    def _with_quotes(self, lines: Iterator[str]) -> Iterator[str]:
        """The lines; one that is wrongly quoted, but whole as it is, is quoted: its writer knows no quoting."""
        before, is_open = 0, False
        for line in lines:
            marks = line.count('"')
            if is_open:
                is_open = marks % 2 == 0
            elif not marks:
                before = line.count("\t") + 1 if line.strip() else before
            elif (cells := _quoted_cells(line)) is not None:
                before = len(cells)
            elif _is_whole(cells := line.rstrip("\r\n").split("\t"), before) and line.endswith(("\r", "\n")):
                line = self._line(cells)
            else:
                is_open = marks % 2 == 1
            yield line

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
        if not self._is_no_row and set(map(len, block)) == {width} and all(map(itemgetter(0), block)):
            return _TableRows(self._places, list(range(first, first + len(block))), cells=block)
        rows = _TableRows(self._places)
        for number, cells in enumerate(block, start=first):
            if not any(cells) or (self._is_no_row and self._is_no_row(cells)):
                continue
            place = len(rows.cells)
            rows.numbers.append(number)
            if len(cells) == width:
                rows.cells.append(cells)
                continue
            rows.cells.append([*cells, *[""] * width][:width])
            rows.odd[place] = cells
            rows.wrong[place] = RowFault(
                "row", str(_("%(found)d cells, the header has %(all)d") % {"found": len(cells), "all": width})
            )
        return rows

    def _header(self) -> list[str]:
        found = self._block(MOST_ABOVE if self._find_header else 1)
        place = self._find_header(found) if self._find_header else 0
        header = [name.strip() for cells in found[place : place + 1] for name in cells]
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
        return self._line([*NOTES, *self._own(list(self.columns))])

    def refused_row(self, rows: FileRows, place: int, wrong: RowFault) -> str:
        """The original cells, after the notes."""
        assert isinstance(rows, _TableRows)
        cells = rows.odd.get(place, rows.cells[place])
        return self._line([str(rows.numbers[place]), wrong.field, wrong.reason, *self._own(cells)])

    def refused_end(self) -> str:
        """Nothing."""
        return ""

    def _own(self, cells: list[str]) -> list[str]:
        """Without the notes of an earlier file of refused rows."""
        return cells[len(NOTES) :] if tuple(self.columns[: len(NOTES)]) == NOTES else cells

    def _line(self, cells: list[str]) -> str:
        out = io.StringIO()
        csv.writer(out, delimiter=self._delimiter, lineterminator="\n").writerow(cells)
        return out.getvalue()


def _quoted_cells(line: str) -> list[str] | None:
    """The cells of a line between tabs; None where its quotes are wrong, or go on in the next line."""
    try:
        return next(csv.reader([line], delimiter="\t", strict=True))
    except csv.Error:
        return None


def _is_whole(cells: list[str], before: int) -> bool:
    """Whether cells that quotes mean nothing in are a row like the one before, the first with a delimiter at its end.

    A quote that the last cell opens may go on in the next line.
    """
    is_open = cells[-1].startswith('"') and cells[-1].count('"') % 2 == 1
    return not is_open and (len(cells) == before or (len(cells) == before + 1 and not cells[-1]))
