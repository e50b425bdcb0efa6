"""What must hold between commissions and the ledger: each account of a line, and each of a book, has their parts."""

from joey.commissions.prove_reported import SHORTLY
from joey.kit.prove import Check

# What a commission, or a revision of it, has on each account. A market account is normally in debit.
_HAS = {
    "shop:pending": "{row}.pending_minor",
    "shop:held": "{row}.held_minor",
    "shop:available": "{row}.released_minor",
    "platform:pending": "{row}.platform_minor - {row}.platform_released_minor",
    "platform:revenue": "{row}.platform_released_minor",
    "rounding": "{row}.rounding_minor",
    "platform:penalty": "-{row}.penalty_minor",
    "market:expected": "CASE WHEN {row}.settled THEN 0 ELSE {row}.penalty_minor - {row}.base_minor END",
    "market:receivable": "CASE WHEN {row}.settled THEN {row}.penalty_minor - {row}.base_minor ELSE 0 END",
}
_OF_MARKETPLACE = {"platform:penalty", "market:expected", "market:receivable"}
_PARTY = {kind: "marketplace" if kind in _OF_MARKETPLACE else "''" for kind in _HAS}
_COLUMN = {kind: kind.replace(":", "_") for kind in _HAS}
_KINDS = ", ".join(f"'{kind}'" for kind in _HAS)

_SUMS = ", ".join(f"sum({has.format(row='c')}) AS {_COLUMN[kind]}" for kind, has in _HAS.items())
_MOVES = ", ".join(
    f"nullif(lag({has.format(row='r')}, 1, 0::bigint) OVER before - ({has.format(row='r')}), 0) AS {_COLUMN[kind]}"
    for kind, has in _HAS.items()
)
_POSTED = ", ".join(
    f"CASE {place} WHEN c.place THEN p.amount_minor WHEN d.place THEN -p.amount_minor END"
    for place in range(1, len(_HAS) + 1)
)
_LEFT = {column: f"sum({column}) FILTER (WHERE {column} IS NOT NULL)" for column in _COLUMN.values()}
_ACCOUNTS = ", ".join(f"('{kind}', {_PARTY[kind]}, {column})" for kind, column in _COLUMN.items())

# What each account of a book should hold. A row for each commission and account would be eight million for a million
# lines: so the commissions of a book are added up first.
_PARTS = f"""
    SELECT whole.book, whole.currency, part.kind, part.party, part.minor FROM (
        SELECT c.shop_id AS book, c.currency, c.marketplace, {_SUMS}
        FROM commissions_commission c GROUP BY 1, 2, 3
    ) AS whole CROSS JOIN LATERAL (VALUES {_ACCOUNTS}) AS part (kind, party, minor)
"""

# Journals of commissions name them and the number of their revision.
_OF_COMMISSIONS = "(j.kind LIKE 'commission.%' OR j.kind IN ('penalty.taken', 'hold.placed', 'hold.released'))"

# Per revision: its postings, a column for each account, less what it moved, which is what it has less what the revision
# before it had. Nothing may be left. Adding up both at once needs no join of millions of rows, and numbers in place of
# book and party (the marketplace) keep them short.
_JOURNALS = f"""
    WITH account AS MATERIALIZED (
        SELECT id, book_id, currency, party, array_position(ARRAY[{_KINDS}], kind::text) AS place,
               dense_rank() OVER (ORDER BY book_id, currency) AS book,
               CASE WHEN party <> '' THEN dense_rank() OVER (ORDER BY party) END AS market
        FROM ledger_account
    ), moved AS (
        SELECT r.commission_id || ':' || r.number AS revision, b.book, m.market, {_MOVES}
        FROM commissions_revision r JOIN commissions_commission c ON c.id = r.commission_id
        LEFT JOIN (SELECT DISTINCT book_id, currency, book FROM account) b
               ON (b.book_id, b.currency) = (c.shop_id, c.currency)
        LEFT JOIN (SELECT DISTINCT party, market FROM account) m ON m.party = c.marketplace
        WINDOW before AS (PARTITION BY r.commission_id ORDER BY r.number)
    ), sides AS (
        SELECT revision, book, market AS one, market AS other, {", ".join(_LEFT)} FROM moved
        UNION ALL
        SELECT j.reference, c.book, least(d.market, c.market), greatest(d.market, c.market), {_POSTED}
        FROM ledger_journal j JOIN ledger_posting p ON p.journal_id = j.id
        JOIN account d ON d.id = p.debit_id JOIN account c ON c.id = p.credit_id
        WHERE {_OF_COMMISSIONS}
    )
    SELECT revision, {", ".join(f"{left} AS {column}" for column, left in _LEFT.items())}
    FROM sides GROUP BY revision, book
    HAVING min(one) <> max(other) OR {" OR ".join(f"{left} <> 0" for left in _LEFT.values())}
"""

