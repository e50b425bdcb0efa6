"""Copy clean offers into a temporary table as fast as PostgreSQL takes them: one stream, written column by column."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Annotated, Any
from uuid import UUID

from django.db import connection
from uuid_utils import uuid7

from joey.catalog.intake.clean_facts import Columns
from joey.kit import sql
from joey.kit.sets import Int, JsonText, SetTable, columns_of
from joey.marketplaces.manifest_shape import Content
from joey.marketplaces.registry import manifest_of

# The columns of a chunk that content is in, and what they hold without it. A title is never left out.
_COLUMNS_OF: Mapping[Content, Mapping[str, Any]] = {
    "price": {"list_minor": None, "now_minor": None, "coupon_minor": None, "coupon_until": None, "history": ()},
    "picture": {"picture_urls": ()},
}


@dataclass(frozen=True)
class StagedOffer:
    """A row of `offer_in`: a clean offer on its way into the catalogue."""

    ordinal: Int  # its place in the whole set
    offer_id: UUID | None  # the offer that was asked for
    new_id: UUID  # the id it will have if it is new
    marketplace: str
    identity: str
    external_id: str
    title: str
    translations: JsonText
    brand: str
    model: str
    gtin: str
    category: str
    seller: str
    seller_kind: str
    ships_from: str
    url: str
    picture_urls: Annotated[tuple[str, ...], "varchar[]"]
    currency: str
    list_minor: int | None
    now_minor: int | None
    coupon_minor: int | None
    coupon_until: datetime | None
    commission_ppm: Int
    volume: int | None
    in_stock: bool
    as_of: datetime
    expires_at: datetime
    silent: Annotated[tuple[str, ...], "varchar[]"]
    history_at: Annotated[tuple[datetime, ...], "timestamptz[]"]
    history_minor: Annotated[tuple[int, ...], "bigint[]"]


OFFERS_IN = SetTable("offer_in", StagedOffer)


@dataclass(frozen=True)
class Staged:
    """What `offer_in` contains: how many offers, and of which marketplaces."""

    count: int
    marketplaces: frozenset[str]
    any_silent: bool


def stage(chunks: Iterable[Columns], price_ttl: Mapping[str, timedelta] | None = None) -> Staged:
    """Fill `offer_in` from clean columns; besides the fields of OfferFacts each chunk has `ordinal` and `offer_id`.

    What a marketplace does not let us store and show is left out here, where every offer passes. `price_ttl` is how
    long a price of a marketplace may be shown, where it differs from the manifest's. Only one chunk is in memory at a
    time. The table ends with the transaction.
    """
    OFFERS_IN.create()
    count, any_silent = 0, False
    price_ttl = dict(price_ttl or {})
    left_out: dict[str, frozenset[Content]] = {}
    for chunk in chunks:
        size = len(chunk["ordinal"])
        if not size:
            continue
        # Looked up before the COPY begins: an imported feed is read from a table, and a COPY occupies the connection.
        for marketplace in set(chunk["marketplace"]) - left_out.keys():
            manifest = manifest_of(marketplace)
            left_out[marketplace] = manifest.allowed.left_out
            price_ttl.setdefault(marketplace, manifest.price_life)
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {OFFERS_IN} ({OFFERS_IN.columns}) FROM STDIN") as stream,
        ):
            stream.write(_lines(_with_derived(_allowed_only(chunk, left_out), price_ttl)))
        count += size
        any_silent = any_silent or any(chunk["silent"])
    sql.execute(f"ANALYZE {OFFERS_IN} (ordinal)")  # the plans only need to know its size
    return Staged(count, frozenset(price_ttl), any_silent)


def _allowed_only(chunk: Columns, left_out: Mapping[str, frozenset[Content]]) -> Columns:
    """The chunk without prices and pictures of marketplaces that do not let us have them."""
    allowed = dict(chunk)
    for content, columns in _COLUMNS_OF.items():
        places = [place for place, name in enumerate(chunk["marketplace"]) if content in left_out[name]]
        if places:
            for column, nothing in columns.items():
                allowed[column] = list(chunk[column])
                for place in places:
                    allowed[column][place] = nothing
    return allowed


def _with_derived(chunk: Columns, price_ttl: Mapping[str, timedelta]) -> Columns:
    """The chunk with the columns that OfferFacts does not have."""
    derived: Columns = {"new_id": [uuid7() for _each in chunk["ordinal"]]}
    read = list(zip(chunk["as_of"], chunk["marketplace"], strict=True))
    ends = {(at, marketplace): at + price_ttl[marketplace] for at, marketplace in set(read)}
    derived["expires_at"] = [ends[each] for each in read]
    histories = [
        [point for point in points if point[0] < as_of] if points else ()
        for points, as_of in zip(chunk["history"], chunk["as_of"], strict=True)
    ]
    derived["history_at"] = [[at for at, _minor in points] if points else () for points in histories]
    derived["history_minor"] = [[minor for _at, minor in points] if points else () for points in histories]
    return chunk | derived


def _lines(columns: Columns) -> str:
    """The chunk in COPY's text format: one line per row, cells separated by tabs, \\N for NULL."""
    size = len(columns["ordinal"])
    written = []
    for column in columns_of(StagedOffer):
        values, write = columns[column.name], _WRITE[column.sql_type]
        is_one = size > 1 and values[1] == values[0] and values.count(values[0]) == size
        written.append(write(values[:1]) * size if is_one else write(values))
    return "\n".join(map("\t".join, zip(*written, strict=True))) + "\n"


def _texts(values: list[Any]) -> list[str]:
    together = "".join(values)
    if not any(letter in together for letter in _ESCAPES):
        return values
    return [_escaped(text) for text in values]


def _escaped(text: str) -> str:
    for letter, written in _ESCAPES.items():
        if letter in text:
            text = text.replace(letter, written)
    return text


def _numbers(values: list[Any]) -> list[str]:
    return ["\\N" if value is None else str(value) for value in values]


def _times(values: list[Any]) -> list[str]:
    known = {value: "\\N" if value is None else value.isoformat() for value in set(values)}
    return [known[value] for value in values]


def _objects(values: list[Any]) -> list[str]:
    return [_escaped(json.dumps(value, ensure_ascii=False)) if value else "{}" for value in values]


def _lists(values: list[Any]) -> list[str]:
    return [_escaped("{" + ",".join(map(_quoted, value)) + "}") if value else "{}" for value in values]


def _text_lists(values: list[Any]) -> list[str]:
    together = "".join(chain.from_iterable(values))
    if "\\" in together or '"' in together:
        return _lists(values)
    return ['{"' + '","'.join(value) + '"}' if value else "{}" for value in values]


def _quoted(value: Any) -> str:
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}  # the backslash first
_WRITE: dict[str, Callable[[list[Any]], list[str]]] = {
    "text": _texts,
    "int": _numbers,
    "bigint": _numbers,
    "uuid": _numbers,
    "boolean": _numbers,
    "timestamptz": _times,
    "jsonb": _objects,
    "varchar[]": _text_lists,
    "bigint[]": _lists,
    "timestamptz[]": _lists,
}
