"""What must hold between commissions and the ledger: each account of a line, and each of a book, has their parts."""

from joey.kit.prove import Check

# What each account should hold for each commission. A market account is normally in debit.
_PARTS = """
    SELECT c.id AS commission, c.shop_id AS book, c.currency, part.kind, part.party, part.minor
    FROM commissions_commission c CROSS JOIN LATERAL (VALUES
        ('shop:pending', '', c.pending_minor), ('shop:held', '', c.held_minor),
        ('shop:available', '', c.released_minor),
        ('platform:pending', '', c.platform_minor - c.platform_released_minor),
        ('platform:revenue', '', c.platform_released_minor), ('rounding', '', c.rounding_minor),
        ('platform:penalty', c.marketplace, -c.penalty_minor),
        (CASE WHEN c.settled THEN 'market:receivable' ELSE 'market:expected' END, c.marketplace,
         c.penalty_minor - c.base_minor)
    ) AS part (kind, party, minor) WHERE part.minor <> 0
"""

# Journals of commissions name them and the number of their revision.
_OF_COMMISSIONS = "(j.kind LIKE 'commission.%' OR j.kind IN ('penalty.taken', 'hold.placed', 'hold.released'))"

# What each revision moved on each account: its parts less those of the revision before.
_MOVED = """
    SELECT r.commission_id || ':' || r.number AS revision, c.shop_id AS book, c.currency, part.kind, part.party,
           part.minor
    FROM commissions_revision r JOIN commissions_commission c ON c.id = r.commission_id
    LEFT JOIN commissions_revision b ON (b.commission_id, b.number) = (r.commission_id, r.number - 1)
    CROSS JOIN LATERAL (VALUES
        ('shop:pending', '', r.pending_minor - coalesce(b.pending_minor, 0)),
        ('shop:held', '', r.held_minor - coalesce(b.held_minor, 0)),
        ('shop:available', '', r.released_minor - coalesce(b.released_minor, 0)),
        ('platform:pending', '', r.platform_minor - r.platform_released_minor
                                 - coalesce(b.platform_minor - b.platform_released_minor, 0)),
        ('platform:revenue', '', r.platform_released_minor - coalesce(b.platform_released_minor, 0)),
        ('rounding', '', r.rounding_minor - coalesce(b.rounding_minor, 0)),
        ('platform:penalty', c.marketplace, coalesce(b.penalty_minor, 0) - r.penalty_minor),
        ('market:expected', c.marketplace,
         CASE WHEN r.settled THEN 0 ELSE r.penalty_minor - r.base_minor END
         - CASE WHEN b.settled THEN 0 ELSE coalesce(b.penalty_minor - b.base_minor, 0) END),
        ('market:receivable', c.marketplace,
         CASE WHEN r.settled THEN r.penalty_minor - r.base_minor ELSE 0 END
         - CASE WHEN b.settled THEN b.penalty_minor - b.base_minor ELSE 0 END)
    ) AS part (kind, party, minor) WHERE part.minor <> 0
"""
_JOURNALS = f"""
    WITH posted AS (
        SELECT j.reference AS revision, p.debit_id, p.credit_id, p.amount_minor
        FROM ledger_journal j JOIN ledger_posting p ON p.journal_id = j.id WHERE {_OF_COMMISSIONS}
    ), booked AS (
        SELECT revision, a.book_id AS book, a.currency, a.kind, a.party, sum(minor) AS minor FROM (
            SELECT revision, debit_id AS account, -amount_minor AS minor FROM posted
            UNION ALL SELECT revision, credit_id, amount_minor FROM posted
        ) AS sides JOIN ledger_account a ON a.id = sides.account GROUP BY 1, 2, 3, 4, 5
    )
    SELECT revision, kind, book, coalesce(booked.minor, 0) AS journals, coalesce(moved.minor, 0) AS should_be
    FROM booked FULL JOIN ({_MOVED}) AS moved USING (revision, book, currency, kind, party)
    WHERE coalesce(booked.minor, 0) <> coalesce(moved.minor, 0)
"""

_REFERENCES = f"""
    SELECT j.id AS journal, j.kind, j.reference FROM ledger_journal j
    LEFT JOIN commissions_revision r ON j.reference = r.commission_id || ':' || r.number
    WHERE {_OF_COMMISSIONS} AND r.commission_id IS NULL
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
            SELECT shop_id AS book, currency, held_minor + released_minor AS minor FROM commissions_commission
            UNION ALL SELECT book, currency, minor FROM ({_NAMED}) AS named WHERE kind = 'shop:available'
        ) AS explained GROUP BY 1, 2
    ) s ON (s.book, s.currency) = (a.book, a.currency)
    WHERE coalesce(a.minor, 0) <> coalesce(s.minor, 0)
"""

# The entry of another currency is the shop's part, by the plan, of what its line's refunds in that currency took.
_ELSEWHERE = """
    SELECT coalesce(e.commission, s.commission) AS commission, coalesce(e.currency, s.currency) AS currency,
           coalesce(e.minor, 0) AS journals, coalesce(s.minor, 0) AS should_be
    FROM (
        SELECT split_part(j.reference, ':', 1)::uuid AS commission, p.currency,
               sum(CASE WHEN d.kind = 'shop:available' THEN p.amount_minor
                        WHEN c.kind = 'shop:available' THEN -p.amount_minor ELSE 0 END) AS minor
        FROM ledger_journal j JOIN ledger_posting p ON p.journal_id = j.id
        JOIN ledger_account d ON d.id = p.debit_id JOIN ledger_account c ON c.id = p.credit_id
        WHERE j.kind = 'entry.other_currency' GROUP BY 1, 2
    ) e FULL JOIN (
        SELECT c.id AS commission, other.key AS currency,
               div(other.value::bigint::numeric * p.shopkeeper_ppm, 1000000) AS minor
        FROM commissions_commission c JOIN commissions_planversion p ON p.id = c.plan_id
        JOIN orders_orderline l ON l.id = c.order_line_id
        CROSS JOIN LATERAL jsonb_each_text(
            CASE WHEN l.revision = c.line_revision THEN l.returned_elsewhere ELSE c.elsewhere END) AS other
        WHERE c.elsewhere <> '{}' OR l.returned_elsewhere <> '{}'
    ) s ON (s.commission, s.currency) = (e.commission, e.currency)
    WHERE coalesce(e.minor, 0) <> coalesce(s.minor, 0)
"""

CHECKS = [
    Check("15. The journals of each revision of a commission are what it moved, account by account", _JOURNALS),
    Check("15. Each journal of a commission names one of its revisions", _REFERENCES),
    Check(
        "16. A book's pending, platform, rounding and market accounts are its commissions and named entries",
        _BOOKS,
    ),
    Check("15. What was taken in another currency is booked there, by the plan of its line", _ELSEWHERE),
    Check("16. What commissions made available is available, on hold, in a payout or paid", _MADE_AVAILABLE),
]