# Which journals a change of a commission makes, by why it came to be (write_changes.py).
_MADE_BY = {
    "commission.earned": ("commission.earned", "commission.settled", "penalty.taken"),
    "commission.adjusted": ("commission.adjusted", "penalty.taken"),
    "commission.settled": ("commission.settled", "commission.adjusted", "penalty.taken"),
    "commission.unsettled": ("commission.unsettled", "commission.adjusted", "penalty.taken"),
    "commission.confirmed": ("commission.confirmed",),
    "hold.placed": ("hold.placed",),
    "hold.released": ("hold.released",),
}
_MAKES = ", ".join(f"('{because}', '{kind}')" for because, kinds in _MADE_BY.items() for kind in kinds)

# A change and its journals are one transaction: by the database's clock there are moments between.
_REFERENCES = f"""
    SELECT j.id AS journal, j.kind, j.reference, r.because, r.booked_at, j.recorded_at FROM ledger_journal j
    LEFT JOIN commissions_revision r ON j.reference = r.commission_id || ':' || r.number
    WHERE {_OF_COMMISSIONS} AND (
        (coalesce(r.because, ''), j.kind::text) NOT IN (VALUES {_MAKES})
        OR j.recorded_at NOT BETWEEN r.booked_at AND r.booked_at + {SHORTLY})
"""

# Entries with a name of their own move the same accounts (docs/money.md): they are added to what commissions explain.
_NAMED = """
    SELECT j.book_id AS book, a.currency, a.kind, a.party, side.minor
    FROM ledger_journal j JOIN ledger_posting p ON p.journal_id = j.id
    CROSS JOIN LATERAL (VALUES (p.debit_id, -p.amount_minor), (p.credit_id, p.amount_minor)) AS side (account, minor)
    JOIN ledger_account a ON a.id = side.account
    WHERE j.kind IN ('penalty.charged', 'entry.other_currency', 'market.remitted', 'market.written_off')
"""
_EXPLAINED = ("shop:pending", "platform:pending", "platform:revenue", "platform:penalty", "rounding",
              "market:expected", "market:receivable")  # fmt: skip

_BOOKS = f"""
    SELECT coalesce(a.book_id, s.book) AS book, coalesce(a.kind, s.kind) AS kind, coalesce(a.currency, s.currency)
           AS currency, coalesce(a.balance_minor, 0) AS ledger, coalesce(s.minor, 0) AS should_be
    FROM (SELECT * FROM ledger_account WHERE kind IN {_EXPLAINED}) a
    FULL JOIN (
        SELECT book, currency, kind, party, sum(minor) AS minor FROM (
            SELECT book, currency, kind, party, minor FROM ({_PARTS}) AS parts UNION ALL {_NAMED}
        ) AS explained WHERE kind IN {_EXPLAINED} GROUP BY 1, 2, 3, 4
    ) s ON (s.book, s.currency, s.kind, s.party) = (a.book_id, a.currency, a.kind, a.party)
    WHERE coalesce(a.balance_minor, 0) <> coalesce(s.minor, 0)
"""

# What left `available` is in a payout, paid, or written off by the instance.
_MADE_AVAILABLE = f"""
    SELECT coalesce(a.book, s.book) AS book, coalesce(a.currency, s.currency) AS currency,
           coalesce(a.minor, 0) AS ledger, coalesce(s.minor, 0) AS should_be
    FROM (SELECT book_id AS book, currency, sum(balance_minor) AS minor FROM ledger_account
          WHERE kind IN ('shop:available', 'shop:held', 'shop:reserved', 'rail:in_transit', 'paid', 'platform:loss')
          GROUP BY 1, 2) a
    FULL JOIN (
        SELECT book, currency, sum(minor) AS minor FROM (
            SELECT shop_id AS book, currency, sum(held_minor + released_minor) AS minor FROM commissions_commission
            GROUP BY 1, 2
            UNION ALL SELECT book, currency, minor FROM ({_NAMED}) AS named WHERE kind = 'shop:available'
        ) AS explained GROUP BY 1, 2
    ) s ON (s.book, s.currency) = (a.book, a.currency)
    WHERE coalesce(a.minor, 0) <> coalesce(s.minor, 0)
"""

CHECKS = [
    Check("15. The journals of each revision of a commission are what it moved, account by account", _JOURNALS),
    Check("15. Each journal of a commission is one that its revision makes, booked with it", _REFERENCES),
    Check(
        "16. A book's pending, platform, rounding and market accounts are its commissions and named entries",
        _BOOKS,
    ),
    Check("16. What commissions made available is available, on hold, in a payout or paid", _MADE_AVAILABLE),
]
