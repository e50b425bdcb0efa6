"""The ledger's own invariants (I1 to I5 of the money rules), as queries that return offenders."""

from joey.kit.prove import Check

CHECKS = [
    Check(
        "In each currency, all balances together are zero",
        "SELECT currency, sum(balance_minor) AS off_by FROM ledger_account GROUP BY 1 HAVING sum(balance_minor) <> 0",
    ),
    Check(
        "Each account's balance and count are those of its postings",
        """
        SELECT a.id AS account, a.kind, a.balance_minor, p.balance AS postings_say FROM ledger_account a
        LEFT JOIN (
            SELECT account, sum(amount) AS balance, count(*) AS postings FROM (
                SELECT debit_id AS account, -amount_minor AS amount FROM ledger_posting
                UNION ALL SELECT credit_id, amount_minor FROM ledger_posting
            ) AS sides GROUP BY 1
        ) p ON p.account = a.id
        WHERE a.balance_minor <> coalesce(p.balance, 0) OR a.postings <> coalesce(p.postings, 0)
        """,
    ),
    Check(
        "Each journal has at least one posting",
        "SELECT j.id AS journal FROM ledger_journal j"
        " WHERE NOT EXISTS (SELECT FROM ledger_posting p WHERE p.journal_id = j.id)",
    ),
    Check(
        "Each posting belongs to a journal",
        "SELECT p.id AS posting, p.journal_id AS journal FROM ledger_posting p"
        " WHERE NOT EXISTS (SELECT FROM ledger_journal j WHERE j.id = p.journal_id)",
    ),
    Check(
        "No journal spans two books, and no posting two currencies",
        """
        SELECT p.id AS posting FROM ledger_posting p
        JOIN ledger_journal j ON j.id = p.journal_id
        JOIN ledger_account d ON d.id = p.debit_id JOIN ledger_account c ON c.id = p.credit_id
        WHERE (j.book_id, j.book_id, j.book_id) IS DISTINCT FROM (p.book_id, d.book_id, c.book_id)
           OR p.currency <> d.currency OR p.currency <> c.currency
        """,
    ),
]
