"""What must always hold of payouts: rules 21 to 27 and 33, and what ties them to the ledger and to their texts."""

from joey.kit.prove import Check
from joey.payouts.journals import CARRIED_OVER, JOURNALS_OF, MOVES
from joey.payouts.left_out import FOUND, LEFT_OUT
from joey.payouts.prove_answers import ANSWERS
from joey.payouts.prove_evidence import EVIDENCE
from joey.payouts.prove_files import FILES, NAMES
from joey.payouts.prove_holds import HOLDS
from joey.payouts.prove_left_out import LEFT_OUT_RULES
from joey.payouts.prove_open_transfers import OPEN_TRANSFERS
from joey.payouts.resolve_left_out import JOURNALS_FOUND, NUMBER, PAID
from joey.record.erasable import texts_match

# Which journals an attempt in a state has, as rows (state, kind).
_OF_ATTEMPT = ", ".join(f"('{state}', '{kind}')" for state, kinds in JOURNALS_OF.items() for kind in kinds)
_OF_FINDING = ", ".join(
    f"('{found}', '{kind}', ':{NUMBER}')" for found, kinds in JOURNALS_FOUND.items() for kind in kinds
)
# Subjects of the payouts that a restore carried over and whose request it does not know.
_CARRIED_OVER = """
    SELECT c.subject_key FROM record_event c WHERE c.kind = 'payout.carried_over' AND NOT EXISTS (
        SELECT FROM record_event r WHERE r.kind = 'payout.requested' AND r.subject_key = c.subject_key)
"""
# Every journal that has to exist: payout, kind, reference, rail account of the attempt, amount. The last ones are of
# payouts that a restore left out: the finding of two operators stands for the row.
_EXPECTED = f"""
    SELECT p.id AS payout, p.shop_id,
           CASE WHEN 'payout:' || p.id IN ({_CARRIED_OVER}) THEN 'payout.carried_over' ELSE 'payout.reserved' END
           AS kind, p.id::text AS reference, '' AS rail_account, p.currency, p.amount_minor FROM payouts_payout p
    UNION ALL
    SELECT p.id, p.shop_id, 'payout.released', p.id::text, '', p.currency, p.amount_minor
    FROM payouts_payout p WHERE p.state = 'refused'
    UNION ALL
    SELECT p.id, p.shop_id, must.kind, p.id || ':' || a.number, f.rail_account, p.currency, p.amount_minor
    FROM payouts_payoutattempt a JOIN payouts_payout p ON p.id = a.payout_id
    JOIN payouts_payoutfile f ON f.id = a.file_id
    JOIN (VALUES {_OF_ATTEMPT}) AS must (state, kind) ON must.state = a.state
    UNION ALL
    SELECT p.id, p.shop_id, CASE d.outcome WHEN 'returned' THEN 'payout.recovered' ELSE 'payout.overpaid' END,
           p.id || ':' || a.number || ':' || d.overpayment, f.rail_account, p.currency, p.amount_minor
    FROM payouts_decision d JOIN payouts_payoutattempt a ON a.id = d.attempt_id
    JOIN payouts_payout p ON p.id = a.payout_id JOIN payouts_payoutfile f ON f.id = a.file_id
    WHERE d.overpayment IS NOT NULL
    UNION ALL
    SELECT substr(f.subject_key, 8)::uuid, (o.facts ->> 'shop')::uuid, must.kind, substr(f.subject_key, 8) || must.step,
           f.facts ->> 'booked', o.facts ->> 'currency', (o.facts ->> 'amount_minor')::bigint
    FROM record_event f JOIN record_event o ON o.kind = '{LEFT_OUT}' AND o.subject_key = f.subject_key
    JOIN (VALUES ('{PAID}', '{CARRIED_OVER}', ''), {_OF_FINDING}) AS must (outcome, kind, step)
      ON must.outcome = f.facts ->> 'outcome'
    WHERE f.kind = '{FOUND}' AND f.facts ? 'booked'
"""
# What each of those journals moves, as rows (kind, account, sign).
_MOVES = ", ".join(
    f"('{kind}', '{account.value}', {sign})"
    for kind, (debit, credit) in MOVES.items()
    for account, sign in ((debit, -1), (credit, 1))
)
_KINDS = ("shop:reserved", "rail:in_transit", "paid")

