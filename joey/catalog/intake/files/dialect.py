"""What parts and quotes the cells of a table, as its first rows show."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from itertools import islice

from joey.catalog.intake.files.opened import LONGEST_LINE

DELIMITERS = (",", "\t", ";", "|", "~", "^", "¦", "#", "，", "；", "\x01", "\x1f")
NONE, SINGLE, LINES = "none", "single", "lines"  # beside the usual quoting, which is ""
QUOTINGS = (NONE, SINGLE, LINES)
SEEN = ("", LINES, SINGLE)  # those that the first rows show, the most usual first
MOST_ABOVE = 30  # rows among which the header is looked for


@dataclass(frozen=True)
class TableDialect:
    """A delimiter; and whether quotes are only signs ("none"), are single, or are around each line as a whole."""

    delimiter: str
    quoting: str = ""

    @property
    def quote(self) -> str:
        """What is around a cell that has the delimiter in it; "" for nothing."""
        return {NONE: "", SINGLE: "'"}.get(self.quoting, '"')

    def cells(self, lines: Iterable[str], *, strict: bool = False) -> Iterator[list[str]]:
        """The rows. With `strict`, csv.Error is raised where a row is not well quoted."""
        csv.field_size_limit(LONGEST_LINE)
        rows = csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            strict=strict,
        )
        if self.quoting != LINES:
            return rows
        inside = replace(self, quoting="")
        return (
            next(inside.cells(io.StringIO(row[0], newline=""), strict=strict)) if _is_line(row) else row for row in rows
        )


Tables = Map[TableDialect, list[list[str]]]


def first_rows(lines: list[str], delimiters: Iterable[str], quotings: Iterable[str]) -> Tables:
    """Each dialect, the most usual first, and the rows that these first lines are in it."""
    dialects = [TableDialect(each, quoting) for quoting in quotings for each in delimiters]
    text = "".join(lines)
    return {each: list(islice(each.cells(io.StringIO(text, newline="")), MOST_ABOVE)) for each in dialects}


def likeliest(tables: Tables, known: Callable[[list[list[str]]], int] = lambda rows: 0) -> TableDialect:
    """The dialect in which most columns are known, and of those the one in which the rows are most alike."""
    best = max(tables, key=lambda each: (known(tables[each]), _alike(tables[each])))
    in_single = replace(best, quoting=SINGLE)
    return in_single if not best.quoting and in_single in tables and _are_in_single_quotes(tables[best]) else best


def _is_line(row: list[str]) -> bool:
    return len(row) == 1 and row[0] != ""


def _are_in_single_quotes(rows: list[list[str]]) -> bool:
    header = [cell for cell in next(filter(any, rows), []) if cell]
    return bool(header) and all(len(cell) > 2 and cell[0] == cell[-1] == "'" for cell in header)


def _alike(rows: list[list[str]]) -> int:
    """How many cells the rows have that are as wide as most others; one cell is no table."""
    widths = [len(cells) for cells in rows if any(cells)]
    common = max(set(widths), key=widths.count, default=1)
    return widths.count(common) * common if common > 1 else 0
