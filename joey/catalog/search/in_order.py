"""Matches of a query in the order of a sort key, from a place on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from joey.catalog.search.documents import MOST, id_of, schema

if TYPE_CHECKING:
    from tantivy import DocAddress, Query, Searcher

SLACK = 8  # a few more than asked for, so that offers with equal keys seldom need a second query
MOST_EQUALS = 100_000


class ListPlace(NamedTuple):
    """An offer's place in a list: how well it matches, its sort key, its id. No two are equal."""

    tier: int
    key: int
    id: UUID


def in_order(
    index: "Searcher", parts: "Sequence[tuple[Any, Query]]", field: str, wanted: int, after: ListPlace | None
) -> list[tuple[int, UUID]]:
    """The first `wanted` matches by (key, id) after `after`.

    Tantivy sorts by the key only, so all matches with the last key are fetched and sorted here.
    """
    lowest = after.key if after is not None else 0
    last = (after.key, after.id) if after is not None else (-1, UUID(int=0))
    found: list[tuple[int, UUID]] = []
    while len(found) < wanted:
        hits, more = _keyed(index, parts, field, lowest, MOST, wanted - len(found) + SLACK)
        if not more:
            return sorted(found + [hit for hit in hits if hit > last])[:wanted]
        edge = max(key for key, _id in hits)
        whole = sorted(found + [hit for hit in hits if hit[0] < edge and hit > last])
        if len(whole) < wanted:
            equals, _more = _keyed(index, parts, field, edge, edge, MOST_EQUALS)
            whole += sorted(hit for hit in equals if hit > last)
        found, lowest = whole, edge + 1
    return found[:wanted]


def _keyed(
    index: "Searcher", parts: "Sequence[tuple[Any, Query]]", field: str, lowest: int, highest: int, limit: int
) -> tuple[list[tuple[int, UUID]], bool]:
    """Matches within a range of keys, lowest key first, and whether there may be more."""
    from tantivy import FieldType, Occur, Order, Query

    if lowest > 0 or highest < MOST:
        parts = [*parts, (Occur.Must, Query.range_query(schema(), field, FieldType.Unsigned, lowest, highest))]
    query = parts[0][1] if len(parts) == 1 else Query.boolean_query(list(parts))
    hits = index.search(query, limit=limit, count=False, order_by_field=field, order=Order.Asc).hits
    places: list[DocAddress] = [place for _key, place in hits]
    high, low = (index.fast_field_values(name, places) for name in ("newest", "low_id"))
    ids = [id_of(int(one or 0), int(other or 0)) for one, other in zip(high, low, strict=True)]
    return [(int(key), id_) for (key, _place), id_ in zip(hits, ids, strict=True)], len(hits) == limit
