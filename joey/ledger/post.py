"""Booking: a set of moves becomes journals and postings, and the balances follow, in the caller's transaction.

There is one path. A single booking (`post`) is a set of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.kit import sql
from joey.ledger.chart import AccountKind
from joey.money.money import Money

# A set to be booked lies in a temporary table of this shape; whoever fills it owns it and drops it.
# One row is one posting. Rows of one (shop_id, kind, reference) make one journal; `happened_at` and the
# rest of the journal's facts must agree between them. Rows with amount_minor = 0 are left out by the filler.
MOVES_COLUMNS = """
    shop_id uuid NOT NULL, kind text NOT NULL, reference text NOT NULL, happened_at timestamptz NOT NULL,
    debit_kind text NOT NULL, debit_party text NOT NULL DEFAULT '',
    credit_kind text NOT NULL, credit_party text NOT NULL DEFAULT '',
    currency char(3) NOT NULL, amount_minor bigint NOT NULL
"""


@dataclass(frozen=True)
class Move:
    """`amount` goes from the debited account to the credited one."""

    debit: AccountKind
    credit: AccountKind
    amount: Money
    debit_party: str = ""
    credit_party: str = ""


def post(shop_id: UUID, *, kind: str, reference: str, happened_at: datetime, moves: Sequence[Move]) -> bool:
    """Book one journal in one shop's book; False when this (kind, reference) is booked already."""
    sql.fresh_temp_table("one_booking", MOVES_COLUMNS)
    for move in moves:
        sql.execute(
            "INSERT INTO one_booking VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                shop_id, kind, reference, happened_at, move.debit, move.debit_party,
                move.credit, move.credit_party, move.amount.currency, move.amount.minor,
            ],
        )  # fmt: skip
    return post_set("one_booking") == 1


def post_set(table: str) -> int:
    """Book every journal in temporary table `table` (shape: MOVES_COLUMNS); how many were new.

    A journal whose (shop, kind, reference) is booked already is passed over whole, so the same set can come
    twice. Accounts are made when missing and locked in id order, which keeps two sets that meet from
    deadlocking. Raises IntegrityError when an account that must not would fall below zero.
    """
    assert sql.inside_transaction(), "booking is part of a larger happening: open a transaction first"
    # Statistics before each join: a temporary table has none of its own accord, and a planner that takes twenty
    # thousand rows for a few compares each with each.
    sql.execute(f"ANALYZE {table}")
    sql.fresh_temp_table("booked", "journal_id bigint, shop_id uuid, kind text, reference text")
    sql.execute(
        f"""
        WITH written AS (
            INSERT INTO ledger_journal (shop_id, kind, reference, happened_at)
            SELECT shop_id, kind, reference, min(happened_at) FROM {table} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            ON CONFLICT (shop_id, kind, reference) DO NOTHING
            RETURNING id, shop_id, kind, reference
        )
        INSERT INTO booked SELECT * FROM written
        """
    )
    sql.execute("ANALYZE booked")
    sql.execute("DROP TABLE IF EXISTS pg_temp.booking")
    sql.execute(
        f"""
        CREATE TEMP TABLE booking ON COMMIT DROP AS
        SELECT booked.journal_id, m.shop_id, m.debit_kind, m.debit_party, m.credit_kind, m.credit_party,
               m.currency, m.amount_minor
        FROM {table} m JOIN booked USING (shop_id, kind, reference)
        """
    )
    sql.execute(
        """
        INSERT INTO ledger_account (shop_id, kind, party, currency)
        SELECT shop_id, debit_kind, debit_party, currency FROM booking
        UNION SELECT shop_id, credit_kind, credit_party, currency FROM booking
        ORDER BY 1, 2, 3, 4
        ON CONFLICT (shop_id, kind, party, currency) DO NOTHING
        """
    )
    sql.execute("ANALYZE booking")
    sql.execute(
        """
        WITH moved AS (
            SELECT shop_id, kind, party, currency, sum(amount)::bigint AS amount, count(*) AS postings FROM (
                SELECT shop_id, debit_kind AS kind, debit_party AS party, currency, -amount_minor AS amount FROM booking
                UNION ALL
                SELECT shop_id, credit_kind, credit_party, currency, amount_minor FROM booking
            ) AS sides GROUP BY 1, 2, 3, 4
        ), locked AS (
            SELECT a.id, moved.amount, moved.postings FROM ledger_account a
            JOIN moved USING (shop_id, kind, party, currency) ORDER BY a.id FOR UPDATE OF a
        )
        UPDATE ledger_account a
        SET balance_minor = a.balance_minor + locked.amount, postings = a.postings + locked.postings
        FROM locked WHERE a.id = locked.id
        """
    )
    sql.execute(
        """
        INSERT INTO ledger_posting (journal_id, shop_id, debit_id, credit_id, currency, amount_minor)
        SELECT b.journal_id, b.shop_id, d.id, c.id, b.currency, b.amount_minor
        FROM booking b
        JOIN ledger_account d ON (d.shop_id, d.kind, d.party, d.currency)
                               = (b.shop_id, b.debit_kind, b.debit_party, b.currency)
        JOIN ledger_account c ON (c.shop_id, c.kind, c.party, c.currency)
                               = (b.shop_id, b.credit_kind, b.credit_party, b.currency)
        ORDER BY b.journal_id
        """
    )
    return int(sql.value("SELECT count(*) FROM booked"))
