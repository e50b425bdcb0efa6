"""What must always hold of the record: dense numbers, declared facts, kept texts that are what they were."""

from joey.kit.prove import Check
from joey.record.kinds import CODE_PATTERN, KINDS, Kind

_TEXT_FACTS = sorted((kind.name, name) for kind in KINDS.values() for name, fact in kind.facts.items() if fact.is_text)


def _as_declared(kind: Kind) -> str:
    """An SQL condition on the event `e`: it has the facts of its kind, and no others."""
    known = ", ".join(f"'{name}'" for name in kind.facts)
    parts = [f"e.facts - ARRAY[{known}]::text[] = '{{}}'"]
    for name, fact in kind.facts.items():
        fits = f"jsonb_typeof(e.facts->'{name}') = '{fact.json}'"
        fits += f" AND e.facts->>'{name}' ~ '{CODE_PATTERN}'" if fact.is_code else ""
        parts.append(f"coalesce({fits}, {'false' if fact.required else 'true'})")
    return " AND ".join(parts)


# Only events of the version that kinds.py declares now: older ones were checked by the code of their time.
_FACTS = " ".join(
    f"WHEN '{kind.name}' THEN e.version <> {kind.version} OR ({_as_declared(kind)})" for kind in KINDS.values()
)

CHECKS = [
    Check(
        "Event numbers run from 1 without a gap",
        "SELECT count(*) AS numbers, min(number) AS first, max(number) AS last FROM record_eventnumber"
        " HAVING count(*) > 0 AND (min(number), max(number)) <> (1, count(*))",
    ),
    Check(
        "Each event has one number, or waits for it",
        """
        SELECT e.id AS event, n.number, u.xact::text AS waits_since FROM record_event e
        LEFT JOIN record_eventnumber n ON n.event_id = e.id
        LEFT JOIN record_unnumbered u ON u.event_id = e.id
        WHERE (n.number IS NULL) = (u.event_id IS NULL)
        """,
    ),
    Check(
        "Each event number leads to an event",
        "SELECT n.number FROM record_eventnumber n"
        " WHERE NOT EXISTS (SELECT FROM record_event e WHERE e.id = n.event_id)",
    ),
    Check(
        "Each event has the facts that its kind declares",
        # OFFSET 0: the long condition is planned once, and not for each day's partition
        "SELECT e.id AS event, e.kind, e.facts::text FROM (SELECT * FROM record_event OFFSET 0) e"
        f" WHERE NOT (CASE e.kind {_FACTS} ELSE false END)",
    ),
    Check(
        "Each text that an event refers to is the one that was kept, or was erased",
        f"""
        SELECT e.id AS event, e.kind FROM record_event e
        JOIN (VALUES {", ".join(f"('{kind}', '{name}')" for kind, name in _TEXT_FACTS)}) AS declared (kind, name)
          ON declared.kind = e.kind AND e.facts ? declared.name
        LEFT JOIN record_erasabletext t ON t.id = split_part(e.facts->>declared.name, ':', 1)::uuid
        WHERE t.id IS NULL
           OR (t.erased_at IS NULL
               AND encode(sha256(t.salt || t.content), 'hex') <> split_part(e.facts->>declared.name, ':', 2))
        """,
    ),
]
