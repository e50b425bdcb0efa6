"""Page through a report by position: each answer's `position_index` opens the next page of the same question only."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from sqlite3 import Row

from joey.sandbox.sealed import seal, unseal

_WIDTHS = (6, 2, 5, 6)  # question, page number, moment and number of a row
Read = Callable[[str, int, tuple[int, int] | None], list[Row]]


class BadPosition(Exception):
    """The position was not issued for this question and this page."""


class BadJump(Exception):
    """`jump_type` is neither 1 nor -1 where it is needed."""


@dataclass(frozen=True)
class ReportPage:
    """Rows of one page with what is needed to go on."""

    rows: list[Row]
    position_index: str
    has_pre: bool
    has_next: bool


def turn_page(
    read: Read,
    question: tuple[object, ...],
    window: tuple[int, int],
    *,
    page_no: int,
    first_page: int,
    size: int,
    position_index: str,
    jump_type: str,
) -> ReportPage:
    """Read a page. `read(direction, limit, beyond)` gives rows (with `moment` and `number`) in that direction.

    Positions hold the first and last row of the page that was answered, so rows that are updated meanwhile, and so
    move to the end of an update window, push nothing over a page's edge. Raises BadJump and BadPosition.
    """
    asked = int.from_bytes(hashlib.sha256(repr((question, window, size)).encode()).digest()[:6], "big")
    backward = jump_type == "-1"
    beyond: tuple[int, int] | None = None
    if page_no > first_page or position_index:
        if jump_type not in ("1", "-1"):
            raise BadJump
        came_from = page_no + 1 if backward else page_no - 1
        beyond = _edge(position_index, asked, window, came_from, backward)
    rows = read("backward" if backward else "forward", size + 1, beyond)
    more = len(rows) > size
    rows = rows[:size]
    if backward:
        rows = rows[::-1]
    edges = [(row["moment"], row["number"]) for row in (rows[:1] + rows[-1:])] or [beyond or (0, 0)] * 2
    position = "|".join(
        f"{moment}_{seal('position', *zip((asked, page_no, *edge), _WIDTHS, strict=True))}"
        for moment, edge in zip(window, edges, strict=True)
    )
    return ReportPage(rows, position, has_pre=page_no > first_page, has_next=bool(rows) if backward else more)


def _edge(position: str, asked: int, window: tuple[int, int], page: int, backward: bool) -> tuple[int, int]:
    halves = position.split("|")
    if len(halves) != 2:
        raise BadPosition
    edges = []
    for half, moment in zip(halves, window, strict=True):
        stamp, _, sealed = half.partition("_")
        numbers = unseal("position", sealed, *_WIDTHS)
        if stamp != str(moment) or numbers is None or numbers[:2] != (asked, page):
            raise BadPosition
        edges.append((numbers[2], numbers[3]))
    return edges[0] if backward else edges[1]
