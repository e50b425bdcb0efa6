"""After a restore, copies the payouts sent since the backup from the replaced database, so that none is paid twice.

A backup does not know the payouts that were sent after it: it would send them again, or let the shopkeeper request
the same money again. Where the replaced database can still be read, those payouts are copied with their ids, files,
keys, submissions, answers and holds, and with the people who decided about them. The rail then answers for them as it
would have. So are payouts that left before and about which more was learned since: a file that the bank has shown to
have is never sent again. What an operator held or released since stays so.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from django.db import transaction
from django.db.models import Model
from psycopg import sql as text
from psycopg.rows import dict_row

from joey.kit import sql
from joey.money.money import Money
from joey.payouts.book_carried_over import book_carried_over
from joey.payouts.models import (
    Payee,
    Payout,
    PayoutAnswer,
    PayoutApproval,
    PayoutAttempt,
    PayoutDecision,
    PayoutFile,
    PayoutHold,
    PayoutHoldClosing,
    PayoutSubmission,
)
from joey.payouts.record_carried_over import not_here, record_carried_over
from joey.payouts.states import IN_PROGRESS
from joey.people.models import Person
from joey.record.append import append
from joey.record.models import ErasableText
from joey.shops.models import Shop

M = TypeVar("M", bound=Model)

LEFT = (Payout.State.SENT, Payout.State.PAID, Payout.State.FAILED, Payout.State.RETURNED)
_PEOPLE = ("operator_id", "placed_by_id", "closed_by_id", "decided_by_id")


@dataclass(frozen=True)
class RecoveredPayouts:
    """`payouts` that left since the backup and their `amounts`; `orphaned` are those of shops that the backup lacks.

    What left before, and was only answered, asked or decided about since, is copied and not counted.
    """

    payouts: int
    amounts: tuple[Money, ...]
    orphaned: tuple[str, ...]  # their keys at the rail


@transaction.atomic
def recover_payouts(before: psycopg.Connection, *, now: datetime) -> RecoveredPayouts:
    """Bring every payout that was sent or refused to the state that the database `before` has for it.

    Safe to run twice and beside itself: rows keep their ids, journals their references, and one waits for the other.
    """
    sql.lock_until_end("payouts:recover")
    known = dict(Payout.objects.values_list("id", "state"))
    changed = _changed_since(before, known)
    shops = set(Shop.objects.filter(pk__in={payout.shop_id for payout in changed}).values_list("id", flat=True))
    ours = [payout for payout in changed if payout.shop_id in shops]
    attempts = _attempts_of(before, changed)
    stopped = _stopped_by_operators(before, known.keys() | {payout.id for payout in ours})
    _write(before, ours, [attempt for attempt in attempts if attempt.shop_id in shops], stopped, now)
    sent = [payout for payout in ours if payout.state in LEFT and known.get(payout.id) not in LEFT]
    amounts: Counter[str] = Counter()
    for payout in sent:
        amounts[payout.currency] += payout.amount_minor
    return RecoveredPayouts(
        payouts=len(sent),
        amounts=tuple(Money(minor, currency) for currency, minor in sorted(amounts.items())),
        orphaned=tuple(
            attempt.rail_key for attempt in attempts
            if attempt.shop_id not in shops and attempt.state != PayoutAttempt.State.WITHDRAWN
        ),
    )  # fmt: skip


def _changed_since(before: psycopg.Connection, known: Mapping[UUID, str]) -> list[Payout]:
    """What left there and has another state here, or more was learned about; what was refused there and waits here."""
    left = _read(before, Payout, "state", [str(state) for state in LEFT])
    states = dict(PayoutAttempt.objects.values_list("id", "state"))
    learned = _learned_about_since(before)
    moved = {
        attempt.payout_id
        for attempt in _attempts_of(before, left)
        if attempt.state != states.get(attempt.id) or attempt.id in learned or attempt.file_id in learned
    }
    found = [payout for payout in left if known.get(payout.id) != payout.state or payout.id in moved]
    waiting = [payout_id for payout_id, state in known.items() if state in IN_PROGRESS]
    refused = [each for each in _read(before, Payout, "id", waiting) if each.state == Payout.State.REFUSED]
    return sorted([*found, *refused], key=lambda payout: payout.id)


def _learned_about_since(before: psycopg.Connection) -> set[UUID]:
    """The files and attempts with a submission, an answer, a question, its end or a finding that is not here.

    None of these has to change a state. An answer that only names its file is lost at a price: once the rail forgets
    the file, the same bytes would go again.
    """
    ended = _read(before, PayoutHold, "id", list(_named_by_new(before, PayoutHoldClosing, "hold_id")))
    return {
        *_named_by_new(before, PayoutSubmission, "file_id"),
        *_named_by_new(before, PayoutAnswer, "file_id"),
        *_named_by_new(before, PayoutHold, "attempt_id"),
        *_named_by_new(before, PayoutDecision, "attempt_id"),
        *(hold.attempt_id for hold in ended if hold.attempt_id),
    }


def _stopped_by_operators(before: psycopg.Connection, payouts: Set[UUID]) -> list[PayoutHold]:
    """Their holds on a shop that is here and on these payouts, those that have ended too."""
    holds = _read(before, PayoutHold, "cause", [PayoutHold.Cause.OPERATOR.value])
    shops = set(Shop.objects.filter(pk__in={hold.shop_id for hold in holds}).values_list("id", flat=True))
    return [each for each in holds if each.shop_id in shops and (each.payout_id is None or each.payout_id in payouts)]


def _attempts_of(before: psycopg.Connection, payouts: Sequence[Payout]) -> list[PayoutAttempt]:
    """The older ones of a payout first: written in this order, at no moment can two of them pay."""
    attempts = _read(before, PayoutAttempt, "payout_id", [payout.id for payout in payouts])
    return sorted(attempts, key=lambda attempt: (attempt.payout_id, attempt.number))


def _write(
    before: psycopg.Connection,
    payouts: Sequence[Payout],
    attempts: Sequence[PayoutAttempt],
    stopped: Sequence[PayoutHold],
    now: datetime,
) -> None:
    """Rows with the ids they had, in order of ids: a shop's older payout is finished before a newer one begins."""
    ids = [payout.id for payout in payouts]
    payees = _read(before, Payee, "id", list({payout.payee_id for payout in payouts}))
    files = _read(before, PayoutFile, "id", list({attempt.file_id for attempt in attempts}))
    submissions = _read(before, PayoutSubmission, "file_id", [file.id for file in files])
    ours = {attempt.id for attempt in attempts} | {None}
    every = _read(before, PayoutAnswer, "file_id", [file.id for file in files])
    answers = [answer for answer in every if answer.attempt_id in ours]  # others' shops are not in the backup
    approvals = _read(before, PayoutApproval, "payout_id", ids)
    holds = [*stopped, *_read(before, PayoutHold, "attempt_id", [attempt.id for attempt in attempts])]
    closings = _read(before, PayoutHoldClosing, "hold_id", [hold.id for hold in holds])
    decisions = _read(before, PayoutDecision, "attempt_id", [attempt.id for attempt in attempts])
    _copy_people(before, [*payouts, *approvals, *holds, *closings, *decisions], now)
    _copy_texts(before, [*payees, *payouts, *attempts, *files, *answers, *holds, *closings, *decisions])
    record_carried_over(payouts, payees, approvals, holds, closings, now=now)
    _insert(Payee, payees)
    _upsert(PayoutFile, files, ("withdrawn_at", "asked_at", "answered_at", "problems"))
    decided = ("approvals_needed", "decided_by", "decided_at")
    _upsert(Payout, payouts, ("state", "reason_id", "reason_sha256", "finished_at", *decided))
    _insert(PayoutApproval, approvals)
    _upsert(PayoutAttempt, attempts, ("state", "reason_id", "reason_sha256", "finished_at"))
    _insert(PayoutSubmission, submissions)
    _insert(PayoutAnswer, answers)
    _insert(PayoutHold, holds)
    _insert(PayoutHoldClosing, closings)
    _insert(PayoutDecision, decisions)
    for numbered in (PayoutApproval, PayoutSubmission, PayoutAnswer, PayoutDecision):
        _advance(numbered)
    book_carried_over(payouts, attempts, {file.id: file.rail_account for file in files}, decisions)


