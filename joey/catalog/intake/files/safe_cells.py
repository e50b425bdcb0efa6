"""Write cells that no spreadsheet takes for a formula, and read them back as they were.

A spreadsheet runs a cell that begins with one of a few signs, and takes a leading apostrophe for "this is text"; opened
where lists are parted by another delimiter, what is inside of a cell may become one. https://owasp.org/www-community/attacks/CSV_Injection
"""

import re
from collections.abc import Sequence

_BEGIN = r"(?:^|(?<=[,;|\t\r\n]))"  # of the cell, or of one that another delimiter would make of it
_RUNS = r"'*[ \u00a0\u3000]*[=+\-@＝＋－＠]"
_BLANK = r"'*[\t\r\n]"
_UNSAFE = re.compile(rf"{_BEGIN}(?={_RUNS})|^(?={_BLANK})")
_SAFE = re.compile(rf"{_BEGIN}'(?={_RUNS})|^'(?={_BLANK})")
_PARTS = re.compile(r'[",;|\t\r\n]')


def safe(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would run, and before what looks as if it had been given
    one.
    """
    return _UNSAFE.sub("'", cell)


def as_it_was(cell: str) -> str:
    """The cell that `safe` was given."""
    return _SAFE.sub("", cell) if "'" in cell else cell


def line_of(cells: Sequence[str], delimiter: str, *, quote: str = '"') -> str:
    """A row. What any delimiter would part is quoted; without a `quote` it was no part of a cell."""
    return delimiter.join(_quoted(cell, quote) if _is_parted(cell, delimiter, quote) else cell for cell in cells) + "\n"


def _is_parted(cell: str, delimiter: str, quote: str) -> bool:
    # Single quotes are seen by those in the header.
    return bool(quote) and (quote != '"' or _PARTS.search(cell) is not None or delimiter in cell)


def _quoted(cell: str, quote: str) -> str:
    return quote + cell.replace(quote, quote * 2) + quote
