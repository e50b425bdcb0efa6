"""Copies payouts with all that belongs to them from the database that a restore replaces, and books what is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TypeVar
from uuid import UUID

import psycopg
from django.db.models import Model

from joey.kit import sql
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
    PayoutLimits,
    PayoutSubmission,
)
from joey.payouts.read_before import read
from joey.payouts.record_carried_over import (
    not_here,
    record_carried_over,
    record_erased,
    record_findings,
    record_limits,
    record_person,
    record_shop,
)
from joey.payouts.states import NOT_FINAL
from joey.payouts.withdraw import withdraw_locked
from joey.people.models import Person
from joey.record.models import ErasableText
from joey.shops.models import Shop

M = TypeVar("M", bound=Model)

_PEOPLE = ("owner_id", "operator_id", "placed_by_id", "closed_by_id", "decided_by_id", "published_by_id", "ended_by_id")
_NOT_LEFT = (PayoutAttempt.State.PREPARED, PayoutAttempt.State.WITHDRAWN)


@dataclass(frozen=True)
class _Rows:
    """Payouts of the other database as they are to be here, with what belongs to them."""

    payouts: Sequence[Payout]
    attempts: Sequence[PayoutAttempt]
    files: Sequence[PayoutFile]
    submissions: Sequence[PayoutSubmission]
    approvals: Sequence[PayoutApproval]
    shops: Sequence[Shop] = ()
    payees: Sequence[Payee] = ()
    answers: Sequence[PayoutAnswer] = ()
    holds: Sequence[PayoutHold] = ()
    closings: Sequence[PayoutHoldClosing] = ()
    decisions: Sequence[PayoutDecision] = ()


def copy_payouts(before: psycopg.Connection, payouts: Sequence[Payout], *, now: datetime) -> None:
    """Rows with the ids they had, in order of ids: a shop's older payout is finished before a newer one begins."""
    attempts = attempts_of(before, payouts)
    attempt_ids = [attempt.id for attempt in attempts]
    file_ids = list({attempt.file_id for attempt in attempts})
    answers = read(before, PayoutAnswer, "file_id", file_ids)
    holds = read(before, PayoutHold, "attempt_id", attempt_ids)
    rows = _Rows(
        payouts=payouts,
        attempts=attempts,
        files=read(before, PayoutFile, "id", file_ids),
        submissions=read(before, PayoutSubmission, "file_id", file_ids),
        approvals=read(before, PayoutApproval, "payout_id", [payout.id for payout in payouts]),
        shops=not_here(Shop, read(before, Shop, "id", list({payout.shop_id for payout in payouts}))),
        payees=read(before, Payee, "id", list({payout.payee_id for payout in payouts})),
        answers=[each for each in answers if each.attempt_id in {*attempt_ids, None}],  # others with their own payout
        holds=holds,
        closings=read(before, PayoutHoldClosing, "hold_id", [hold.id for hold in holds]),
        decisions=read(before, PayoutDecision, "attempt_id", attempt_ids),
    )
    _write(before, rows, now)


def copy_as_unknown(before: psycopg.Connection, payout: Payout, *, now: datetime) -> PayoutAttempt | None:
    """Of a payout that cannot be copied, but is here, only that it left: its transfer, of which no more is known.

    A transfer that is final here stays so. None where the payout is not here, or its transfer or file cannot be found.
    """
    here = Payout.objects.filter(pk=payout.id).first()
    attempts = attempts_of(before, [payout])
    attempt = next((each for each in attempts if each.state not in _NOT_LEFT), None)
    if here is None or attempt is None:
        return None
    found = PayoutAttempt.objects.select_related("file", "payout__shop__owner").filter(pk=attempt.id)
    if not found.exclude(state__in=NOT_FINAL).exists():
        files = read(before, PayoutFile, "id", [each.file_id for each in attempts])
        submissions = read(before, PayoutSubmission, "file_id", [attempt.file_id])
        if not submissions:
            return None
        if here.state == Payout.State.REQUESTED:  # it was approved there
            here.approvals_needed, here.decided_at = payout.approvals_needed, payout.decided_at
            here.decided_by_id = payout.decided_by_id
        here.state = Payout.State.SENT
        attempt.state, attempt.finished_at = PayoutAttempt.State.UNKNOWN, None
        attempt.reason_id = attempt.reason_sha256 = None
        approvals = read(before, PayoutApproval, "payout_id", [here.id])
        _write(before, _Rows([here], attempts, files, submissions, approvals), now)
    return found.get()


