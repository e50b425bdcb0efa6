"""Reading what happened: to a subject, or everything in order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from joey.kit import sql
from joey.kit.partitions import first_id_of, moment_of
from joey.record.erasable import TextRef, texts_of
from joey.record.kinds import KINDS
from joey.record.text_refs import TEXT_REFS, WITH_TEXTS

# Keeps the empty days ahead, and the default partition, out of the plan. Five minutes for a statement at midnight.
_TOMORROW = "joey_first_id_of(((statement_timestamp() + interval '5 minutes') AT TIME ZONE 'UTC')::date + 1)"
CLOCKS_APART = timedelta(days=1)  # between the host that made a subject's id and the database that made the event's


@dataclass(frozen=True)
class EventRow:
    """One event, as it was written."""

    kind: str
    version: int
    subject_key: str
    facts: dict[str, Any]
    happened_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class NumberedEvent:
    """An event with its place in the order of commits."""

    number: int
    id: UUID
    shop_id: UUID | None
    event: EventRow


def events_of(subject_keys: Sequence[str], *, since: datetime | None = None) -> list[EventRow]:
    """All events of these subjects in the order they were written, from `since` on. One query.

    It reads the days from the oldest subject's on: nothing happened to a subject before it was made, and a key of ours
    ends in a UUIDv7. Keys of another form ("plan:3") say no day, so the index of every day is looked into.
    """
    first = since or min((_made_at(key) for key in subject_keys), default=_BEGINNING) - CLOCKS_APART
    found = sql.rows(
        "SELECT kind, version, subject_key, facts, happened_at, recorded_at FROM record_event"
        f" WHERE subject_key = ANY(%s) AND id >= %s AND id < {_TOMORROW} ORDER BY id",
        [list(subject_keys), first_id_of(first)],
    )
    return [_event_row(row) for row in found]


def with_texts(events: Sequence[EventRow]) -> list[EventRow]:
    """The events with each reference to a kept text replaced by the text, "" where it was erased. One query."""
    refs = {
        (at, name): ref.id
        for at, event in enumerate(events)
        for name, ref in _texts_in(event.kind, event.facts).items()
    }
    texts = texts_of(list(refs.values())) if refs else {}
    return [
        replace(event, facts=event.facts | {name: texts[ref] or "" for (of, name), ref in refs.items() if of == at})
        for at, event in enumerate(events)
    ]


def texts_about(subject_key: str) -> dict[UUID, UUID | None]:
    """The id of each kept text that an event of this subject refers to, with the shop of the event. One query."""
    found = sql.tuples(
        "SELECT kind, facts, shop_id FROM record_event WHERE subject_key = %s AND kind = ANY(%s)",
        [subject_key, WITH_TEXTS],
    )
    return {ref.id: shop_id for kind, facts, shop_id in found for ref in _texts_in(kind, json.loads(facts)).values()}


@dataclass(frozen=True)
class DecisionBefore:
    """An event of another database that an operator caused; `reason` is None where it was erased."""

    subject_key: str
    by: str
    happened_at: datetime
    reason: str | None


def decisions_before(before: psycopg.Connection, kind: str) -> list[DecisionBefore]:
    """The events of this kind in the database that a restore replaces."""
    found = before.execute(
        "SELECT e.subject_key, e.facts ->> 'by', e.happened_at, convert_from(t.content, 'UTF8') FROM record_event e"
        " LEFT JOIN record_erasabletext t ON t.id::text = split_part(e.facts ->> 'reason', ':', 1)"
        " WHERE e.kind = %s ORDER BY e.id",
        [kind],
    )
    return [DecisionBefore(*row) for row in found.fetchall()]


def subjects_of_shop(shop_id: UUID) -> list[str]:
    """The subjects with a text that is there still, and that is the shop's or of an event of the shop.

    Reads every event of a kind that may have a text, of the whole instance.
    """
    found = sql.tuples(
        f"SELECT DISTINCT r.subject_key FROM ({TEXT_REFS}) r JOIN record_erasabletext t ON t.id = r.text_id"
        " WHERE t.erased_at IS NULL AND (t.shop_id = %(shop)s OR r.shop_id = %(shop)s) ORDER BY 1",
        {"shop": shop_id},
    )
    return [subject_key for (subject_key,) in found]


def follow(after: int, *, limit: int = 1000) -> list[NumberedEvent]:
    """The next events by number, up to `limit`; give the last one's number as the next `after`. Two queries.

    Nothing is missed, whatever the order in which transactions commit (number_events.py says why). Reads only the days
    that the ids name.
    """
    numbers = sql.tuples(
        "SELECT event_id, number FROM record_eventnumber WHERE number > %s ORDER BY number LIMIT %s", [after, limit]
    )
    found = sql.rows(
        "SELECT id, shop_id, kind, version, subject_key, facts, happened_at, recorded_at FROM record_event"
        " WHERE id = ANY(%s)",
        [[event_id for event_id, _number in numbers]],
    )
    by_id = {row["id"]: row for row in found}
    return [
        NumberedEvent(number, event_id, by_id[event_id].pop("shop_id"), _event_row(by_id[event_id]))
        for event_id, number in numbers
    ]


def _texts_in(kind: str, facts: dict[str, Any]) -> dict[str, TextRef]:
    """Those facts of an event that refer to a kept text."""
    declared = KINDS[kind].facts
    return {
        name: TextRef.from_fact(value) for name, value in facts.items() if (fact := declared.get(name)) and fact.is_text
    }


def _event_row(row: dict[str, Any]) -> EventRow:
    return EventRow(**{name: row[name] for name in EventRow.__dataclass_fields__} | {"facts": json.loads(row["facts"])})


def _made_at(subject_key: str) -> datetime:
    """When the subject's id was made; the beginning of all time where the key does not say."""
    try:
        made = UUID(subject_key.rpartition(":")[2])
    except ValueError:
        return _BEGINNING
    return moment_of(made) if made.version == 7 else _BEGINNING


_BEGINNING = moment_of(UUID(int=0)) + CLOCKS_APART
