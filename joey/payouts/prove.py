"""What must always hold between payouts and the ledger (I11 and I13 of docs/money.md)."""

from joey.kit.prove import Check
from joey.record.erasable import texts_match


def _ledger_holds(account_kind: str, promised: str) -> str:
    """The query for: a shop's accounts of this kind hold exactly what the rows of `promised` add up to."""
    return f"""
        SELECT shop_id, currency, booked.minor AS in_the_ledger, promised.minor AS in_payouts
        FROM (SELECT book_id AS shop_id, currency, sum(balance_minor) AS minor FROM ledger_account
              WHERE kind = '{account_kind}' GROUP BY 1, 2) AS booked
        FULL JOIN (SELECT shop_id, currency, sum(amount_minor) AS minor FROM ({promised}) AS rows GROUP BY 1, 2)
             AS promised USING (shop_id, currency)
        WHERE coalesce(booked.minor, 0) <> coalesce(promised.minor, 0)
    """


_PAYOUTS = "SELECT shop_id, currency, amount_minor FROM payouts_payout WHERE state IN ({})"
_LIVE_ATTEMPTS = """
    SELECT p.shop_id, p.currency, p.amount_minor FROM payouts_payoutattempt a
    JOIN payouts_payout p ON p.id = a.payout_id WHERE a.state IN ('prepared', 'sent')
"""
# Which journals a payout in a state must have: kind and what follows the payout's id in the reference.
_JOURNALS = """
    (VALUES ('requested', 'payout.reserved', false), ('approved', 'payout.reserved', false),
            ('refused', 'payout.reserved', false), ('refused', 'payout.released', false),
            ('sent', 'payout.reserved', false), ('sent', 'payout.submitted', true),
            ('paid', 'payout.reserved', false), ('paid', 'payout.submitted', true), ('paid', 'payout.settled', true),
            ('failed', 'payout.reserved', false), ('failed', 'payout.submitted', true),
            ('failed', 'payout.rejected', true)) AS must (state, kind, of_attempt)
"""
_EXPECTED = f"""
    SELECT p.id AS payout_id, p.shop_id, p.currency, p.amount_minor, must.kind,
           p.id || CASE WHEN must.of_attempt THEN ':' || a.number ELSE '' END AS reference
    FROM payouts_payout p
    JOIN {_JOURNALS} ON must.state = p.state
    LEFT JOIN payouts_payoutattempt a ON a.payout_id = p.id AND must.of_attempt
"""

CHECKS = [
    Check(
        "What is reserved is the sum of the payouts requested and approved",
        _ledger_holds("shop:reserved", _PAYOUTS.format("'requested', 'approved'")),
    ),
    Check(
        "What is in transit is the sum of the live attempts",
        _ledger_holds("rail:in_transit", _LIVE_ATTEMPTS),
    ),
    Check("What was paid out is the sum of the paid payouts", _ledger_holds("paid", _PAYOUTS.format("'paid'"))),
    Check(
        "Every payout has the journals of its state, over its own amount",
        f"""
        SELECT must.payout_id, must.kind FROM ({_EXPECTED}) AS must
        WHERE NOT EXISTS (
            SELECT FROM ledger_journal j JOIN ledger_posting g ON g.journal_id = j.id
            WHERE (j.book_id, j.kind, j.reference) = (must.shop_id, must.kind, must.reference)
            GROUP BY j.id HAVING sum(g.amount_minor) = must.amount_minor AND min(g.currency) = must.currency)
        """,
    ),
    Check(
        "Every journal of a payout belongs to the state its payout is in",
        f"""
        SELECT j.id AS journal, j.kind, j.reference FROM ledger_journal j
        WHERE j.kind LIKE 'payout.%' AND NOT EXISTS (
            SELECT FROM ({_EXPECTED}) AS must
            WHERE (must.shop_id, must.kind, must.reference) = (j.book_id, j.kind, j.reference))
        """,
    ),
    Check(
        "A payout has at most one attempt that can pay, and its state agrees with the attempt's",
        """
        SELECT p.id AS payout, p.state, array_agg(a.state) AS attempts FROM payouts_payout p
        LEFT JOIN payouts_payoutattempt a ON a.payout_id = p.id
        GROUP BY p.id, p.state
        HAVING count(*) FILTER (WHERE a.state <> 'rejected') > 1
            OR (p.state IN ('requested', 'approved', 'refused')) <> (count(a.id) = 0)
            OR (p.state = 'sent') <> (count(*) FILTER (WHERE a.state IN ('prepared', 'sent')) = 1)
            OR (p.state = 'paid') <> (count(*) FILTER (WHERE a.state = 'settled') = 1)
        """,
    ),
    Check(
        "Every attempt is in a file of its rail and currency, and belongs to its payout's shop",
        """
        SELECT a.id AS attempt FROM payouts_payoutattempt a
        JOIN payouts_payout p ON p.id = a.payout_id LEFT JOIN payouts_payoutfile f ON f.id = a.file_id
        WHERE a.shop_id <> p.shop_id OR (f.rail, f.currency) IS DISTINCT FROM (p.rail, p.currency)
        """,
    ),
    *(
        texts_match(f"payouts_{table}", f"{name}_id", f"{name}_sha256")
        for table, name in (
            ("payee", "details"),
            ("payout", "details"),
            ("payout", "reason"),
            ("payoutattempt", "reason"),
            ("payouthold", "reason"),
            ("payoutpause", "reason"),
            ("payoutfile", "content"),
        )
    ),
]
