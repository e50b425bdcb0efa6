"""Rules about what has to exist before money leaves and after: payee, approvals, submissions, answers, decisions."""

from joey.kit.prove import Check
from joey.payouts.first_limits import FIRST_LIMITS
from joey.payouts.prove_decisions import DECISIONS
from joey.payouts.rails.registry import rail_manifests

# The fact of an event that refers to a kept text, from a row's two columns.
_REF = "{0}.{1}_id || ':' || encode({0}.{1}_sha256, 'hex')"
_FIRST = ", ".join(
    f"('{currency}', {floor}, {below}, {two}, {day})" for currency, (floor, below, two, day) in FIRST_LIMITS.items()
)


def _without_evidence() -> str:
    """A refused file rejects its transfers by the conditions of book_file_refused (book_answers.py) alone.

    Whether refusing is final is what the folder of the rail says today.
    """
    open_after = [f"'{code}'" for code, rail in rail_manifests().items() if not rail.refusing_a_file_is_final]
    return f"""
        WITH refused AS MATERIALIZED (
            SELECT w.file_id FROM payouts_answer w JOIN payouts_payoutfile f ON f.id = w.file_id
            WHERE w.attempt_id IS NULL AND w.outcome = 'refused' AND f.rail NOT IN ({", ".join(open_after) or "''"})
              AND NOT EXISTS (SELECT FROM payouts_answer o
                              WHERE o.file_id = w.file_id AND o.id < w.id AND o.outcome <> 'not_known')
              AND NOT EXISTS (SELECT FROM payouts_submission s
                              WHERE s.file_id = w.file_id AND s.id < w.submission_id)
        )
        SELECT a.id AS attempt, a.state FROM payouts_payoutattempt a JOIN payouts_payout p ON p.id = a.payout_id
        WHERE a.state NOT IN ('prepared', 'withdrawn', 'submitted', 'unknown')
          AND NOT (a.state = 'rejected' AND a.file_id IN (SELECT file_id FROM refused))
          AND NOT EXISTS (
              SELECT FROM payouts_answer w WHERE w.file_id = a.file_id
              AND ((w.attempt_id = a.id AND w.outcome = a.state AND (w.amount_minor, w.currency)
                    = (p.amount_minor, p.currency))
                   OR (a.state = 'accepted' AND w.outcome NOT IN ('not_known', 'refused')
                       AND NOT (w.outcome = 'unreadable' AND w.attempt_id IS NULL))))
          AND NOT EXISTS (
              SELECT FROM payouts_decision d WHERE d.attempt_id = a.id AND d.outcome = a.state AND d.carried_out)
    """


