"""Writing down what happened, in the transaction in which it happened."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from joey.kit import sql
from joey.kit.security_log import NOTE_RECORDED, note_recorded
from joey.record.kinds import CODE_PATTERN, SAMPLE, SECURITY, VERSION_SQL, check_facts, check_shapes, version_of

_SECURITY = ", ".join(f"'{kind}'" for kind in SECURITY)
_INSERT = "INSERT INTO record_event (shop_id, kind, version, subject_key, facts, happened_at)"


def append(
    kind: str, subject_key: str, facts: Mapping[str, object], *, happened_at: datetime, shop_id: UUID | None = None
) -> None:
    """One event, with the facts that its kind declares (kinds.py). Raises NotAsDeclared, a programmer's error."""
    assert sql.inside_transaction(), "an event is written with what it is about, or not at all"
    check_facts(kind, facts)
    sql.execute(
        f"WITH written AS ({_INSERT} VALUES (%s, %s, %s, %s, %s, %s) RETURNING id)"
        " INSERT INTO record_unnumbered (event_id) SELECT id FROM written",
        [shop_id, kind, version_of(kind), subject_key, Jsonb(dict(facts)), happened_at],
    )
    if kind in SECURITY:
        note_recorded(kind, person=_person(facts.get("by")), about=subject_key, facts=facts)


def append_set(query: str, params: sql.Params = None) -> int:
    """Every row of a SELECT (shop_id, kind, subject_key, facts, happened_at, by name) as an event; how many.

    Raises NotAsDeclared for a kind, or the facts of one, that kinds.py does not declare: every kind is checked, and the
    facts of about SAMPLE events of each, spread over the set, or of all when there are fewer. `prove` checks them all.
    """
    assert sql.inside_transaction(), "events are written with what they are about, or not at all"
    shapes = sql.tuples(
        f"""
        WITH written AS (
            {_INSERT}
            SELECT shop_id, kind, {VERSION_SQL}, subject_key, facts, happened_at FROM ({query}) AS given
            RETURNING id, kind, subject_key, facts
        ), queued AS (
            INSERT INTO record_unnumbered (event_id) SELECT id FROM written
        ), noted AS (
            {NOTE_RECORDED} FROM written WHERE kind IN ({_SECURITY})
        ), kinds AS (
            SELECT kind, count(*) AS events FROM written GROUP BY kind
        ), sample AS (
            SELECT kind, facts FROM (SELECT kind, facts, row_number() OVER () AS place FROM written) AS placed
            JOIN kinds USING (kind) WHERE mod(place, 1 + events / {SAMPLE}) = 0
        )
        SELECT kind, NULL, NULL, events, (SELECT count(*) FROM sample WHERE sample.kind = kinds.kind), true FROM kinds
        UNION ALL
        SELECT kind, key, jsonb_typeof(value), count(*), 0, bool_and(value #>> '{{}}' ~ '{CODE_PATTERN}')
        FROM sample CROSS JOIN LATERAL jsonb_each(facts) GROUP BY 1, 2, 3
        """,
        params,
    )
    return check_shapes(shapes)


def _person(by: object) -> UUID | None:
    try:
        return UUID(str(by))
    except ValueError:  # "rule", "terminal"
        return None
