"""After a restore, copies the payouts sent since the backup from the replaced database, so that none is paid twice.

A backup does not know the payouts that were sent after it: it would send them again, or let the shopkeeper request
the same money again. Where the replaced database can still be read, those payouts are copied with their ids, files
and keys. The rail then answers for them as it would have.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from django.db import transaction
from django.db.models import Model
from psycopg import sql as text
from psycopg.rows import dict_row

from joey.kit.sets import SetTable
from joey.ledger.chart import AccountKind
from joey.ledger.post import MoveRow, post_set
from joey.money.money import Money
from joey.payouts.models import Payee, Payout, PayoutAttempt, PayoutFile
from joey.payouts.states import IN_PROGRESS
from joey.people.models import Person
from joey.record.append import append
from joey.record.models import ErasableText
from joey.shops.models import Shop

M = TypeVar("M", bound=Model)

SENT = (Payout.State.SENT, Payout.State.PAID, Payout.State.FAILED)


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
    known = dict(Payout.objects.values_list("id", "state"))
    changed = [payout for payout in _changed_since(before, known) if known.get(payout.id) != payout.state]
    shops = set(Shop.objects.filter(pk__in={payout.shop_id for payout in changed}).values_list("id", flat=True))
    ours = [payout for payout in changed if payout.shop_id in shops]
    attempts = _read(before, PayoutAttempt, "payout_id", [payout.id for payout in changed])
    _write(before, ours, [attempt for attempt in attempts if attempt.shop_id in shops])
    _book(ours, {attempt.payout_id: attempt for attempt in attempts})
    for payout in ours:
        facts = {"state": payout.state, "amount_minor": payout.amount_minor, "currency": payout.currency}
        append("payout.carried_over", f"payout:{payout.id}", facts, shop_id=payout.shop_id, happened_at=now)
    amounts: Counter[str] = Counter()
    for payout in ours:
        amounts[payout.currency] += payout.amount_minor if payout.state in SENT else 0
    return RecoveredPayouts(
        payouts=sum(payout.state in SENT for payout in ours),
        amounts=tuple(Money(minor, currency) for currency, minor in sorted(amounts.items()) if minor),
        orphaned=tuple(attempt.rail_key for attempt in attempts if attempt.shop_id not in shops),
    )


def _changed_since(before: psycopg.Connection, known: dict[UUID, str]) -> list[Payout]:
    """What was sent there and is not final here, and what was refused there and still waits here; oldest first."""
    waiting = [payout_id for payout_id, state in known.items() if state in IN_PROGRESS]
    final = [payout_id for payout_id, state in known.items() if state not in IN_PROGRESS]
    found = _read(before, Payout, "state", [str(state) for state in SENT], unless=("id", final))
    refused = [each for each in _read(before, Payout, "id", waiting) if each.state == Payout.State.REFUSED]
    return sorted([*found, *refused], key=lambda payout: payout.id)


def _write(before: psycopg.Connection, payouts: Sequence[Payout], attempts: Sequence[PayoutAttempt]) -> None:
    """Rows with the ids they had, in order of ids: a shop's older payout is finished before a newer one begins."""
    here = set(Payee.objects.values_list("id", flat=True))
    needed = {payout.payee_id for payout in payouts} - here
    payees = _read(before, Payee, "id", list(needed))
    Payee.objects.bulk_create(payees)
    operators = {payout.first_approved_by_id for payout in payouts} | {payout.decided_by_id for payout in payouts}
    people = set(Person.objects.filter(pk__in=operators - {None}).values_list("id", flat=True))
    for payout in payouts:  # an operator added after the backup exists in the replaced database only
        payout.first_approved_by_id = payout.first_approved_by_id if payout.first_approved_by_id in people else None
        payout.decided_by_id = payout.decided_by_id if payout.decided_by_id in people else None
    files = _read(before, PayoutFile, "id", [attempt.file_id for attempt in attempts if attempt.file_id])
    _copy_texts(before, [*payees, *payouts, *attempts, *files])
    _upsert(PayoutFile, files, ("handed_over_at", "asked_at", "answered_at", "problems"))
    decided = ("first_approved_by", "first_approved_at", "decided_by", "decided_at")
    _upsert(Payout, payouts, ("state", "reason_id", "reason_sha256", "finished_at", *decided))
    _upsert(PayoutAttempt, attempts, ("state", "reason_id", "reason_sha256", "finished_at"))


