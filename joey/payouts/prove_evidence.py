"""Rules about what has to exist before money leaves and after: payee, approvals, submissions, answers, holds."""

from joey.kit.prove import Check
from joey.payouts.first_limits import FIRST_LIMITS

# The fact of an event that refers to a kept text, from a row's two columns.
_REF = "{0}.{1}_id || ':' || encode({0}.{1}_sha256, 'hex')"
_FIRST = ", ".join(
    f"('{currency}', {floor}, {below}, {two}, {day})" for currency, (floor, below, two, day) in FIRST_LIMITS.items()
)
_OPEN_HOLD = "NOT EXISTS (SELECT FROM payouts_payoutholdclosing c WHERE c.hold_id = h.id)"

EVIDENCE = [
    Check(
        "23. A payout goes to the payee version and the details that were requested",
        f"""
        SELECT p.id AS payout, p.payee_id AS payee, e.facts ->> 'payee' AS requested FROM payouts_payout p
        LEFT JOIN record_event e ON e.kind IN ('payout.requested', 'payout.carried_over')
             AND e.subject_key = 'payout:' || p.id
        WHERE (e.facts ->> 'payee', e.facts ->> 'details', e.facts ->> 'amount_minor', e.facts ->> 'currency')
              IS DISTINCT FROM (p.payee_id::text, {_REF.format("p", "details")}, p.amount_minor::text, p.currency::text)
        """,
    ),
    Check(
        "23. A payee version is the one that its event recorded, and its pause was over when a payout was requested",
        f"""
        SELECT y.id AS payee, p.id AS payout, y.usable_from FROM payouts_payee y
        LEFT JOIN record_event e ON e.kind = 'payee.changed' AND e.subject_key = 'payee:' || y.id
        LEFT JOIN payouts_payout p ON p.payee_id = y.id
        WHERE (e.facts ->> 'details', (e.facts ->> 'version')::int, (e.facts ->> 'usable_from')::timestamptz)
              IS DISTINCT FROM ({_REF.format("y", "details")}, y.version, y.usable_from)
           OR y.usable_from < y.changed_at + interval '72 hours' OR p.requested_at < y.usable_from
           OR p.shop_id <> y.shop_id OR p.rail <> y.rail
        """,
    ),
    Check(
        "23. A payout and its payee version have the same details, while both are kept",
        """
        SELECT p.id AS payout, y.id AS payee FROM payouts_payout p JOIN payouts_payee y ON y.id = p.payee_id
        JOIN record_erasabletext mine ON mine.id = p.details_id
        JOIN record_erasabletext theirs ON theirs.id = y.details_id
        WHERE mine.content <> theirs.content
        """,
    ),
    Check(
        "24. An approved payout has the approvals that the limits then required",
        """
        SELECT p.id AS payout, p.amount_minor, p.currency, count(DISTINCT a.operator_id) AS approvals
        FROM payouts_payout p JOIN shops_shop s ON s.id = p.shop_id
        LEFT JOIN LATERAL (
            SELECT * FROM payouts_payoutlimits l WHERE l.currency = p.currency AND l.from_at <= p.decided_at
            ORDER BY l.version DESC LIMIT 1) AS l ON true
        LEFT JOIN payouts_approval a ON a.payout_id = p.id AND a.operator_id <> s.owner_id
        WHERE p.state NOT IN ('requested', 'refused')
        GROUP BY p.id, l.id, l.two_from_minor, l.by_rule_below_minor
        HAVING l.id IS NULL OR count(DISTINCT a.operator_id) < CASE
            WHEN p.amount_minor >= l.two_from_minor THEN 2
            WHEN (SELECT sum(q.amount_minor) FROM payouts_payout q
                  WHERE q.shop_id = p.shop_id AND q.currency = p.currency AND q.state NOT IN ('failed', 'refused')
                    AND q.requested_at > p.requested_at - interval '24 hours' AND q.requested_at <= p.requested_at)
                 >= l.by_rule_below_minor THEN 1
            ELSE 0 END
        """,
    ),
    Check(
        "24. Each approval was recorded when it was given",
        """
        SELECT a.payout_id AS payout, a.operator_id AS operator FROM payouts_approval a
        WHERE NOT EXISTS (
            SELECT FROM record_event e WHERE e.kind IN ('payout.approved', 'payout.approved_once')
            AND e.subject_key = 'payout:' || a.payout_id AND e.facts ->> 'by' = a.operator_id::text)
        """,
    ),
    Check(
        "31. Each version of the limits is the one that its event recorded, or came with Joey",
        f"""
        SELECT l.currency, l.version FROM payouts_payoutlimits l
        LEFT JOIN record_event e ON e.kind = 'payout_limits.published'
             AND e.subject_key = 'payout_limits:' || l.currency AND (e.facts ->> 'version')::int = l.version
        LEFT JOIN (VALUES {_FIRST}) AS first (currency, floor, below, two, day)
             ON first.currency = l.currency AND l.version = 1 AND l.published_by_id IS NULL
        WHERE (l.floor_minor, l.by_rule_below_minor, l.two_from_minor, l.per_operator_day_minor) IS DISTINCT FROM
              (coalesce((e.facts ->> 'floor_minor')::bigint, first.floor),
               coalesce((e.facts ->> 'by_rule_below_minor')::bigint, first.below),
               coalesce((e.facts ->> 'two_from_minor')::bigint, first.two),
               coalesce((e.facts ->> 'per_operator_day_minor')::bigint, first.day))
           OR (l.published_by_id::text, l.from_at) IS DISTINCT FROM
              (e.facts ->> 'by', coalesce((e.facts ->> 'from_at')::timestamptz, '2000-01-01 00:00+00'))
        """,
    ),
    Check(
        "26. What may have left was submitted first, to its own rail account",
        """
        SELECT a.id AS attempt, a.state, f.message_id FROM payouts_payoutattempt a
        JOIN payouts_payoutfile f ON f.id = a.file_id
        WHERE (a.state NOT IN ('prepared', 'withdrawn')) <> EXISTS (
            SELECT FROM payouts_submission s WHERE s.file_id = f.id AND s.rail_account = f.rail_account)
        """,
    ),
    Check(
        "26. Nothing was submitted after a receipt or an answer, nor to another rail account",
        """
        SELECT s.id AS submission, f.message_id FROM payouts_submission s
        JOIN payouts_payoutfile f ON f.id = s.file_id
        WHERE s.rail_account <> f.rail_account OR EXISTS (
            SELECT FROM payouts_answer w
            WHERE w.file_id = f.id AND w.outcome <> 'not_known' AND w.submission_id < s.id)
        """,
    ),
    Check(
        "26. Nothing was submitted while a hold or a pause was in force",
        """
        SELECT s.id AS submission, a.payout_id AS payout, h.id AS hold FROM payouts_submission s
        JOIN payouts_payoutattempt a ON a.file_id = s.file_id AND a.state <> 'withdrawn'
        JOIN payouts_payouthold h ON h.shop_id = a.shop_id AND (h.payout_id IS NULL OR h.payout_id = a.payout_id)
        LEFT JOIN payouts_payoutholdclosing c ON c.hold_id = h.id
        WHERE h.cause = 'operator' AND h.recorded_at < s.recorded_at
          AND (c.recorded_at IS NULL OR c.recorded_at > s.recorded_at)
        UNION ALL
        SELECT s.id, NULL, z.id FROM payouts_submission s
        JOIN payouts_payoutpause z ON z.recorded_at < s.recorded_at
        LEFT JOIN payouts_payoutpauseending e ON e.pause_id = z.id
        WHERE e.recorded_at IS NULL OR e.recorded_at > s.recorded_at
        """,
    ),
    Check(
        "26. What became of a transfer follows from an answer of its rail or from two operators",
        """
        SELECT a.id AS attempt, a.state FROM payouts_payoutattempt a JOIN payouts_payout p ON p.id = a.payout_id
        WHERE a.state NOT IN ('prepared', 'withdrawn', 'submitted', 'unknown')
          AND NOT EXISTS (
              SELECT FROM payouts_answer w WHERE w.file_id = a.file_id
              AND ((w.attempt_id = a.id AND w.outcome = a.state AND (w.amount_minor, w.currency)
                    = (p.amount_minor, p.currency))
                   OR (a.state = 'accepted' AND w.outcome NOT IN ('not_known', 'refused'))
                   OR (a.state = 'rejected' AND w.attempt_id IS NULL AND w.outcome = 'refused')))
          AND NOT EXISTS (
              SELECT FROM payouts_decision d WHERE d.attempt_id = a.id AND d.outcome = a.state AND d.carried_out)
        """,
    ),
    Check(
        "26. A decision was carried out by two distinct operators who agree, neither of them the owner",
        """
        SELECT d.id AS decision, d.attempt_id AS attempt FROM payouts_decision d
        JOIN payouts_payoutattempt a ON a.id = d.attempt_id JOIN shops_shop s ON s.id = a.shop_id
        WHERE d.operator_id = s.owner_id OR (d.carried_out AND NOT EXISTS (
            SELECT FROM payouts_decision o WHERE o.hold_id = d.hold_id AND o.outcome = d.outcome
            AND o.borne_by = d.borne_by AND o.operator_id <> d.operator_id AND o.id < d.id
            AND NOT EXISTS (SELECT FROM payouts_decision n WHERE n.hold_id = o.hold_id AND n.id < d.id
                            AND n.operator_id = o.operator_id AND n.id > o.id)))
        """,
    ),
    Check(
        "26. Each overpayment was found once, and what came back had been found overpaid",
        """
        SELECT d.id AS decision, d.attempt_id AS attempt, d.overpayment FROM payouts_decision d
        WHERE d.carried_out AND CASE
            WHEN d.overpayment IS NULL THEN d.outcome = 'overpaid_again' OR d.outcome = 'overpaid' AND NOT EXISTS (
                SELECT FROM payouts_decision o WHERE o.attempt_id = d.attempt_id AND o.id < d.id
                AND o.overpayment IS NOT NULL)
            WHEN d.outcome = 'returned' THEN NOT EXISTS (
                SELECT FROM payouts_decision o WHERE o.attempt_id = d.attempt_id AND o.id < d.id
                AND o.overpayment = d.overpayment AND o.outcome <> 'returned')
            END
           OR d.overpayment IS NOT NULL AND EXISTS (
            SELECT FROM payouts_decision o WHERE (o.attempt_id, o.overpayment) = (d.attempt_id, d.overpayment)
            AND o.id < d.id AND (o.outcome = 'returned') = (d.outcome = 'returned'))
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
        """
        SELECT a.id AS attempt, a.state FROM payouts_payoutattempt a
        WHERE (a.state = 'unknown' AND NOT EXISTS (
                   SELECT FROM payouts_payouthold h WHERE h.attempt_id = a.id
                   AND NOT EXISTS (SELECT FROM payouts_payoutholdclosing c WHERE c.hold_id = h.id)))
           OR (a.state = 'returned' AND NOT EXISTS (
                   SELECT FROM payouts_payouthold h WHERE h.attempt_id = a.id AND h.cause = 'returned'))
        """,
    ),
    Check(
        "19. Holds on payouts and pauses are the ones that were recorded, and so are their endings",
        """
        SELECT coalesce(h.id::text, e.facts ->> 'hold') AS hold, e.kind FROM payouts_payouthold h
        FULL JOIN (SELECT * FROM record_event WHERE kind = 'payout.held') e ON e.facts ->> 'hold' = h.id::text
        WHERE h.id IS NULL OR e.id IS NULL
        UNION ALL
        SELECT coalesce(c.hold_id::text, e.facts ->> 'hold'), e.kind FROM payouts_payoutholdclosing c
        FULL JOIN (SELECT * FROM record_event WHERE kind = 'payout.hold_released') e
             ON e.facts ->> 'hold' = c.hold_id::text
        WHERE c.hold_id IS NULL OR e.id IS NULL
        UNION ALL
        SELECT coalesce(z.id::text, e.subject_key), e.kind FROM payouts_payoutpause z
        FULL JOIN (SELECT * FROM record_event WHERE kind = 'payouts.paused') e ON e.subject_key = 'pause:' || z.id
        WHERE z.id IS NULL OR e.id IS NULL
        UNION ALL
        SELECT coalesce(n.pause_id::text, e.subject_key), e.kind FROM payouts_payoutpauseending n
        FULL JOIN (SELECT * FROM record_event WHERE kind = 'payouts.resumed') e
             ON e.subject_key = 'pause:' || n.pause_id
        WHERE n.pause_id IS NULL OR e.id IS NULL
        """,
    ),
]
