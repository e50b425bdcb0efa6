"""Read rows between tabs whose writer knows no quoting, as it is said of none of them."""

import csv
from collections.abc import Iterator

from joey.catalog.intake.files.safe_cells import line_of


def with_quotes(lines: Iterator[str]) -> Iterator[str]:
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
            line = line_of(cells, "\t")
        else:
            is_open = marks % 2 == 1
        yield line


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
