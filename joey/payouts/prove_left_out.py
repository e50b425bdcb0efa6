"""Rules about what a restore left out: it stops payouts until two operators agree what became of it."""

from joey.kit.prove import Check
from joey.payouts.left_out import FOUND, HAVE_LEFT, LEFT_OUT

# The events of what two operators have yet to agree about.
_STILL_OPEN = f"""
    SELECT o.subject_key, o.facts ->> 'stopped_by' AS stopped_by FROM record_event o
    WHERE o.kind = '{LEFT_OUT}' AND o.facts ? 'stopped_by' AND NOT EXISTS (
        SELECT FROM record_event f WHERE f.kind = '{FOUND}' AND f.subject_key = o.subject_key
           AND (f.facts ->> 'carried_out')::boolean)
      AND NOT EXISTS (
        SELECT FROM payouts_payout p
        WHERE 'payout:' || p.id = o.subject_key AND p.state IN ({", ".join(f"'{state}'" for state in HAVE_LEFT)}))
"""

LEFT_OUT_RULES = [
    Check(
        "26. What a restore left out was found once, by two distinct operators who agree, neither of them the owner",
        f"""
        SELECT f.subject_key AS payout, f.facts ->> 'by' AS operator, f.facts ->> 'outcome' AS outcome
        FROM record_event f
        LEFT JOIN record_event o ON o.kind = '{LEFT_OUT}' AND o.subject_key = f.subject_key
        LEFT JOIN shops_shop s ON s.id::text = o.facts ->> 'shop'
        WHERE f.kind = '{FOUND}' AND (
            o.id IS NULL OR f.facts ->> 'by' = s.owner_id::text
            OR f.facts ? 'booked' AND NOT ((f.facts ->> 'carried_out')::boolean AND f.facts ->> 'outcome' = 'settled')
            OR (f.facts ->> 'carried_out')::boolean AND NOT EXISTS (
                SELECT FROM record_event e
                WHERE e.kind = f.kind AND e.subject_key = f.subject_key AND e.id < f.id
                  AND e.facts ->> 'outcome' = f.facts ->> 'outcome' AND e.facts ->> 'by' <> f.facts ->> 'by'
                  AND NOT EXISTS (
                      SELECT FROM record_event n
                      WHERE n.kind = e.kind AND n.subject_key = e.subject_key AND n.id > e.id AND n.id < f.id
                        AND n.facts ->> 'by' = e.facts ->> 'by'))
            OR EXISTS (
                SELECT FROM record_event e WHERE e.kind = f.kind AND e.subject_key = f.subject_key AND e.id < f.id
                   AND (e.facts ->> 'carried_out')::boolean))
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
