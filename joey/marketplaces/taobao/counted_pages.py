"""Read what is given out in numbered pages to its last row: as many as the pages themselves count."""

import json
from collections.abc import Callable

from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.marketplaces.port import MarketplaceUnavailable
from joey.marketplaces.taobao.values import Row, text

MOST_COUNTED_PAGES = 1000

Answer = tuple[Row, list[Row]]  # the page's own fields, its rows


def counted_rows(ask: Callable[[int], Answer], *, first: int = 1, named_by: tuple[str, ...] = ()) -> list[Row]:
    """All rows of the pages from number `first` on. `named_by` are the fields that name a row; none: all of them do.

    The gateway may give fewer rows a page than it is asked for, so only `total_count` says which page is the last; of
    pages that count nothing, an empty one. Raises MarketplaceUnavailable where the rows are not those that are counted:
    the count changed, or a row came on two pages, so that another one, which moved as well, may have come on none.
    """
    rows: list[Row] = []
    known: set[str] = set()
    counted: str | None = None
    for page in range(first, first + MOST_COUNTED_PAGES):
        head, more = ask(page)
        total = text(head, "total_count")
        names = {_name(row, named_by) for row in more}
        if counted not in (None, total) or names & known:
            break
        counted, known = total, known | names
        rows += more
        expected = int(total) if total.isdecimal() else None
        if len(known) == expected:  # a row may be twice on its page
            return rows
        if not more:
            if expected in (None, len(rows)):
                return rows
            break
    raise broken_off()


def broken_off() -> MarketplaceUnavailable:
    """The pages of one question do not make one answer."""
    return MarketplaceUnavailable(Sentence(_("Taobao's report broke off between two pages. It will be read again.")))


def _name(row: Row, named_by: tuple[str, ...]) -> str:
    """What a row is known by. One at fault may lack what names it, and is known by all that it holds."""
    named = [row[name] for name in named_by if name in row]
    return json.dumps(named if named and len(named) == len(named_by) else row, sort_keys=True)
