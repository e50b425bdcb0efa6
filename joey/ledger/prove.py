"""The ledger's own rules, as queries that return offenders. What the numbers mean: insight/rule_numbers.py."""

from joey.kit.prove import Check
from joey.ledger.chart import HOUSE_BOOK, Side, kinds_with
from joey.ledger.postings import NAMED_ENTRIES, pair_rows

# Written out, so that a row slipped into `ledger_pair` allows nothing here.
_PAIRS = ", ".join(
    f"('{row.journal_kind}', '{row.debit_kind}', '{row.credit_kind}', {str(row.overdraws).lower()})"
    for row in pair_rows()
)
# Journals that neither a line nor a payout accounts for: each has the event of the decision or bank row behind it.
_NAMED = "'" + "', '".join(NAMED_ENTRIES) + "'"
_ALLOWED = f"(VALUES {_PAIRS}) AS allowed (journal_kind, debit_kind, credit_kind, overdraws)"


def _kinds(side: Side) -> str:
    return "'" + "', '".join(kinds_with(shop=side)) + "'"


CHECKS = [
    Check(
        "1. Each book is zero in each currency",
        """
        SELECT book_id AS book, currency, sum(balance_minor) AS off_by FROM ledger_account
        GROUP BY 1, 2 HAVING sum(balance_minor) <> 0
        """,
    ),
    Check(
        "2. Each account's balance and count are those of its postings",
        # Millions of postings are between a few accounts: added up before they are taken apart into debits and credits.
        """
        WITH pair AS (
            SELECT debit_id, credit_id, sum(amount_minor) AS amount, count(*) AS postings FROM ledger_posting
            GROUP BY 1, 2
        )
        SELECT a.id AS account, a.kind, a.balance_minor, p.balance AS postings_say FROM ledger_account a
        LEFT JOIN (
            SELECT account, sum(amount) AS balance, sum(postings) AS postings FROM (
                SELECT debit_id AS account, -amount AS amount, postings FROM pair
                UNION ALL SELECT credit_id, amount, postings FROM pair
            ) AS sides GROUP BY 1
        ) p ON p.account = a.id
        WHERE a.balance_minor <> coalesce(p.balance, 0) OR a.postings <> coalesce(p.postings, 0)
        """,
    ),
    Check(
        "2. Each balance is on its account's side; available is below zero only by a journal that may do that",
        f"""
        SELECT a.id AS account, a.book_id AS book, a.kind, a.balance_minor FROM ledger_account a
        WHERE (a.kind IN ({_kinds(Side.NEVER_BELOW_ZERO)}) AND a.book_id <> '{HOUSE_BOOK}' AND a.balance_minor < 0)
           OR (a.kind IN ({_kinds(Side.NEVER_ABOVE_ZERO)}) AND a.balance_minor > 0)
           OR (a.kind IN ({_kinds(Side.BELOW_ZERO_BY_SOME)}) AND a.balance_minor < 0 AND a.id NOT IN (
                SELECT p.debit_id FROM ledger_posting p JOIN ledger_journal j ON j.id = p.journal_id
                WHERE j.kind IN (SELECT journal_kind FROM {_ALLOWED} WHERE overdraws)))
        """,
    ),
    Check(
        "4. Each journal has at least one posting",
        "SELECT j.id AS journal, j.kind, j.reference FROM ledger_journal j"
        " WHERE NOT EXISTS (SELECT FROM ledger_posting p WHERE p.journal_id = j.id)",
    ),
    Check(
        "4. Each posting is one that its journal may make: in its book, in one currency, a pair of its kind",
        f"""
        SELECT p.posting, (SELECT journal_id FROM ledger_posting WHERE id = p.posting LIMIT 1) AS journal,
               p.journal_kind, p.book_id AS book, d.kind AS debit, c.kind AS credit, p.currency
        FROM (
            SELECT j.kind AS journal_kind, j.book_id AS journal_book, p.book_id, p.debit_id, p.credit_id, p.currency,
                   min(p.id) AS posting
            FROM ledger_posting p LEFT JOIN ledger_journal j ON j.id = p.journal_id GROUP BY 1, 2, 3, 4, 5, 6
        ) AS p
        LEFT JOIN ledger_account d ON d.id = p.debit_id LEFT JOIN ledger_account c ON c.id = p.credit_id
        LEFT JOIN {_ALLOWED}
               ON (allowed.journal_kind, allowed.debit_kind, allowed.credit_kind) = (p.journal_kind, d.kind, c.kind)
        WHERE (p.journal_book, d.book_id, c.book_id) IS DISTINCT FROM (p.book_id, p.book_id, p.book_id)
           OR (d.currency, c.currency) IS DISTINCT FROM (p.currency, p.currency) OR allowed.journal_kind IS NULL
        """,
    ),
    Check(
        "4. Each journal that no line or payout accounts for has the event that asked for it",
        f"""
        SELECT j.id AS journal, j.kind, j.reference, j.book_id AS book FROM ledger_journal j
        WHERE j.kind IN ({_NAMED}) AND NOT EXISTS (
            SELECT FROM record_event e
            WHERE e.kind IN ({_NAMED}) AND e.subject_key = 'journal:' || j.id AND e.kind = j.kind)
        """,
    ),
    Check(
        "4. The database allows the pairs of the documentation and no others",
        f"""
        SELECT differs.* FROM (
            (SELECT journal_kind, debit_kind, credit_kind, overdraws FROM ledger_pair EXCEPT SELECT * FROM {_ALLOWED})
            UNION ALL
            (SELECT * FROM {_ALLOWED} EXCEPT SELECT journal_kind, debit_kind, credit_kind, overdraws FROM ledger_pair)
        ) AS differs
        """,
    ),
]
