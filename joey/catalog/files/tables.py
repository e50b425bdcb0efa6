"""Read CSV and TSV: a header, then a row a line. Quoting is strict, since a wrong quote moves every row behind it."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext_lazy as _

from joey.catalog.files.opened import LONGEST_LINE, Opened, UnreadableFile
from joey.catalog.files.rows import CHUNK, CHUNK_BYTES, Rows, Wrong

MOST_COLUMNS = 1_000
NOTES = ("joey_row", "joey_field", "joey_reason")  # the first columns of a file of refused rows


@dataclass
class _TableRows:
    header: dict[str, int]
    numbers: list[int] = field(default_factory=list)
    wrong: dict[int, Wrong] = field(default_factory=dict)
    cells: list[list[str]] = field(default_factory=list)
    odd: dict[int, list[str]] = field(default_factory=dict)  # by place: rows with another number of cells

    def column(self, name: str) -> list[Any]:
        """The cells of a column, as text."""
        place = self.header.get(name)
        return [None] * len(self.cells) if place is None else list(map(itemgetter(place), self.cells))


class Table:
    """A table with its delimiter. Rows are numbered as a spreadsheet does: the header is row 1."""

    def __init__(self, opened: Opened, delimiter: str) -> None:
        csv.field_size_limit(LONGEST_LINE)
        self._opened = opened
        self._delimiter = delimiter
        lines = chain.from_iterable(io.StringIO(text, newline="") for text in opened.texts())
        self._rows = csv.reader(lines, delimiter=delimiter, strict=True)
        self._number = 0
        self._ended = False
        self.columns: Sequence[str] = self._header()
        self._places = {name: place for place, name in enumerate(self.columns)}

    def chunks(self) -> Iterator[Rows]:
        """All rows. One with another number of cells is wrong; as the last one it says that the file was cut."""
        width = len(self.columns)
        empty = [""] * width
        last_is_odd = False
        while not self._ended:
            rows, begun = _TableRows(self._places), self._opened.unpacked
            for cells in islice(self._following(), CHUNK):
                last_is_odd = len(cells) != width and any(cells)
                if last_is_odd:
                    place = len(rows.cells)
                    rows.odd[place] = cells
                    rows.wrong[place] = Wrong(
                        "row", str(_("%(found)d cells, the header has %(all)d") % {"found": len(cells), "all": width})
                    )
                    cells = empty
                elif not any(cells):
                    continue
                rows.numbers.append(self._number)
                rows.cells.append(cells)
                if self._opened.unpacked - begun > CHUNK_BYTES:
                    break
            if rows.numbers:
                yield rows
        if last_is_odd:
            raise UnreadableFile(
                _("The last row, %d, has another number of cells than the header: the file was cut.") % self._number,
                row=self._number,
            )
        if self._opened.ended_inside_a_line:
            raise UnreadableFile(
                _(
                    "The last row, %d, does not end with a line break, so nobody can say whether the file was cut. "
                    "If it is whole, end it with a line break."
                )
                % self._number,
                row=self._number,
            )

    def _following(self) -> Iterator[list[str]]:
        while True:
            self._number += 1
            try:
                yield next(self._rows)
            except StopIteration:
                self._number -= 1
                self._ended = True
                return
            except csv.Error as broken:
                raise UnreadableFile(
                    _("Row %(row)d is not well quoted (%(why)s), or the file was cut there. Mend it and give it again.")
                    % {"row": self._number, "why": broken},
                    row=self._number,
                ) from None

    def _header(self) -> list[str]:
        header = [name.strip() for name in next(self._following(), [])]
        if not any(header):
            raise UnreadableFile(_("The first row has to name the columns."), row=1)
        if len(header) > MOST_COLUMNS:
            raise UnreadableFile(_("The first row names more than a thousand columns."), row=1)
        for name in header:
            if name and header.count(name) > 1:
                raise UnreadableFile(_("Two columns have the name “%s”. Rename one.") % name[:40], row=1)
        return header

    def refused_begin(self) -> str:
        """The header, behind three columns for the notes."""
        return self._line([*NOTES, *self._own(list(self.columns))])

    def refused_row(self, rows: Rows, place: int, wrong: Wrong) -> str:
        """The cells as they came, behind the notes."""
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
