"""After a restore, copies the payouts sent since the backup from the replaced database, so that none is paid twice.

A backup does not know the payouts that were sent after it: it would send them again, or let the shopkeeper request
the same money again. Where the replaced database can still be read, those payouts are copied with their ids, files,
keys, submissions, answers and holds. The rail then answers for them as it would have.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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
from joey.payouts.journals import JOURNALS_OF, OVERPAID, RECOVERED, RELEASED, RESERVED, PayoutJournal, book
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
from joey.record.models import ErasableText
from joey.shops.models import Shop

M = TypeVar("M", bound=Model)

LEFT = (Payout.State.SENT, Payout.State.PAID, Payout.State.FAILED, Payout.State.RETURNED)
_PEOPLE = ("operator_id", "placed_by_id", "closed_by_id", "decided_by_id")


@dataclass(frozen=True)
class RecoveredPayouts:
    """`payouts` sent since the backup and their `amounts`; `orphaned` are those of shops that the backup lacks."""

    payouts: int
    amounts: tuple[Money, ...]
    orphaned: tuple[str, ...]  # their keys at the rail


@transaction.atomic
def recover_payouts(before: psycopg.Connection, *, now: datetime) -> RecoveredPayouts:
    """Bring every payout that was sent or refused to the state that the database `before` has for it.

    Safe to run twice: rows keep their ids, journals their references.
    """
    changed = _changed_since(before)
    shops = set(Shop.objects.filter(pk__in={payout.shop_id for payout in changed}).values_list("id", flat=True))
    ours = [payout for payout in changed if payout.shop_id in shops]
    attempts = _read(before, PayoutAttempt, "payout_id", [payout.id for payout in changed])
    _write(before, ours, [attempt for attempt in attempts if attempt.shop_id in shops], now)
    amounts: Counter[str] = Counter()
    for payout in ours:
        amounts[payout.currency] += payout.amount_minor if payout.state in LEFT else 0
    return RecoveredPayouts(
        payouts=sum(payout.state in LEFT for payout in ours),
        amounts=tuple(Money(minor, currency) for currency, minor in sorted(amounts.items()) if minor),
        orphaned=tuple(
            attempt.rail_key for attempt in attempts
            if attempt.shop_id not in shops and attempt.state != PayoutAttempt.State.WITHDRAWN
        ),
    )  # fmt: skip


def _changed_since(before: psycopg.Connection) -> list[Payout]:
    """What left there and has another state here or was asked about since; what was refused there and waits here."""
    known = dict(Payout.objects.values_list("id", "state"))
    attempts = dict(PayoutAttempt.objects.order_by("number").values_list("payout_id", "state"))
    there = _read(before, PayoutAttempt, "payout_id", [payout.id for payout in _left(before)])
    asked = _asked_about_since(before, [attempt.id for attempt in there])
    moved = {each.payout_id for each in there if each.id in asked or attempts.get(each.payout_id) != each.state}
    found = [payout for payout in _left(before) if known.get(payout.id) != payout.state or payout.id in moved]
    waiting = [payout_id for payout_id, state in known.items() if state in IN_PROGRESS]
    refused = [each for each in _read(before, Payout, "id", waiting) if each.state == Payout.State.REFUSED]
    return sorted([*found, *refused], key=lambda payout: payout.id)


def _asked_about_since(before: psycopg.Connection, attempts: Sequence[UUID]) -> set[UUID]:
    """The attempts with a question or a finding that is not here. An overpayment changes no state."""
    holds = not_here(PayoutHold, _read(before, PayoutHold, "attempt_id", attempts))
    findings = not_here(PayoutDecision, _read(before, PayoutDecision, "attempt_id", attempts))
    return {each.attempt_id for each in holds if each.attempt_id} | {each.attempt_id for each in findings}


def _left(before: psycopg.Connection) -> list[Payout]:
    return _read(before, Payout, "state", [str(state) for state in LEFT])


def _write(
    before: psycopg.Connection, payouts: Sequence[Payout], attempts: Sequence[PayoutAttempt], now: datetime
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
    holds = _read(before, PayoutHold, "attempt_id", [attempt.id for attempt in attempts])
    closings = _read(before, PayoutHoldClosing, "hold_id", [hold.id for hold in holds])
    decisions = _read(before, PayoutDecision, "attempt_id", [attempt.id for attempt in attempts])
    _forget_strangers([*payouts, *holds, *closings])
    known = _known_people({each.operator_id for each in approvals} | {each.operator_id for each in decisions})
    approvals = [each for each in approvals if each.operator_id in known]
    decisions = [each for each in decisions if each.operator_id in known]
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
    _book(payouts, attempts, {file.id: file.rail_account for file in files}, decisions)


def _known_people(ids: "set[UUID]") -> "set[UUID]":
    return set(Person.objects.filter(pk__in=ids).values_list("id", flat=True))


def _forget_strangers(rows: Iterable[Model]) -> None:
    """An operator added after the backup exists in the replaced database only."""
    rows = list(rows)
    named = {getattr(row, name) for row in rows for name in _PEOPLE if getattr(row, name, None)}
    known = _known_people(named)
    for row in rows:
        for name in _PEOPLE:
            if getattr(row, name, None) and getattr(row, name) not in known:
                setattr(row, name, None)


def _copy_texts(before: psycopg.Connection, rows: Iterable[Model]) -> None:
    """The texts that these rows refer to, with their salts, or the fact that they were erased."""
    names = ("details_id", "reason_id", "content_id")
    needed = {getattr(row, name) for row in rows for name in names if getattr(row, name, None)}
    _insert(ErasableText, _read(before, ErasableText, "id", list(needed)))


def _book(
    payouts: Iterable[Payout],
    attempts: Iterable[PayoutAttempt],
    rail_accounts: dict[UUID, str],
    decisions: Iterable[PayoutDecision],
) -> None:
    """The journals of each payout's state, in the order in which they came; those in the backup are skipped."""
    journals: list[PayoutJournal] = []
    by_payout = {attempt.payout_id: attempt for attempt in attempts if attempt.state != PayoutAttempt.State.WITHDRAWN}

    def add(
        payout: Payout, kind: str, attempt: PayoutAttempt | None = None, found: PayoutDecision | None = None
    ) -> None:
        at = payout.requested_at if kind == RESERVED else payout.finished_at or payout.requested_at
        number, account = (attempt.number, rail_accounts[attempt.file_id]) if attempt else (None, "")
        journals.append(
            PayoutJournal(
                kind,
                payout.id,
                number,
                payout.shop_id,
                account,
                payout.currency,
                payout.amount_minor,
                at,
                borne_by=found.borne_by if found else "shop",
                overpayment=found.overpayment if found else None,
            )
        )

    for payout in payouts:
        add(payout, RESERVED)
        if payout.state == Payout.State.REFUSED:
            add(payout, RELEASED)
            continue
        attempt = by_payout[payout.id]
        for kind in JOURNALS_OF[attempt.state]:
            add(payout, kind, attempt)
        for booked, ended in _overpayments_of(attempt, decisions):
            add(payout, OVERPAID, attempt, booked)
            if ended:
                add(payout, RECOVERED, attempt, booked)
    book(journals)


def _overpayments_of(
    attempt: PayoutAttempt, decisions: Iterable[PayoutDecision]
) -> Iterator[tuple[PayoutDecision, bool]]:
    """The findings that booked an overpayment of this attempt, each with whether it came back."""
    numbered = [each for each in decisions if each.attempt_id == attempt.id and each.overpayment is not None]
    came_back = {each.overpayment for each in numbered if each.outcome == PayoutDecision.Outcome.RETURNED}
    for each in sorted(numbered, key=lambda decision: decision.pk):
        if each.outcome != PayoutDecision.Outcome.RETURNED:
            yield each, each.overpayment in came_back


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
