"""Rules about what a restore left out: it stops payouts until two operators agree what became of it."""

from joey.kit.prove import Check
from joey.payouts.left_out import FOUND, HAVE_LEFT, LEFT_OUT
from joey.payouts.resolve_left_out import FINDINGS, JOURNALS_FOUND

_POSSIBLE = ", ".join(f"('{before}', '{found}')" for before, every in FINDINGS.items() for found in every)
_BOOKED = ", ".join(f"'{outcome}'" for outcome in JOURNALS_FOUND)

# The events of what two operators have yet to agree about, or again, with the hold or the pause of that.
_STILL_OPEN = f"""
    SELECT o.subject_key, (
        SELECT e.facts ->> 'stopped_by' FROM record_event e
        WHERE e.kind IN ('{LEFT_OUT}', '{FOUND}') AND e.subject_key = o.subject_key AND e.facts ? 'stopped_by'
        ORDER BY e.id DESC LIMIT 1) AS stopped_by
    FROM record_event o
    WHERE o.kind = '{LEFT_OUT}' AND o.facts ? 'stopped_by' AND NOT coalesce((
        SELECT (f.facts ->> 'carried_out')::boolean FROM record_event f
        WHERE f.kind = '{FOUND}' AND f.subject_key = o.subject_key ORDER BY f.id DESC LIMIT 1), false)
      AND NOT EXISTS (
        SELECT FROM payouts_payout p
        WHERE 'payout:' || p.id = o.subject_key AND p.state IN ({", ".join(f"'{state}'" for state in HAVE_LEFT)}))
"""

LEFT_OUT_RULES = [
    Check(
        "26. What a restore left out was found by two distinct operators who agree, neither of them the owner",
        f"""
        SELECT f.subject_key AS payout, f.facts ->> 'by' AS operator, f.facts ->> 'outcome' AS outcome
        FROM record_event f
        LEFT JOIN record_event o ON o.kind = '{LEFT_OUT}' AND o.subject_key = f.subject_key
        LEFT JOIN shops_shop s ON s.id::text = o.facts ->> 'shop'
        LEFT JOIN LATERAL (
            SELECT e.id, e.facts ->> 'outcome' AS outcome FROM record_event e
            WHERE e.kind = f.kind AND e.subject_key = f.subject_key AND e.id < f.id
              AND (e.facts ->> 'carried_out')::boolean ORDER BY e.id DESC LIMIT 1) AS before ON true
        WHERE f.kind = '{FOUND}' AND (
            o.id IS NULL OR f.facts ->> 'by' = s.owner_id::text
            OR f.facts ? 'booked'
               AND NOT ((f.facts ->> 'carried_out')::boolean AND f.facts ->> 'outcome' IN ({_BOOKED}))
            OR (coalesce(before.outcome, ''), f.facts ->> 'outcome') NOT IN (VALUES {_POSSIBLE})
            -- what was found is asked again by whom finds something else, and stops payouts again
            OR (f.facts ? 'stopped_by') IS DISTINCT FROM (before.id IS NOT NULL AND NOT EXISTS (
                SELECT FROM record_event e WHERE e.kind = f.kind AND e.subject_key = f.subject_key
                   AND e.id > before.id AND e.id < f.id))
            OR f.facts ? 'stopped_by' AND f.facts ->> 'outcome' = before.outcome
            OR (f.facts ->> 'carried_out')::boolean AND NOT EXISTS (
                SELECT FROM record_event e
                WHERE e.kind = f.kind AND e.subject_key = f.subject_key AND e.id < f.id
                  AND (before.id IS NULL OR e.id > before.id)
                  AND e.facts ->> 'outcome' = f.facts ->> 'outcome' AND e.facts ->> 'by' <> f.facts ->> 'by'
                  AND NOT EXISTS (
                      SELECT FROM record_event n
                      WHERE n.kind = e.kind AND n.subject_key = e.subject_key AND n.id > e.id AND n.id < f.id
                        AND n.facts ->> 'by' = e.facts ->> 'by')))
        """,
    ),
    Check(
        "26. What a restore left out holds its shop's payouts, or pauses all, until it is found what became of it",
        f"""
        SELECT o.subject_key AS payout, o.stopped_by FROM ({_STILL_OPEN}) AS o
        WHERE NOT EXISTS (
            SELECT FROM payouts_payouthold h LEFT JOIN payouts_payoutholdclosing c ON c.hold_id = h.id
            WHERE h.id::text = o.stopped_by AND c.hold_id IS NULL)
          AND NOT EXISTS (
            SELECT FROM payouts_payoutpause z LEFT JOIN payouts_payoutpauseending e ON e.pause_id = z.id
            WHERE z.id::text = o.stopped_by AND e.pause_id IS NULL)
        """,
    ),
]
