"""Tell the lines of a list that are none of its rows: totals and notes below it."""

import re
from collections.abc import Sequence

_WORD = r"(?:合计|总计|小计|汇总|共计|总和|合計|總計|小計|(?:(?:grand |sub-?)?total|sum|summe|gesamt)\b)"
_BEGINS = re.compile(_WORD, re.IGNORECASE)
_NOTE = re.compile(r"注[:：]|备注|说明|提示|[*※]|note\b", re.IGNORECASE)
_ALONE = re.compile(rf"{_WORD}\s*[:：]?\s*[\d.,]*", re.IGNORECASE)


_MAY_BE = re.compile(rf"^\s*(?:{_WORD}|{_NOTE.pattern}|$)", re.IGNORECASE | re.MULTILINE)


def may_be_none_of_a_list(first_cells: Sequence[str]) -> bool:
    """Whether a row that begins with one of these may be a total, a note or empty, checked together."""
    return _MAY_BE.search("\n".join(first_cells)) is not None


def first_of(cells: Sequence[str]) -> str:
    """The first cell that has something in it."""
    return next((cell.strip() for cell in cells if cell.strip()), "")


def begins_as_total(cells: Sequence[str]) -> bool:
    """Whether the first cell that is not empty begins with the word for a total."""
    return _BEGINS.match(first_of(cells)) is not None


def is_note(cells: Sequence[str]) -> bool:
    """Whether it is one cell alone that begins as a note does."""
    return bool(_NOTE.match(first_of(cells))) and sum(bool(cell.strip()) for cell in cells) == 1


def is_no_good(cells: Sequence[str]) -> bool:
    """Whether it is a total or a note below a list of goods: it has no link."""
    is_total = _ALONE.fullmatch(first_of(cells)) is not None
    return (is_total or is_note(cells)) and not any("//" in cell for cell in cells)
