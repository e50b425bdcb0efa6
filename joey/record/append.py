"""Writing down what happened, in the transaction in which it happened."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from joey.kit import sql


def append(
    kind: str, subject_key: str, facts: Mapping[str, object], *, happened_at: datetime, shop_id: UUID | None = None
) -> None:
    """One event. `facts` are plain JSON values; nothing that names a buyer or holds a secret belongs in them."""
    assert sql.inside_transaction(), "an event is written with what it tells of, or not at all"
    sql.execute(
        "INSERT INTO record_event (shop_id, kind, subject_key, facts, happened_at) VALUES (%s, %s, %s, %s, %s)",
        [shop_id, kind, subject_key, Jsonb(dict(facts)), happened_at],
    )


def append_set(query: str, params: sql.Params = None) -> int:
    """Every row of a SELECT (shop_id, kind, subject_key, facts, happened_at, by name) as an event; how many."""
    assert sql.inside_transaction(), "events are written with what they tell of, or not at all"
    return sql.execute(
        "INSERT INTO record_event (shop_id, kind, subject_key, facts, happened_at)"
        f" SELECT shop_id, kind, subject_key, facts, happened_at FROM ({query}) AS given",
        params,
    )
