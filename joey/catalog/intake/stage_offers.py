"""Send clean offers into a temporary table, as fast as PostgreSQL takes them: one stream, a list per column."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import connection
from uuid_utils import uuid7

from joey.catalog.intake.clean_facts import Columns
from joey.kit import sql
from joey.marketplaces.registry import manifest_of

# As `offer_in` holds them; `ordinal` is the place in the whole set, `offer_id` the offer that was asked for,
# `new_id` what its id will be if it is none of ours yet.
COLUMNS = {
    "ordinal": "int",
    "offer_id": "uuid",
    "new_id": "uuid",
    "marketplace": "text",
    "identity": "text",
    "external_id": "text",
    "title": "text",
    "translations": "jsonb",
    "brand": "text",
    "model": "text",
    "gtin": "text",
    "category": "text",
    "seller": "text",
    "seller_kind": "text",
    "ships_from": "text",
    "url": "text",
    "picture_urls": "varchar[]",
    "currency": "text",
    "list_minor": "bigint",
    "now_minor": "bigint",
    "coupon_minor": "bigint",
    "coupon_until": "timestamptz",
    "commission_ppm": "int",
    "volume": "bigint",
    "in_stock": "boolean",
    "as_of": "timestamptz",
    "expires_at": "timestamptz",
    "history_at": "timestamptz[]",
    "history_minor": "bigint[]",
}


@dataclass(frozen=True)
class Staged:
    """What lies in `offer_in`: how many offers, and of which marketplaces."""

    count: int
    marketplaces: frozenset[str]


def stage(chunks: Iterable[Columns], lives: Mapping[str, timedelta] | None = None) -> Staged:
    """Fill `offer_in` from clean columns; besides those of OfferFacts each chunk has `ordinal` and `offer_id`.

    `lives` says how long a price may be shown, where that is not what the marketplace's policy says. Only one chunk is
    in memory at a time. The table ends with the transaction.
    """
    sql.fresh_temp_table("offer_in", ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items()))
    count = 0
    lives = dict(lives or {})
    for chunk in chunks:
        size = len(chunk["ordinal"])
        if not size:
            continue
        # Looked up before the COPY begins: an imported feed is read from a table, and a COPY occupies the connection.
        for marketplace in set(chunk["marketplace"]) - lives.keys():
            lives[marketplace] = manifest_of(marketplace).price_life
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY offer_in ({', '.join(COLUMNS)}) FROM STDIN") as stream,
        ):
            stream.write(_lines(_with_made_ones(chunk, lives)))
        count += size
    sql.execute("ANALYZE offer_in (ordinal)")  # its size is all that the plans need to know
    return Staged(count, frozenset(lives))


def _with_made_ones(chunk: Columns, lives: Mapping[str, timedelta]) -> Columns:
    made: Columns = {"new_id": [uuid7() for _each in chunk["ordinal"]]}
    ends = {(at, place): at + lives[place] for at, place in set(zip(chunk["as_of"], chunk["marketplace"], strict=True))}
    made["expires_at"] = [ends[each] for each in zip(chunk["as_of"], chunk["marketplace"], strict=True)]
    histories = [
        [point for point in points if point[0] < as_of] if points else ()
        for points, as_of in zip(chunk["history"], chunk["as_of"], strict=True)
    ]
    made["history_at"] = [[at for at, _minor in points] if points else () for points in histories]
    made["history_minor"] = [[minor for _at, minor in points] if points else () for points in histories]
    return chunk | made


def _lines(columns: Columns) -> str:
    """The chunk as COPY reads text: a line a row, cells between tabs, \\N for nothing."""
    size = len(columns["ordinal"])
    written = []
    for name, kind in COLUMNS.items():
        values, write = columns[name], _WRITE[kind]
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
