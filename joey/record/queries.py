"""Reading what happened to a subject."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joey.kit import sql


@dataclass(frozen=True)
class EventRow:
    """One event, as it was written."""

    kind: str
    subject_key: str
    facts: Mapping[str, Any]
    happened_at: datetime
    recorded_at: datetime


def events_of(subject_keys: Sequence[str]) -> list[EventRow]:
    """All events of these subjects in the order they were written. One query."""
    found = sql.rows(
        "SELECT kind, subject_key, facts, happened_at, recorded_at FROM record_event"
        " WHERE subject_key = ANY(%s) ORDER BY id",
        [list(subject_keys)],
    )
    return [EventRow(**{**row, "facts": json.loads(row["facts"])}) for row in found]
