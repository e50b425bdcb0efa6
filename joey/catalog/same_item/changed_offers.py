"""Read the offers of a marketplace that changed, in the order of their changes, and keep how far each step got."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal
from uuid import UUID

from joey.catalog.price_now import sql_price_at
from joey.catalog.same_item.facts import ItemFacts, facts_of
from joey.kit import sql

Step = Literal["counted_seq", "compared_seq"]

_FACTS = f"""o.id, o.seq, o.marketplace, o.title, o.translations, o.brand, o.model, o.gtin, o.currency,
    o.withdrawn_at IS NOT NULL AS withdrawn, {sql_price_at("o", "o.as_of")} AS price_minor"""


def exclusive() -> None:
    """Hold the lock until the transaction ends: a batch reads what the batch before it decided."""
    sql.lock_until_end("catalog:same_item")


def changed_offers(marketplace: str, *, after: int, until: int | None, batch: int) -> list[dict[str, Any]]:
    """The next offers that changed after `after` and not after `until`, oldest change first. One query."""
    return sql.rows(
        f"""
        SELECT {_FACTS} FROM catalog_offer o
        WHERE marketplace = %(marketplace)s AND seq > %(after)s AND seq <= coalesce(%(until)s, seq)
        ORDER BY seq LIMIT %(batch)s
        """,
        {"marketplace": marketplace, "after": after, "until": until, "batch": batch},
    )


def offers_with(ids: Iterable[UUID]) -> list[dict[str, Any]]:
    """These offers, in no order. One query."""
    return sql.rows(f"SELECT {_FACTS} FROM catalog_offer o WHERE id = ANY(%s)", [list(ids)])


def item_facts(row: Mapping[str, Any]) -> ItemFacts:
    """What a row of the queries above says of its item."""
    translations = row["translations"]
    return facts_of(
        title=row["title"],
        translations=json.loads(translations) if isinstance(translations, str) else translations,
        brand=row["brand"],
        model=row["model"],
        gtin=row["gtin"],
        price_minor=row["price_minor"],
        currency=row["currency"],
    )


def cursor_of(marketplace: str) -> dict[str, Any]:
    """How far the marketplace's changes have been counted and compared; zero at first."""
    sql.execute(
        "INSERT INTO catalog_samecursor (marketplace, counted_seq, compared_seq) VALUES (%s, 0, 0)"
        " ON CONFLICT (marketplace) DO NOTHING",
        [marketplace],
    )
    found = sql.one("SELECT * FROM catalog_samecursor WHERE marketplace = %s", [marketplace])
    assert found is not None
    return found


def move_cursor(marketplace: str, step: Step, seq: int) -> None:
    """Keep that the changes up to `seq` are done."""
    sql.execute(f"UPDATE catalog_samecursor SET {step} = %s WHERE marketplace = %s", [seq, marketplace])
