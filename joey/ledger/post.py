"""Booking: a set of moves becomes journals and postings, and the balances follow, in the caller's transaction.

There is one path. A single booking (`post`) is a set of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import Conflict
from joey.kit.sets import SetTable
from joey.ledger.chart import AccountKind
from joey.money.money import Money


class OtherContent(Conflict):
    """This (book, kind, reference) was booked before, with other moves. Nothing was booked; the facts name it."""

    code = "other_content"


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
    """Book one journal; False when this (book, kind, reference) was booked before with the same moves.

    Raises OtherContent when it was booked with other moves, IntegrityError as `post_set` does.
    """
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

    A journal that is booked already with the same moves is skipped, so the same set can come twice; with other moves
    the whole set raises OtherContent. Accounts are made when missing and locked in id order, so that two sets that
    share accounts do not deadlock. Raises IntegrityError when an account that must not would cross zero, and for a
    pair of accounts that its kind of journal may not post (postings.py).
    """
    assert sql.inside_transaction(), "a booking belongs to what it books: open a transaction first"
    if isinstance(moves, str):
        query, moves = moves, SetTable("moves_to_book", MoveRow).create()
        moves.insert(query, params)
    given, journals = _write_journals(moves)
    if journals < given:
        _refuse_other_content(moves)
    if journals:
        _make_accounts()
        _move_balances()
        _write_postings()
    return journals


def _write_journals(moves: SetTable[MoveRow]) -> tuple[int, int]:
    """Make the journals that are new, and the set of their moves (`booking`); how many are in the set, and are new."""
    new = SetTable("new_journal", _NewJournal).create()
    ((given, count),) = sql.tuples(
        f"""
        WITH given AS (
            SELECT book_id, kind, reference, min(happened_at) AS happened_at FROM {moves} GROUP BY 1, 2, 3
        ), written AS (
            INSERT INTO ledger_journal (book_id, kind, reference, happened_at)
            SELECT book_id, kind, reference, happened_at FROM given ORDER BY 1, 2, 3
            ON CONFLICT (book_id, kind, reference) DO NOTHING
            RETURNING id AS journal_id, book_id, kind, reference
        ), kept AS (
            INSERT INTO {new} ({new.columns}) SELECT {new.columns} FROM written RETURNING 1
        )
        SELECT (SELECT count(*) FROM given), (SELECT count(*) FROM kept)
        """
    )
    new.analyze()
    SetTable("booking", _NewPosting).create().insert(
        f"SELECT new.journal_id, m.* FROM {moves} m JOIN {new} AS new USING (book_id, kind, reference)"
    )
    return given, count


def _refuse_other_content(moves: SetTable[MoveRow]) -> None:
    """Compare the moves of each journal that was there before with its postings.

    OFFSET 0 has them read a journal at a time, each from its day; a join of the whole sets would read every day.
    """
    other = sql.one(
        f"""
        WITH given AS (
            SELECT j.id AS journal, m.debit_kind, m.debit_party, m.credit_kind, m.credit_party, m.currency,
                   m.amount_minor
            FROM {moves} m JOIN ledger_journal j USING (book_id, kind, reference)
            WHERE NOT EXISTS (SELECT FROM new_journal new WHERE new.journal_id = j.id)
        ), booked AS (
            SELECT p.journal_id, d.kind, d.party, c.kind, c.party, p.currency, p.amount_minor
            FROM (SELECT DISTINCT journal FROM given) g
            CROSS JOIN LATERAL (SELECT * FROM ledger_posting WHERE journal_id = g.journal OFFSET 0) p
            JOIN ledger_account d ON d.id = p.debit_id JOIN ledger_account c ON c.id = p.credit_id
        )
        SELECT j.kind, j.reference FROM (
            (TABLE given EXCEPT ALL TABLE booked) UNION ALL (TABLE booked EXCEPT ALL TABLE given)
        ) AS differs JOIN ledger_journal j ON j.id = differs.journal
        ORDER BY j.id LIMIT 1
        """
    )
    if other is not None:
        raise OtherContent(
            _("The journal %(kind)s %(reference)s was booked before with other amounts or accounts.") % other, **other
        )


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
