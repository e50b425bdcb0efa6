"""Rules about what stops payouts: the questions that answers open, holds and pauses, and what was sent in spite of one.

What came first is read from the database's own clock: answers and the ends of questions are written under the lock of
their file, so these times are in the order of the locks. Not from the times of what follows from them: a restore books
that again.
"""

from joey.kit.prove import Check

_OPEN_HOLD = "NOT EXISTS (SELECT FROM payouts_payoutholdclosing c WHERE c.hold_id = h.id)"

# The operator that an event names; the other words are a terminal and an answer of the rail.
_BY = "CASE WHEN facts ->> 'by' NOT IN ('terminal', 'answer') THEN facts ->> 'by' END"

# Each answer about a transfer, beside the journals of the transfer that were there when it came. Rows of one answer
# share its bytes; journals of overpayments have their number behind the attempt's. A journal was there since the answer
# or the finding that it follows from: a restore books it again later, and carries these over with their times. A file
# that was refused is what rejected its transfers unless they became unknown by then.
_SAID = """
    WITH said AS MATERIALIZED (
        SELECT a.id AS attempt, a.payout_id || ':' || a.number AS reference, min(w.id) AS answer,
               min(w.asked_at) AS asked_at, min(w.recorded_at) AS recorded_at,
               CASE WHEN count(DISTINCT w.outcome) = 1 THEN min(w.outcome) ELSE 'several' END AS outcome,
               bool_and((w.amount_minor, w.currency) IS NOT DISTINCT FROM (p.amount_minor, p.currency)) AS as_promised
        FROM payouts_answer w JOIN payouts_payoutattempt a ON a.id = w.attempt_id
        JOIN payouts_payout p ON p.id = a.payout_id GROUP BY a.id, w.content_id
    ), follows AS (
        SELECT said.reference, must.kind, said.recorded_at AS at FROM said
        JOIN (VALUES ('settled', 'payout.settled'), ('rejected', 'payout.rejected'),
                     ('returned', 'payout.settled'), ('returned', 'payout.returned')) AS must (outcome, kind)
          ON must.outcome = said.outcome AND said.as_promised
        UNION ALL
        SELECT a.payout_id || ':' || a.number, 'payout.rejected', w.recorded_at FROM payouts_answer w
        JOIN payouts_payoutattempt a ON a.file_id = w.file_id
        WHERE w.attempt_id IS NULL AND w.outcome = 'refused' AND NOT EXISTS (
            SELECT FROM payouts_payouthold h
            WHERE h.attempt_id = a.id AND h.cause = 'unknown' AND h.placed_at <= w.asked_at)
        UNION ALL
        SELECT concat_ws(':', a.payout_id, a.number, d.overpayment), CASE WHEN d.overpayment IS NULL
                   THEN 'payout.' || d.outcome WHEN d.outcome = 'returned' THEN 'payout.recovered'
                   ELSE 'payout.overpaid' END, c.recorded_at
        FROM payouts_decision d JOIN payouts_payoutattempt a ON a.id = d.attempt_id
        JOIN payouts_payoutholdclosing c ON c.hold_id = d.hold_id WHERE d.carried_out
    ), booked AS (
        SELECT split_part(j.reference, ':', 1) || ':' || split_part(j.reference, ':', 2) AS reference, j.kind::text,
               coalesce(since.at, j.recorded_at) AS at
        FROM ledger_journal j LEFT JOIN (SELECT reference, kind, min(at) AS at FROM follows GROUP BY 1, 2) AS since
          ON (since.reference, since.kind) = (j.reference, j.kind)
        WHERE j.kind LIKE 'payout.%'
    )
    SELECT said.*, coalesce(array_agg(b.kind) FILTER (WHERE b.at < said.recorded_at), '{}') AS booked
    FROM said LEFT JOIN booked b ON b.reference = said.reference
    GROUP BY said.attempt, said.reference, said.answer, said.asked_at, said.recorded_at, said.outcome, said.as_promised
"""
# What the rail may say of a transfer, by what is booked of it (docs/money.md, "Payouts").
_FITS = """
    s.as_promised AND CASE
        WHEN cardinality(array_positions(booked, 'payout.overpaid'))
             > cardinality(array_positions(booked, 'payout.recovered'))
             AND (NOT booked @> '{payout.settled}' OR booked && '{payout.returned, payout.not_paid}')
             THEN s.outcome = 'settled'
        WHEN booked @> '{payout.not_paid}' THEN s.outcome IN ('rejected', 'returned')
        WHEN booked @> '{payout.returned}' THEN s.outcome = 'returned'
        WHEN booked @> '{payout.settled}' THEN s.outcome IN ('settled', 'returned')
        WHEN booked @> '{payout.rejected}' THEN s.outcome = 'rejected'
        ELSE s.outcome NOT IN ('several', 'unreadable') END
"""
_IN_TRANSIT = "NOT booked && '{payout.settled, payout.rejected}'"

