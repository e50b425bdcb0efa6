"""Read the items of an answer one at a time: one that cannot be read loses no other, whatever is wrong with it.

The same for order reports is in read_reports.py. A row that broke a rule of JSON (joey/kit/json_rows.py) is shown to no
connector: what it gives twice would be taken for what it does not give.
"""

import logging
from collections.abc import Callable, Sequence

from joey.kit.json_rows import fault_of
from joey.marketplaces.port import Found, OfferFacts, UnreadableField
from joey.marketplaces.row_values import Row, if_readable, text

log = logging.getLogger(__name__)

Read = Callable[[Row], OfferFacts]


def read_offer(row: Row, read: Read, *, marketplace: str, named_by: str) -> OfferFacts | None:
    """One item; None, and a line in the log, for one that cannot be read. `named_by`: the field of its id."""
    try:
        if fault := fault_of(row):
            raise UnreadableField(f"it is not JSON that can be relied on: {fault}")
        return read(row)
    except Exception as trouble:  # noqa: BLE001 - its text may quote the row, so one that is no finding of ours is named only
        problem = str(trouble) if isinstance(trouble, UnreadableField) else type(trouble).__name__
        item = if_readable(lambda: text(row, named_by, longest=60), "")
        log.warning("an item of %s (%s) cannot be read: %s", marketplace, item, problem)
        return None


def read_found(rows: Sequence[Row], read: Read, *, marketplace: str, named_by: str, beside: str = "") -> Found:
    """The hits of a search. `beside`: a field that a hit without an id has all the same; without both it is broken."""
    with_id = [row for row in rows if fault_of(row) or row.get(named_by) or (beside and beside not in row)]
    read_rows = (read_offer(row, read, marketplace=marketplace, named_by=named_by) for row in with_id)
    offers = [facts for facts in read_rows if facts]
    return Found(offers, without_id=len(rows) - len(with_id), unreadable=len(with_id) - len(offers))