EVIDENCE = [
    Check(
        "23. A payout goes to the payee version and the details that were requested, and has the key of its request",
        f"""
        SELECT p.id AS payout, p.payee_id AS payee, e.facts ->> 'payee' AS requested FROM payouts_payout p
        LEFT JOIN record_event e ON e.kind IN ('payout.requested', 'payout.carried_over')
             AND e.subject_key = 'payout:' || p.id
        WHERE (e.facts ->> 'payee', e.facts ->> 'details', e.facts ->> 'amount_minor', e.facts ->> 'currency',
               e.facts ->> 'key')
              IS DISTINCT FROM (p.payee_id::text, {_REF.format("p", "details")}, p.amount_minor::text, p.currency::text,
                                encode(p.key_sha256, 'hex'))
           OR e.kind = 'payout.requested' AND e.happened_at <> p.requested_at
        """,
    ),
    Check(
        "23. A payee version is the one that its event recorded, and its pause was over when a payout was requested",
        f"""
        SELECT y.id AS payee, p.id AS payout, y.usable_from FROM payouts_payee y
        LEFT JOIN record_event e ON e.kind = 'payee.changed' AND e.subject_key = 'payee:' || y.id
        LEFT JOIN payouts_payout p ON p.payee_id = y.id
        WHERE (e.facts ->> 'details', (e.facts ->> 'version')::int, (e.facts ->> 'usable_from')::timestamptz,
               e.happened_at)
              IS DISTINCT FROM ({_REF.format("y", "details")}, y.version, y.usable_from, y.changed_at)
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
        SELECT p.id AS payout, p.amount_minor, p.currency, count(DISTINCT a.operator_id) AS approvals,
               p.approvals_needed AS needed
        FROM payouts_payout p JOIN shops_shop s ON s.id = p.shop_id
        LEFT JOIN LATERAL (
            SELECT * FROM payouts_payoutlimits l WHERE l.currency = p.currency AND l.from_at <= p.decided_at
            ORDER BY l.version DESC LIMIT 1) AS l ON true
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(q.amount_minor), 0) AS counted FROM payouts_payout q
            WHERE q.shop_id = p.shop_id AND q.currency = p.currency AND q.state NOT IN ('failed', 'refused')
             AND q.requested_at > p.requested_at - interval '24 hours'
             AND (q.requested_at, q.id) <= (p.requested_at, p.id)) AS t
        LEFT JOIN payouts_approval a ON a.payout_id = p.id AND a.operator_id <> s.owner_id
             AND a.at < p.decided_at + interval '1 minute'  -- each caller's own clock, which none of their locks orders
        WHERE p.state NOT IN ('requested', 'refused')
        GROUP BY p.id, l.id, l.two_from_minor, l.by_rule_below_minor, t.counted
        HAVING l.id IS NULL OR (p.decided_by_id IS NULL) IS DISTINCT FROM (p.approvals_needed = 0)
            OR count(DISTINCT a.operator_id) < p.approvals_needed
            -- more may have been needed: what failed, was refused or left out by a restore since then counted
            OR p.approvals_needed NOT BETWEEN
               CASE WHEN t.counted >= l.two_from_minor THEN 2 WHEN t.counted >= l.by_rule_below_minor THEN 1 ELSE 0 END
               AND 2
        """,
    ),
    Check(
        "24. Each payout was decided when, and by whom, its event and the approval that decided it say",
        """
        SELECT p.id AS payout, p.decided_at, p.decided_by_id AS decided_by FROM payouts_payout p
        WHERE p.state <> 'requested' AND NOT EXISTS (
            SELECT FROM record_event e WHERE e.kind IN ('payout.approved', 'payout.refused', 'payout.carried_over')
            AND e.subject_key = 'payout:' || p.id AND (e.kind = 'payout.carried_over'
              OR e.happened_at = p.decided_at AND (e.kind = 'payout.refused') = (p.state = 'refused')
                 AND e.facts ->> 'by' = coalesce(p.decided_by_id::text,
                                                 CASE p.state WHEN 'refused' THEN 'gate' ELSE 'rule' END)))
        UNION ALL
        SELECT p.id, p.decided_at, p.decided_by_id FROM payouts_payout p
        LEFT JOIN payouts_approval a ON (a.payout_id, a.at) = (p.id, p.decided_at)
        WHERE p.state NOT IN ('requested', 'refused')
        GROUP BY p.id HAVING NOT bool_or(a.operator_id IS NOT DISTINCT FROM p.decided_by_id)
        """,
    ),
    Check(
        "24. No operator approved more within 24 hours than the limits of then allow",
        """
        SELECT a.payout_id AS payout, a.operator_id AS operator, a.approved FROM (
            SELECT a.payout_id, a.operator_id, a.at, p.currency, sum(p.amount_minor) OVER (
                       PARTITION BY a.operator_id, p.currency ORDER BY a.at
                       RANGE BETWEEN interval '23:59:59.999999' PRECEDING AND CURRENT ROW) AS approved
            FROM payouts_approval a JOIN payouts_payout p ON p.id = a.payout_id
        ) AS a
        JOIN LATERAL (
            SELECT * FROM payouts_payoutlimits l WHERE l.currency = a.currency AND l.from_at <= a.at
            ORDER BY l.version DESC LIMIT 1) AS l ON a.approved > l.per_operator_day_minor
        """,
    ),
    Check(
        "24. Each approval was recorded when it was given",
        """
        SELECT a.payout_id AS payout, a.operator_id AS operator, a.at FROM payouts_approval a
        WHERE NOT EXISTS (
            SELECT FROM record_event e WHERE e.kind IN ('payout.approved', 'payout.approved_once')
            AND e.subject_key = 'payout:' || a.payout_id AND e.facts ->> 'by' = a.operator_id::text
            AND e.happened_at = a.at)
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
    Check("26. What became of a transfer follows from an answer of its rail or from two operators", _without_evidence),
    *DECISIONS,
]
