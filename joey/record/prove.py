"""What must always hold of the record: dense numbers, declared facts, kept texts that are what they were."""

from joey.kit.prove import Check
from joey.record.kinds import CODE_CHARS, CODE_MOST, KINDS, Kind
from joey.record.text_refs import TEXT_REFS


def _as_declared(kind: Kind) -> str:
    """An SQL condition on the event `e`: it has the facts of its kind, each of its type, and no others.

    The characters of all codes are looked at together: PostgreSQL builds a regular expression again for each value, and
    one with {1,120} costs more than everything else here.
    """
    known = ", ".join(f"'{name}'" for name in kind.facts)
    parts = [f"e.facts - ARRAY[{known}]::text[] = '{{}}'"]
    for name, fact in kind.facts.items():
        unless_missing = "IS TRUE" if fact.required else "IS NOT FALSE"
        parts.append(f"(jsonb_typeof(e.facts->'{name}') = '{fact.json}') {unless_missing}")
    codes = [f"e.facts->>'{name}'" for name, fact in kind.facts.items() if fact.is_code]
    parts += [f"(octet_length({code}) BETWEEN 1 AND {CODE_MOST}) IS NOT FALSE" for code in codes]
    if codes:
        parts.append(f"concat({', '.join(codes)}) !~ '[^{CODE_CHARS}]'")
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
        "Each event has one number, or waits for it, and each number leads to an event",
        """
        SELECT coalesce(e.id, n.event_id) AS event, n.number, u.xact::text AS waits_since FROM record_event e
        FULL JOIN record_eventnumber n ON n.event_id = e.id
        LEFT JOIN record_unnumbered u ON u.event_id = e.id
        WHERE e.id IS NULL OR (n.number IS NULL) = (u.event_id IS NULL)
        """,
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
        SELECT r.event_id AS event, r.kind, r.text_id AS text FROM ({TEXT_REFS}) r
        LEFT JOIN record_erasabletext t ON t.id = r.text_id
        WHERE t.id IS NULL OR (t.erased_at IS NULL AND encode(sha256(t.salt || t.content), 'hex') <> r.digest)
        """,
    ),
    Check(
        "Each text that was erased was erased at the moment of an event that says so, and each erasure has its reason",
        """
        SELECT min(t.id::text) AS text, t.erased_at, count(*) AS texts, max(e.texts) AS of_events
        FROM record_erasabletext t LEFT JOIN (
            SELECT happened_at, sum(CASE kind WHEN 'payee.changed' THEN 1 ELSE (facts ->> 'texts')::int END) AS texts
            FROM record_event WHERE kind IN ('texts.erased', 'texts.carried_over', 'payee.changed')
              AND facts -> 'first' IS DISTINCT FROM 'true'  -- new payout details erase those before them
            GROUP BY 1
        ) AS e ON e.happened_at = t.erased_at
        WHERE t.erased_at IS NOT NULL GROUP BY t.erased_at HAVING count(*) > coalesce(max(e.texts), 0)
        UNION ALL
        SELECT e.subject_key, e.happened_at, NULL, (e.facts ->> 'texts')::int FROM record_event e
        WHERE e.kind = 'texts.erased' AND NOT EXISTS (
            SELECT FROM record_event w
            WHERE w.kind = 'erasure.made' AND w.subject_key = 'erasure:' || (e.facts ->> 'erasure'))
        """,
    ),
]
