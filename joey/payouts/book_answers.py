"""Books what a rail answered for the transfers of one file: settled ones are paid, rejected ones come back.

An answer counts once. One that contradicts an earlier answer, or names another amount or an unknown transfer, changes
nothing: it becomes a problem of the file, for an operator.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from joey.kit import sql
from joey.kit.sets import Int, SetTable
from joey.ledger.chart import AccountKind
from joey.ledger.post import post_set
from joey.payouts.file_problems import add_problem
from joey.payouts.models import PayoutAttempt, PayoutFile
from joey.payouts.rails.port import REJECTED, SETTLED, TransferAnswer
from joey.payouts.states import LIVE
from joey.record.append import append_set
from joey.record.erasable import keep_texts
from joey.record.kept_texts import refer

ReasonForPeople = Callable[[TransferAnswer, str], str]  # an answer and a language


@dataclass(frozen=True)
class DecidedAttempt:
    """An attempt that the rail has decided. Rejected ones refer to the rail's words and to words for the shopkeeper."""

    attempt_id: UUID
    payout_id: UUID
    shop_id: UUID
    number: Int
    currency: str
    amount_minor: int
    outcome: str
    bank_reason_id: UUID | None = None
    bank_reason_sha256: bytes | None = None
    reason_id: UUID | None = None
    reason_sha256: bytes | None = None


@dataclass(frozen=True)
class AnswersTaken:
    """How many transfers were settled and rejected in this run, and how many answers are new problems."""

    settled: int = 0
    rejected: int = 0
    problems: int = 0

    def __add__(self, other: "AnswersTaken") -> "AnswersTaken":
        return AnswersTaken(
            self.settled + other.settled, self.rejected + other.rejected, self.problems + other.problems
        )


@transaction.atomic(durable=True)
def book_answers(
    file_id: UUID, answers: Sequence[TransferAnswer], *, reason_for_people: ReasonForPeople, now: datetime
) -> AnswersTaken:
    """Book the answers for one file. Locks the file: two processes with answers for it take turns."""
    file = PayoutFile.objects.select_for_update().get(pk=file_id)
    attempts = {
        attempt.rail_key: attempt
        for attempt in PayoutAttempt.objects.select_related("payout__shop__owner").filter(file=file)
    }
    decided, problems = _sort(attempts, answers)
    moved = SetTable("decided", DecidedAttempt).create().fill(_rows(attempts, decided, reason_for_people))
    # compare-and-swap: only live attempts move, so an answer that comes twice is booked once
    sql.execute(
        f"""
        WITH moved AS (
            UPDATE payouts_payoutattempt a
            SET state = decided.outcome, finished_at = %s,
                reason_id = decided.bank_reason_id, reason_sha256 = decided.bank_reason_sha256
            FROM {moved} decided WHERE a.id = decided.attempt_id AND a.state = 'sent' RETURNING a.id
        )
        DELETE FROM {moved} WHERE attempt_id NOT IN (SELECT id FROM moved)
        """,
        [now],
    )
    _finish_payouts(moved, file.rail_account, now)
    still_open = PayoutAttempt.objects.filter(file=file, state__in=LIVE).exists()
    PayoutFile.objects.filter(pk=file.pk).update(
        asked_at=now, answered_at=None if still_open else file.answered_at or now
    )
    new_problems = sum(add_problem(file, line) for line in problems)
    count = {row["outcome"]: row["n"] for row in sql.rows(f"SELECT outcome, count(*) AS n FROM {moved} GROUP BY 1")}
    return AnswersTaken(count.get(SETTLED, 0), count.get(REJECTED, 0), new_problems)


