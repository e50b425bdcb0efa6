"""Read what is given out in numbered pages to its last row, also while rows are added: the pages count them."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.marketplaces.port import MarketplaceUnavailable
from joey.marketplaces.row_values import Row, text

log = logging.getLogger(__name__)

MOST_COUNTED_PAGES = 1000
MOST_REPEATED = 2  # pages of one reading that hold nothing new; rows that move meanwhile may fill one
MOST_READINGS = 4
HIDDEN_OF = 100  # one of so many rows that are counted, and one at least, may be one that is never given

Answer = tuple[Row, list[Row]]  # the page's own fields, its rows


def counted_rows(
    ask: Callable[[int], Answer],
    *,
    first: int = 1,
    named_by: tuple[str, ...] = (),
    is_wanted: Callable[[Row], bool] = lambda row: True,
) -> list[Row]:
    """All rows of the pages from number `first` on, those that nothing asked for included.

    `named_by` are the fields that name a row; none: all of them do. `is_wanted` is whether it was asked for, where a
    report has no end: others may come and go while it is read.

    The gateway may give fewer rows a page than it is asked for, so only `total_count` says which page is the last; of
    pages that count nothing, an empty one. A row that is added meanwhile is one more. Where a row comes on two pages,
    or fewer are counted than before, rows moved, and one may have come on no page: all are read again at once. Two
    readings with the same wanted rows are the answer, whatever is counted: a row can really be there twice, and what is
    counted and never given cannot be waited for. A row is there twice where it is counted so. Raises
    MarketplaceUnavailable where no two readings are the same, or more is missing than a few rows, or the pages repeat
    themselves, which reading them again would not change.
    """
    before: set[str] | None = None
    for _time in range(MOST_READINGS):
        reading = _read(ask, first, named_by)
        if reading.is_whole:
            return reading.rows
        wanted = {all_of(row) for row in reading.rows if is_wanted(row)}
        if wanted == before and reading.missing <= max(1, reading.counted // HIDDEN_OF):
            log.warning("of %d counted rows %d were read, twice the same", reading.counted, len(reading.rows))
            return reading.rows if not reading.missing else list({all_of(row): row for row in reading.rows}.values())
        before = wanted
    raise broken_off()


def broken_off() -> MarketplaceUnavailable:
    """The pages of one question do not make one answer."""
    return MarketplaceUnavailable(Sentence(_("Taobao's report broke off between two pages. It will be read again.")))


class NamesSoFar:
    """The rows of the pages so far, by name: a gateway may answer every further page with one that it gave before."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._repeated = 0

    def add(self, page: set[str]) -> bool:
        """Whether some of these were on a page before. Raises MarketplaceUnavailable where pages repeat themselves."""
        known = page & self._names
        self._names |= page
        self._repeated += bool(page) and known == page
        if self._repeated >= MOST_REPEATED:
            raise repeating()
        return bool(known)

    @property
    def are_repeated(self) -> bool:
        """Whether a page held nothing new."""
        return self._repeated > 0


def repeating() -> MarketplaceUnavailable:
    """The pages of one question have no end."""
    words = _("Taobao answers further pages of its report with rows that it gave before, and names no last page. What"
              " it reports for this time is not read, and asked for again.")  # fmt: skip
    return MarketplaceUnavailable(Sentence(words))


@dataclass(frozen=True)
class _PagesRead:
    """All pages, read once."""

    rows: list[Row]
    counted: int  # by its last page
    is_whole: bool  # nothing moved, and as many rows came as are counted

    @property
    def missing(self) -> int:
        """How many rows were counted and not given."""
        return self.counted - len(self.rows)


def _read(ask: Callable[[int], Answer], first: int, named_by: tuple[str, ...]) -> _PagesRead:
    rows: list[Row] = []
    known = NamesSoFar()
    counted, moved = 0, False
    for page in range(first, first + MOST_COUNTED_PAGES):
        head, more = ask(page)
        names = {_name(row, named_by) for row in more}  # a row may be twice on its page: nothing moved on it
        total = text(head, "total_count")
        before, counted = counted, int(total) if total.isdecimal() else len(rows) + len(more)
        moved = known.add(names) or moved or counted < before
        rows += more
        is_end = not more if not total.isdecimal() or moved else len(rows) == counted
        if is_end or not more:
            return _PagesRead(rows, counted, is_end and not moved)
    raise broken_off()


def _name(row: Row, named_by: tuple[str, ...]) -> str:
    """What a row is known by. One at fault may lack what names it, and is known by all that it holds."""
    named = [row[name] for name in named_by if name in row]
    return json.dumps(named, sort_keys=True) if named and len(named) == len(named_by) else all_of(row)


def all_of(row: Row) -> str:
    return json.dumps(row, sort_keys=True)
