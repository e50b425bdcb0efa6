"""Parts of rules 22 and 26: what two operators found about a transfer, each on their own, while that was open."""

from joey.kit.prove import Check

DECISIONS = [
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
        "26. Each decision was recorded as it is, and answers a question about its transfer that was open then",
        """
        SELECT d.id AS decision, d.attempt_id AS attempt,
               coalesce(h.id::text, e.facts ->> 'hold') AS hold, e.subject_key AS event
        FROM payouts_decision d
        FULL JOIN (SELECT * FROM record_event WHERE kind = 'payout.decided') e
             ON e.facts ->> 'reason' = d.reason_id || ':' || encode(d.reason_sha256, 'hex')
        LEFT JOIN payouts_payoutattempt a ON a.id = d.attempt_id LEFT JOIN payouts_payouthold h ON h.id = d.hold_id
        LEFT JOIN payouts_payoutholdclosing c ON c.hold_id = d.hold_id
        WHERE (e.subject_key, e.facts ->> 'number', e.facts ->> 'hold', e.facts ->> 'by', e.facts ->> 'outcome',
               e.facts ->> 'borne_by', e.facts ->> 'carried_out', e.happened_at)
              IS DISTINCT FROM ('payout:' || a.payout_id, a.number::text, d.hold_id::text, d.operator_id::text,
               d.outcome::text, d.borne_by::text, d.carried_out::text, d.at)
           OR h.attempt_id IS DISTINCT FROM d.attempt_id OR h.cause NOT IN ('unknown', 'contradiction')
           OR h.recorded_at > e.recorded_at
           -- a restore records again what it carries over, with the questions that had ended before
           OR c.recorded_at < e.recorded_at AND NOT EXISTS (
              SELECT FROM record_event o WHERE o.kind = 'payout.carried_over' AND o.subject_key = e.subject_key
              AND o.recorded_at BETWEEN c.recorded_at AND e.recorded_at)
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
        "22. Each overpayment is borne by whom it was found to be, and what came back is theirs",
        """
        SELECT d.id AS decision, d.attempt_id AS attempt, d.borne_by, j.kind, y.kind AS account
        FROM payouts_decision d JOIN payouts_payoutattempt a ON a.id = d.attempt_id
        JOIN ledger_journal j ON j.kind IN ('payout.overpaid', 'payout.recovered')
             AND j.reference = a.payout_id || ':' || a.number || ':' || d.overpayment
        JOIN ledger_posting g ON g.journal_id = j.id
        JOIN ledger_account y ON y.id = CASE j.kind WHEN 'payout.overpaid' THEN g.debit_id ELSE g.credit_id END
        WHERE d.outcome <> 'returned'
          AND y.kind <> CASE d.borne_by WHEN 'platform' THEN 'platform:loss' ELSE 'shop:available' END
        """,
    ),
]