def _sort(
    attempts: Mapping[str, PayoutAttempt], answers: Sequence[TransferAnswer]
) -> tuple[dict[str, TransferAnswer], list[str]]:
    """The answers that decide something, by key, and a line for each of the others that is a problem."""
    decided: dict[str, TransferAnswer] = {}
    problems: list[str] = []
    contradicted: set[str] = set()
    for answer in answers:
        key = answer.key
        attempt = attempts.get(key)
        if attempt is None:
            problems.append(f"unknown_transfer: {key[:40]} is not in this file")
            continue
        promised = (attempt.payout.amount_minor, attempt.payout.currency)
        if (answer.amount_minor, answer.currency) != promised:
            problems.append(f"other_amount: {key} is {promised}, the rail says {answer.amount_minor} {answer.currency}")
            contradicted.add(key)
        elif attempt.state not in LIVE:
            if answer.outcome != attempt.state:
                problems.append(f"contradictory_answer: {key} was {attempt.state}, now the rail says {answer.outcome}")
        elif answer.outcome in (SETTLED, REJECTED):
            first = decided.setdefault(key, answer)
            if first.outcome != answer.outcome:
                problems.append(f"contradictory_answer: {key} is reported settled and rejected at once")
                contradicted.add(key)
    return {key: answer for key, answer in decided.items() if key not in contradicted}, problems


def _rows(
    attempts: Mapping[str, PayoutAttempt], decided: Mapping[str, TransferAnswer], reason_for_people: ReasonForPeople
) -> list[DecidedAttempt]:
    """One row for each attempt that is decided; the reasons of the rejected ones are kept."""
    rejected = [key for key, answer in sorted(decided.items()) if answer.outcome == REJECTED]
    texts = []
    for key in rejected:
        answer, shop = decided[key], attempts[key].payout.shop
        texts.append((shop.id, f"{answer.reason_code} {answer.reason}".strip()))
        texts.append((shop.id, reason_for_people(answer, shop.owner.language)))
    kept = iter(keep_texts(texts))
    reasons = {key: refer("bank_reason", next(kept)) | refer("reason", next(kept)) for key in rejected}
    return [
        DecidedAttempt(
            attempt_id=attempts[key].id,
            payout_id=payout.id,
            shop_id=payout.shop_id,
            number=attempts[key].number,
            currency=payout.currency,
            amount_minor=payout.amount_minor,
            outcome=answer.outcome,
            **reasons.get(key, {}),
        )
        for key, answer in sorted(decided.items())
        for payout in [attempts[key].payout]
    ]


def _finish_payouts(decided: SetTable[DecidedAttempt], rail_account: str, now: datetime) -> None:
    """Payouts, journals and events of everything that was decided."""
    sql.execute(f"SELECT id FROM payouts_payout WHERE id IN (SELECT payout_id FROM {decided}) ORDER BY id FOR UPDATE")
    sql.execute(
        f"""
        UPDATE payouts_payout p
        SET state = CASE decided.outcome WHEN 'settled' THEN 'paid' ELSE 'failed' END, finished_at = %s,
            reason_id = decided.reason_id, reason_sha256 = decided.reason_sha256
        FROM {decided} decided WHERE p.id = decided.payout_id AND p.state = 'sent'
        """,
        [now],
    )
    post_set(
        f"""
        SELECT shop_id AS book_id, 'payout.' || outcome AS kind, payout_id || ':' || number AS reference,
               %(now)s AS happened_at,
               %(in_transit)s AS debit_kind, %(rail)s AS debit_party,
               CASE outcome WHEN 'settled' THEN %(paid)s ELSE %(available)s END AS credit_kind,
               CASE outcome WHEN 'settled' THEN %(rail)s ELSE '' END AS credit_party, currency, amount_minor
        FROM {decided}
        """,
        {
            "now": now,
            "in_transit": AccountKind.RAIL_IN_TRANSIT,
            "paid": AccountKind.PAID,
            "rail": rail_account,
            "available": AccountKind.SHOP_AVAILABLE,
        },
    )
    append_set(
        f"""
        SELECT shop_id, CASE outcome WHEN 'settled' THEN 'payout.paid' ELSE 'payout.failed' END AS kind,
               'payout:' || payout_id AS subject_key, %s AS happened_at,
               jsonb_build_object('number', number) || CASE outcome WHEN 'settled' THEN '{{}}' ELSE jsonb_build_object(
                   'bank_reason', bank_reason_id || ':' || encode(bank_reason_sha256, 'hex'),
                   'reason', reason_id || ':' || encode(reason_sha256, 'hex')) END AS facts
        FROM {decided}
        """,
        [now],
    )