def _copy_people(before: psycopg.Connection, rows: Iterable[Model], now: datetime) -> None:
    """An operator added after the backup comes as a person without the office: what they decided is evidence.

    Without their finding the question that it ended would be closed here, and what it booked would not be.
    """
    named = {getattr(row, name) for row in rows for name in _PEOPLE if getattr(row, name, None)}
    people = not_here(Person, _read(before, Person, "id", list(named)))
    for person in people:
        person.is_staff = person.is_superuser = False
        append("person.joined", f"person:{person.id}", {"by": "restore"}, happened_at=now)
    _insert(Person, people)


def _copy_texts(before: psycopg.Connection, rows: Iterable[Model]) -> None:
    """The texts that these rows refer to, with their salts, or the fact that they were erased."""
    names = ("details_id", "reason_id", "content_id", "words_id")
    needed = {getattr(row, name) for row in rows for name in names if getattr(row, name, None)}
    _insert(ErasableText, _read(before, ErasableText, "id", list(needed)))


def _insert(model: type[M], rows: Sequence[M]) -> None:
    """Rows that never change: those that are here already stay."""
    model._default_manager.bulk_create(rows, ignore_conflicts=True)


def _advance(model: type[Model]) -> None:
    """Let numbers given out from now on come after those of the copied rows."""
    table = model._meta.db_table
    number = "nextval(pg_get_serial_sequence(%s, 'id'))"
    highest = int(sql.value(f"SELECT coalesce(max(id), 0) FROM {table}"))
    missing = highest - int(sql.value(f"SELECT {number}", [table]))
    if missing > 0:
        sql.value(f"SELECT max({number}) FROM generate_series(1, %s)", [table, missing])


def _upsert(model: type[M], rows: Sequence[M], changing: Sequence[str]) -> None:
    if rows:
        model._default_manager.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=list(changing)
        )


def _read(before: psycopg.Connection, model: type[M], column: str, values: Sequence[Any]) -> list[M]:
    """Rows of the other database as unsaved rows of this one."""
    statement = text.SQL("SELECT {} FROM {} WHERE {} = ANY(%s)").format(
        text.SQL(", ").join(text.Identifier(field.column) for field in model._meta.concrete_fields),
        text.Identifier(model._meta.db_table),
        text.Identifier(column),
    )
    with before.cursor(row_factory=dict_row) as cursor:
        return [model(**row) for row in cursor.execute(statement, [list(values)]).fetchall()]


def _named_by_new(before: psycopg.Connection, model: type[Model], column: str) -> set[UUID]:
    """What the rows of the other database that are not here have in this column."""
    statement = text.SQL("SELECT {}, {} FROM {} WHERE {} IS NOT NULL").format(
        text.Identifier(model._meta.pk.column),
        text.Identifier(column),
        text.Identifier(model._meta.db_table),
        text.Identifier(column),
    )
    here = set(model._default_manager.values_list("pk", flat=True))
    return {named for key, named in before.execute(statement).fetchall() if key not in here}
