"""Booking: a set of moves becomes journals and postings, and the balances follow, in the caller's transaction.

There is one path. A single booking (`post`) is a set of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.kit import sql
from joey.kit.sets import SetTable
from joey.ledger.chart import AccountKind
from joey.money.money import Money


@dataclass(frozen=True)
class MoveRow:
    """One posting to be made. Rows of one (book_id, kind, reference) make one journal and agree on `happened_at`.

    Leave out rows of nothing: amount_minor is above zero. A party is "" where the kind of account has none.
    """

    book_id: UUID
    kind: str
    reference: str
    happened_at: datetime
    debit_kind: str
    debit_party: str
    credit_kind: str
    credit_party: str
    currency: str
    amount_minor: int


@dataclass(frozen=True)
class Move:
    """`amount` goes from the debited account to the credited one."""

    debit: AccountKind
    credit: AccountKind
    amount: Money
    debit_party: str = ""
    credit_party: str = ""


@dataclass(frozen=True)
class _NewJournal:
    """A journal that was not there before."""

    journal_id: UUID
    book_id: UUID
    kind: str
    reference: str


@dataclass(frozen=True)
class _NewPosting:
    """A move of a new journal, before its accounts are known by id."""

    journal_id: UUID
    book_id: UUID
    debit_kind: str
    debit_party: str
    credit_kind: str
    credit_party: str
    currency: str
    amount_minor: int


def post(book_id: UUID, *, kind: str, reference: str, happened_at: datetime, moves: Sequence[Move]) -> bool:
    """Book one journal; False when this (book, kind, reference) was booked before, and nothing moved."""
    rows = [
        MoveRow(
            book_id, kind, reference, happened_at, move.debit, move.debit_party, move.credit, move.credit_party,
            move.amount.currency, move.amount.minor,
        )
        for move in moves
    ]  # fmt: skip
    return post_set(SetTable("one_booking", MoveRow).create().fill(rows)) == 1


def post_set(moves: SetTable[MoveRow] | str, params: sql.Params = None) -> int:
    """Book every journal of the set; how many were new. `moves` is a filled set, or a SELECT with MoveRow's columns.

    A journal whose (book, kind, reference) is booked already is skipped whole, so the same set can come twice.
    Accounts are made when missing and locked in id order, so that two sets that share accounts do not deadlock.
    Raises IntegrityError when an account that must not would fall below zero.
    """
    assert sql.inside_transaction(), "a booking belongs to what it books: open a transaction first"
    if isinstance(moves, str):
        query, moves = moves, SetTable("moves_to_book", MoveRow).create()
        moves.insert(query, params)
    journals = _write_journals(moves)
    if journals:
        _make_accounts()
        _move_balances()
        _write_postings()
    return journals


def _write_journals(moves: SetTable[MoveRow]) -> int:
    """Make the journals that are new, and the set of their moves (`booking`); how many journals."""
    new = SetTable("new_journal", _NewJournal).create()
    count = sql.execute(
        f"""
        WITH written AS (
            INSERT INTO ledger_journal (book_id, kind, reference, happened_at)
            SELECT book_id, kind, reference, min(happened_at) FROM {moves} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            ON CONFLICT (book_id, kind, reference) DO NOTHING
            RETURNING id AS journal_id, book_id, kind, reference
        )
        INSERT INTO {new} ({new.columns}) SELECT {new.columns} FROM written
        """
    )
    new.analyze()
    SetTable("booking", _NewPosting).create().insert(
        f"SELECT new.journal_id, m.* FROM {moves} m JOIN {new} AS new USING (book_id, kind, reference)"
    )
    return count


def _make_accounts() -> None:
    sql.execute(
        """
        INSERT INTO ledger_account (book_id, kind, party, currency)
        SELECT book_id, debit_kind, debit_party, currency FROM booking
        UNION SELECT book_id, credit_kind, credit_party, currency FROM booking
        ORDER BY 1, 2, 3, 4
        ON CONFLICT (book_id, kind, party, currency) DO NOTHING
        """
    )


def _move_balances() -> None:
    sql.execute(
        """
        WITH moved AS (
            SELECT book_id, kind, party, currency, sum(amount)::bigint AS amount, count(*) AS postings FROM (
                SELECT book_id, debit_kind AS kind, debit_party AS party, currency, -amount_minor AS amount FROM booking
                UNION ALL
                SELECT book_id, credit_kind, credit_party, currency, amount_minor FROM booking
            ) AS sides GROUP BY 1, 2, 3, 4
        ), locked AS (
            SELECT a.id, moved.amount, moved.postings FROM ledger_account a
            JOIN moved USING (book_id, kind, party, currency) ORDER BY a.id FOR UPDATE OF a
        )
        UPDATE ledger_account a
        SET balance_minor = a.balance_minor + locked.amount, postings = a.postings + locked.postings
        FROM locked WHERE a.id = locked.id
        """
    )


def _write_postings() -> None:
    sql.execute(
        """
        INSERT INTO ledger_posting (journal_id, book_id, debit_id, credit_id, currency, amount_minor)
        SELECT b.journal_id, b.book_id, d.id, c.id, b.currency, b.amount_minor
        FROM booking b
        JOIN ledger_account d ON (d.book_id, d.kind, d.party, d.currency)
                               = (b.book_id, b.debit_kind, b.debit_party, b.currency)
        JOIN ledger_account c ON (c.book_id, c.kind, c.party, c.currency)
                               = (b.book_id, b.credit_kind, b.credit_party, b.currency)
        ORDER BY b.journal_id
        """
    )