def _write(before: psycopg.Connection, rows: _Rows, now: datetime) -> None:
    """What is missing here, its events and its journals."""
    payouts, decisions, approvals = rows.payouts, rows.decisions, rows.approvals
    _copy_people(before, [*rows.shops, *payouts, *approvals, *rows.holds, *rows.closings, *decisions], now)
    with_texts = [rows.payees, payouts, rows.attempts, rows.files, rows.answers, rows.holds, rows.closings, decisions]
    _copy_texts(before, chain.from_iterable(with_texts))
    for shop in rows.shops:
        record_shop(shop)
    known = {payout.id for payout in payouts} - {payout.id for payout in not_here(Payout, payouts)}
    record_carried_over(payouts, rows.payees, approvals, rows.holds, rows.closings, now=now)
    record_findings(decisions, rows.attempts)
    _withdraw(rows.files)
    _insert(Shop, rows.shops)
    _insert(Payee, rows.payees)
    _upsert(PayoutFile, rows.files, ("withdrawn_at", "asked_at", "answered_at", "problems"))
    decided = ("approvals_needed", "decided_by", "decided_at")
    _upsert(Payout, payouts, ("state", "reason_id", "reason_sha256", "finished_at", *decided))
    _insert(PayoutApproval, approvals)
    _upsert(PayoutAttempt, rows.attempts, ("state", "reason_id", "reason_sha256", "finished_at"))
    open_ones = PayoutAttempt.objects.filter(file__in=rows.files, state__in=NOT_FINAL)  # what was left out stays open
    PayoutFile.objects.filter(pk__in=open_ones.values("file")).update(answered_at=None)
    _insert(PayoutSubmission, rows.submissions)
    _insert(PayoutAnswer, rows.answers)
    _insert(PayoutHold, rows.holds)
    _insert(PayoutHoldClosing, rows.closings)
    _insert(PayoutDecision, decisions)
    for numbered in (PayoutApproval, PayoutSubmission, PayoutAnswer, PayoutDecision):
        _advance(numbered)
    accounts = {file.id: file.rail_account for file in rows.files}
    book_carried_over(payouts, rows.attempts, accounts, decisions, reserved=known)


def copy_holds(before: psycopg.Connection, holds: Sequence[PayoutHold], *, now: datetime) -> None:
    """Holds that operators placed, with their endings."""
    closings = read(before, PayoutHoldClosing, "hold_id", [hold.id for hold in holds])
    _copy_people(before, [*holds, *closings], now)
    _copy_texts(before, [*holds, *closings])
    record_carried_over([], [], [], holds, closings, now=now)
    _insert(PayoutHold, holds)
    _insert(PayoutHoldClosing, closings)


def copy_limits(before: psycopg.Connection, limits: Sequence[PayoutLimits], *, now: datetime) -> None:
    """Versions of limits: payouts were approved under them."""
    new = not_here(PayoutLimits, limits)
    _copy_people(before, new, now)
    _insert(PayoutLimits, new)
    for version in new:
        record_limits(before, version)
    _advance(PayoutLimits)


def copy_rows(before: psycopg.Connection, *tables: Sequence[Model], now: datetime) -> None:
    """Rows that never change, a table after the other, with the people and the texts that they name."""
    rows = [row for table in tables for row in table]
    _copy_people(before, rows, now)
    _copy_texts(before, rows)
    for table in tables:
        if table:
            _insert(type(table[0]), table)


def attempts_of(before: psycopg.Connection, payouts: Sequence[Payout]) -> list[PayoutAttempt]:
    """The older ones of a payout first: written in this order, at no moment can two of them pay.

    What was prepared and withdrawn since the backup never left and stays there: its file would come without the
    transfers of payouts that wait, and a file is only ever known with all of its own.
    """
    every = read(before, PayoutAttempt, "payout_id", [payout.id for payout in payouts])
    unknown = {attempt.id for attempt in not_here(PayoutAttempt, every)}
    attempts = [each for each in every if each.state != PayoutAttempt.State.WITHDRAWN or each.id not in unknown]
    return sorted(attempts, key=lambda attempt: (attempt.payout_id, attempt.number))


def _withdraw(files: Iterable[PayoutFile]) -> None:
    """Withdraw here what was withdrawn since the backup, with every transfer in it: some are of payouts that wait."""
    withdrawn = {file.id: file.withdrawn_at for file in files if file.withdrawn_at}
    waiting = PayoutFile.objects.select_for_update().filter(pk__in=withdrawn, withdrawn_at=None)
    for file in waiting.order_by("id"):
        withdraw_locked(file, by="restore", now=withdrawn[file.id])


def _copy_people(before: psycopg.Connection, rows: Iterable[Model], now: datetime) -> None:
    """An operator added after the backup comes as a person without the office: what they decided is evidence.

    Without their finding the question that it ended would be closed here, and what it booked would not be.
    """
    named = {getattr(row, name) for row in rows for name in _PEOPLE if getattr(row, name, None)}
    people = not_here(Person, read(before, Person, "id", list(named)))
    for person in people:
        person.is_staff = person.is_superuser = False
        record_person(person, now=now)
    _insert(Person, people)


def _copy_texts(before: psycopg.Connection, rows: Iterable[Model]) -> None:
    """The texts that these rows refer to."""
    names = ("details_id", "reason_id", "content_id", "words_id")
    copy_texts(before, {getattr(row, name) for row in rows for name in names if getattr(row, name, None)})


def copy_texts(before: psycopg.Connection, ids: Iterable[UUID]) -> None:
    """These texts, with their salts, or the fact that they were erased."""
    texts = read(before, ErasableText, "id", list(ids))
    record_erased(not_here(ErasableText, texts))
    _insert(ErasableText, texts)


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