CHECKS = [
    Check(
        "21. Reserved, in transit and paid are what the payouts say, per rail account",
        f"""
        WITH expected AS ({_EXPECTED}), booked AS (
            SELECT book_id AS shop_id, kind, party, currency, balance_minor AS minor FROM ledger_account
            WHERE kind IN {_KINDS} AND book_id <> '00000000-0000-0000-0000-000000000000'
        ), said AS (
            SELECT e.shop_id, m.account AS kind, CASE m.account WHEN 'shop:reserved' THEN '' ELSE e.rail_account END
                   AS party, e.currency, sum(m.sign * e.amount_minor) AS minor
            FROM expected e JOIN (VALUES {_MOVES}) AS m (kind, account, sign) ON m.kind = e.kind
            WHERE m.account IN {_KINDS} GROUP BY 1, 2, 3, 4
        )
        SELECT shop_id, kind, party, currency, booked.minor AS in_the_ledger, said.minor AS in_payouts
        FROM booked FULL JOIN said USING (shop_id, kind, party, currency)
        WHERE coalesce(booked.minor, 0) <> coalesce(said.minor, 0)
        """,
    ),
    Check(
        "22. Every payout has the journals of its history, over its own amount",
        f"""
        SELECT must.payout, must.kind, booked.minor AS booked FROM ({_EXPECTED}) AS must
        LEFT JOIN (
            SELECT j.book_id, j.kind, j.reference, sum(g.amount_minor) AS minor, min(g.currency) AS currency
            FROM ledger_journal j JOIN ledger_posting g ON g.journal_id = j.id
            WHERE j.kind LIKE 'payout.%' GROUP BY j.id
        ) AS booked ON (booked.book_id, booked.kind, booked.reference) = (must.shop_id, must.kind, must.reference)
        WHERE (booked.minor, booked.currency) IS DISTINCT FROM (must.amount_minor, must.currency)
        """,
    ),
    Check(
        "22. Every journal of a payout belongs to the history of its payout",
        f"""
        SELECT j.id AS journal, j.kind, j.reference FROM ledger_journal j
        WHERE j.kind LIKE 'payout.%' AND NOT EXISTS (
            SELECT FROM ({_EXPECTED}) AS must
            WHERE (must.shop_id, must.kind, must.reference) = (j.book_id, j.kind, j.reference))
        """,
    ),
    Check(
        "22. A payout has at most one attempt that can pay, and its state is the attempt's",
        """
        SELECT p.id AS payout, p.state, array_agg(a.state) AS attempts FROM payouts_payout p
        LEFT JOIN payouts_payoutattempt a ON a.payout_id = p.id AND a.state <> 'withdrawn'
        GROUP BY p.id, p.state
        HAVING count(a.id) > 1 OR p.state <> CASE min(a.state)
            WHEN 'settled' THEN 'paid' WHEN 'rejected' THEN 'failed' WHEN 'not_paid' THEN 'failed'
            WHEN 'returned' THEN 'returned' WHEN 'submitted' THEN 'sent' WHEN 'accepted' THEN 'sent'
            WHEN 'unknown' THEN 'sent' WHEN 'prepared' THEN 'approved'
            ELSE CASE WHEN p.state IN ('requested', 'approved', 'refused') THEN p.state ELSE '' END END
        """,
    ),
    Check(
        "22. Every attempt is in a file of its rail and currency, and belongs to its payout's shop",
        """
        SELECT a.id AS attempt FROM payouts_payoutattempt a
        JOIN payouts_payout p ON p.id = a.payout_id LEFT JOIN payouts_payoutfile f ON f.id = a.file_id
        WHERE a.shop_id <> p.shop_id OR (f.rail, f.currency) IS DISTINCT FROM (p.rail, p.currency)
           OR a.rail_key <> upper(replace(p.id::text, '-', ''))
        """,
    ),
    *EVIDENCE,
    *HOLDS,
    *FILES,
    NAMES,
    *ANSWERS,
    *OPEN_TRANSFERS,
    *LEFT_OUT_RULES,
    *(
        texts_match(f"payouts_{table}", f"{name}_id", f"{name}_sha256")
        for table, name in (
            ("payee", "details"),
            ("payout", "details"),
            ("payout", "reason"),
            ("payoutattempt", "reason"),
            ("payouthold", "reason"),
            ("payoutholdclosing", "reason"),
            ("payoutpause", "reason"),
            ("payoutpauseending", "reason"),
            ("decision", "reason"),
            ("payoutfile", "content"),
            ("answer", "content"),
            ("answer", "words"),
        )
    ),
]
