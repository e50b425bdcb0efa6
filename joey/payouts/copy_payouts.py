"""Copies payouts with all that belongs to them from the database that a restore replaces, and books what is missing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

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
from joey.payouts.withdraw import withdraw_locked
from joey.people.models import Person
from joey.record.models import ErasableText
from joey.shops.models import Shop

M = TypeVar("M", bound=Model)

_PEOPLE = ("owner_id", "operator_id", "placed_by_id", "closed_by_id", "decided_by_id", "published_by_id", "ended_by_id")


def copy_payouts(before: psycopg.Connection, payouts: Sequence[Payout], *, now: datetime) -> None:
    """Rows with the ids they had, in order of ids: a shop's older payout is finished before a newer one begins."""
    ids = [payout.id for payout in payouts]
    attempts = attempts_of(before, payouts)
    shops = not_here(Shop, read(before, Shop, "id", list({payout.shop_id for payout in payouts})))
    payees = read(before, Payee, "id", list({payout.payee_id for payout in payouts}))
    files = read(before, PayoutFile, "id", list({attempt.file_id for attempt in attempts}))
    submissions = read(before, PayoutSubmission, "file_id", [file.id for file in files])
    ours = {attempt.id for attempt in attempts} | {None}
    every = read(before, PayoutAnswer, "file_id", [file.id for file in files])
    answers = [answer for answer in every if answer.attempt_id in ours]  # others come with their own payout
    approvals = read(before, PayoutApproval, "payout_id", ids)
    holds = read(before, PayoutHold, "attempt_id", [attempt.id for attempt in attempts])
    closings = read(before, PayoutHoldClosing, "hold_id", [hold.id for hold in holds])
    decisions = read(before, PayoutDecision, "attempt_id", [attempt.id for attempt in attempts])
    _copy_people(before, [*shops, *payouts, *approvals, *holds, *closings, *decisions], now)
    _copy_texts(before, [*payees, *payouts, *attempts, *files, *answers, *holds, *closings, *decisions])
    for shop in shops:
        record_shop(shop)
    known = {payout.id for payout in payouts} - {payout.id for payout in not_here(Payout, payouts)}
    record_carried_over(payouts, payees, approvals, holds, closings, now=now)
    record_findings(decisions, attempts)
    _withdraw(files)
    _insert(Shop, shops)
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
    accounts = {file.id: file.rail_account for file in files}
    book_carried_over(payouts, attempts, accounts, decisions, reserved=known)


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
    """The texts that these rows refer to, with their salts, or the fact that they were erased."""
    names = ("details_id", "reason_id", "content_id", "words_id")
    needed = {getattr(row, name) for row in rows for name in names if getattr(row, name, None)}
    texts = read(before, ErasableText, "id", list(needed))
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