def _copy_texts(before: psycopg.Connection, rows: Iterable[Model]) -> None:
    """The texts that these rows refer to, with their salts, or the fact that they were erased."""
    names = ("details_id", "reason_id", "content_id")
    needed = {getattr(row, name) for row in rows for name in names if getattr(row, name, None)}
    ErasableText.objects.bulk_create(_read(before, ErasableText, "id", list(needed)), ignore_conflicts=True)


def _book(payouts: Iterable[Payout], attempts: dict[UUID, PayoutAttempt]) -> None:
    """The journals of each payout's state; those already in the backup are skipped."""
    moves: list[MoveRow] = []
    files = PayoutFile.objects.in_bulk([attempt.file_id for attempt in attempts.values() if attempt.file_id])
    rail_accounts = {
        attempt.payout_id: files[attempt.file_id].rail_account
        for attempt in attempts.values()
        if attempt.file_id in files
    }

    def move(payout: Payout, kind: str, number: int | None, at: datetime | None, debit: str, credit: str) -> None:
        assert at is not None, "a state that was reached has a time"
        at_rail = (AccountKind.RAIL_IN_TRANSIT, AccountKind.PAID)
        rail_account = rail_accounts.get(payout.id, "")
        moves.append(
            MoveRow(
                book_id=payout.shop_id,
                kind=f"payout.{kind}",
                reference=f"{payout.id}:{number}" if number is not None else str(payout.id),
                happened_at=at,
                debit_kind=debit,
                debit_party=rail_account if debit in at_rail else "",
                credit_kind=credit,
                credit_party=rail_account if credit in at_rail else "",
                currency=payout.currency,
                amount_minor=payout.amount_minor,
            )
        )

    available, reserved = AccountKind.SHOP_AVAILABLE, AccountKind.SHOP_RESERVED
    for payout in payouts:
        move(payout, "reserved", None, payout.requested_at, available, reserved)
        if payout.state == Payout.State.REFUSED:
            move(payout, "released", None, payout.finished_at, reserved, available)
            continue
        attempt = attempts[payout.id]
        in_transit = AccountKind.RAIL_IN_TRANSIT
        move(payout, "submitted", attempt.number, attempt.made_at, reserved, in_transit)
        if payout.state == Payout.State.PAID:
            move(payout, "settled", attempt.number, payout.finished_at, in_transit, AccountKind.PAID)
        elif payout.state == Payout.State.FAILED:
            move(payout, "rejected", attempt.number, payout.finished_at, in_transit, available)
    post_set(SetTable("recovered_moves", MoveRow).create().fill(moves))


def _upsert(model: type[M], rows: Sequence[M], changing: Sequence[str]) -> None:
    if rows:
        model._default_manager.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=list(changing)
        )


def _read(
    before: psycopg.Connection,
    model: type[M],
    column: str,
    values: Sequence[Any],
    *,
    unless: tuple[str, Sequence[Any]] | None = None,
) -> list[M]:
    """Rows of the other database as unsaved rows of this one."""
    statement = text.SQL("SELECT {} FROM {} WHERE {} = ANY(%s)").format(
        text.SQL(", ").join(text.Identifier(field.column) for field in model._meta.concrete_fields),
        text.Identifier(model._meta.db_table),
        text.Identifier(column),
    )
    params: list[Any] = [list(values)]
    if unless:
        statement += text.SQL(" AND NOT {} = ANY(%s)").format(text.Identifier(unless[0]))
        params.append(list(unless[1]))
    with before.cursor(row_factory=dict_row) as cursor:
        return [model(**row) for row in cursor.execute(statement, params).fetchall()]