# An answer locks nothing of other files, so a file that passes the gate in that very moment still leaves. A transaction
# of ours that idles for a minute is ended (idle_in_transaction_session_timeout); after that the gate sees the hold.
_MOMENT = "interval '1 minute'"
_GRACE = f"CASE WHEN h.cause = 'operator' OR h.placed_by_id IS NOT NULL THEN interval '0' ELSE {_MOMENT} END"

HOLDS = [
    Check(
        "26. Nothing was submitted while a hold or a pause was in force",
        f"""
        SELECT s.id AS submission, a.payout_id AS payout, h.id AS hold FROM payouts_submission s
        JOIN payouts_payoutattempt a ON a.file_id = s.file_id AND a.state <> 'withdrawn'
        JOIN payouts_payouthold h ON h.shop_id = a.shop_id AND (h.payout_id IS NULL OR h.payout_id = a.payout_id)
        LEFT JOIN payouts_payoutholdclosing c ON c.hold_id = h.id
        WHERE h.recorded_at < s.recorded_at - {_GRACE}
          AND (c.recorded_at IS NULL OR c.recorded_at > s.recorded_at)
        UNION ALL
        SELECT s.id, NULL, z.id FROM payouts_submission s
        JOIN payouts_payoutpause z ON z.recorded_at < s.recorded_at
        LEFT JOIN payouts_payoutpauseending e ON e.pause_id = z.id
        WHERE e.recorded_at IS NULL OR e.recorded_at > s.recorded_at
        """,
    ),
    Check(
        "27. Each answer fits what was booked when it came, or opened a question, which was a hold",
        f"""
        SELECT s.attempt, s.answer, s.outcome, s.booked FROM ({_SAID}) s
        WHERE NOT ({_FITS}) AND NOT EXISTS (
            SELECT FROM payouts_payouthold h LEFT JOIN payouts_payoutholdclosing c ON c.hold_id = h.id
            WHERE h.attempt_id = s.attempt AND (h.recorded_at < s.recorded_at OR h.placed_at = s.asked_at)
              AND h.cause = CASE WHEN s.outcome = 'unreadable' AND {_IN_TRANSIT} THEN 'unknown' ELSE 'contradiction' END
              AND (c.recorded_at IS NULL OR c.recorded_at > s.recorded_at))
        """,
    ),
    Check(
        "27. Each answer fits what is booked, or a hold asks about it",
        f"""
        WITH latest AS (
            SELECT DISTINCT ON (attempt_id) * FROM payouts_answer WHERE attempt_id IS NOT NULL
            ORDER BY attempt_id, id DESC
        )
        SELECT w.id AS answer, w.outcome, w.amount_minor, a.state AS booked FROM latest w
        JOIN payouts_payoutattempt a ON a.id = w.attempt_id JOIN payouts_payout p ON p.id = a.payout_id
        WHERE NOT ((w.amount_minor, w.currency) IS NOT DISTINCT FROM (p.amount_minor, p.currency) AND (
                  w.outcome = a.state OR (a.state = 'unknown' AND w.outcome = 'accepted')
                  OR (a.state = 'not_paid' AND w.outcome IN ('rejected', 'returned'))))
          AND NOT EXISTS (SELECT FROM payouts_payouthold h WHERE h.attempt_id = a.id AND {_OPEN_HOLD}
                          AND h.cause IN ('unknown', 'contradiction'))
          AND NOT EXISTS (SELECT FROM payouts_decision d WHERE d.attempt_id = a.id AND d.carried_out)
        """,
    ),
    Check(
        "27. A transfer that is unknown or came back holds its shop's payouts until that is cleared",
        f"""
        SELECT a.id AS attempt, a.state FROM payouts_payoutattempt a
        WHERE (a.state = 'unknown' AND NOT EXISTS (
                   SELECT FROM payouts_payouthold h WHERE h.attempt_id = a.id AND {_OPEN_HOLD}))
           OR (a.state = 'returned' AND NOT EXISTS (
                   SELECT FROM payouts_payouthold h WHERE h.attempt_id = a.id AND h.cause = 'returned'))
        """,
    ),
    Check(
        "27. Each answer or finding that opened a question by what it says is kept",
        """
        SELECT h.id AS hold, h.attempt_id AS attempt, h.cause FROM payouts_payouthold h
        WHERE h.cause IN ('contradiction', 'returned') AND NOT EXISTS (
            SELECT FROM payouts_answer w
            WHERE h.placed_by_id IS NULL AND (w.attempt_id, w.asked_at) = (h.attempt_id, h.placed_at))
          AND NOT EXISTS (
            SELECT FROM payouts_decision d
            WHERE (d.hold_id, d.operator_id, d.at) = (h.id, h.placed_by_id, h.placed_at))
        """,
    ),
    Check(
        "27. Each transfer that was contradicted or became unknown has the hold of that time",
        """
        SELECT a.id AS attempt, e.kind, e.happened_at FROM record_event e
        JOIN payouts_payoutattempt a
          ON e.subject_key = 'payout:' || a.payout_id AND a.number = (e.facts ->> 'number')::int
        WHERE e.kind IN ('payout.contradicted', 'payout.unknown') AND NOT EXISTS (
            SELECT FROM payouts_payouthold h WHERE h.attempt_id = a.id AND CASE e.kind
                WHEN 'payout.unknown' THEN h.cause = 'unknown'
                     AND (h.recorded_at < e.recorded_at OR h.placed_at = e.happened_at)
                ELSE h.cause = 'contradiction' AND h.id::text = e.facts ->> 'hold' END)
        """,
    ),
    Check(
        "19. Holds on payouts and pauses are the ones that were recorded, and so are their endings",
        f"""
        SELECT coalesce(h.id::text, e.facts ->> 'hold') AS hold, e.kind FROM payouts_payouthold h
        FULL JOIN (SELECT *, {_BY} AS by FROM record_event WHERE kind = 'payout.held') e
             ON e.facts ->> 'hold' = h.id::text
        WHERE h.id IS NULL OR e.id IS NULL OR (e.subject_key, e.facts ->> 'cause', e.by, e.happened_at)
              IS DISTINCT FROM (coalesce('payout:' || h.payout_id, 'shop:' || h.shop_id), h.cause::text,
                                h.placed_by_id::text, h.placed_at)
        UNION ALL
        SELECT coalesce(c.hold_id::text, e.facts ->> 'hold'), e.kind FROM payouts_payoutholdclosing c
        FULL JOIN (SELECT *, {_BY} AS by FROM record_event WHERE kind = 'payout.hold_released') e
             ON e.facts ->> 'hold' = c.hold_id::text
        WHERE (e.by, e.happened_at) IS DISTINCT FROM (c.closed_by_id::text, c.closed_at) OR e.id IS NULL
        UNION ALL
        SELECT coalesce(z.id::text, e.subject_key), e.kind FROM payouts_payoutpause z
        FULL JOIN (SELECT *, {_BY} AS by FROM record_event WHERE kind = 'payouts.paused') e
             ON e.subject_key = 'pause:' || z.id
        WHERE (e.by, e.happened_at) IS DISTINCT FROM (z.placed_by_id::text, z.placed_at) OR e.id IS NULL
        UNION ALL
        SELECT coalesce(n.pause_id::text, e.subject_key), e.kind FROM payouts_payoutpauseending n
        FULL JOIN (SELECT *, {_BY} AS by FROM record_event WHERE kind = 'payouts.resumed') e
             ON e.subject_key = 'pause:' || n.pause_id
        WHERE (e.by, e.happened_at) IS DISTINCT FROM (n.ended_by_id::text, n.ended_at) OR e.id IS NULL
        """,
    ),
]
