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
from joey.ledger.chart import AccountKind
from joey.ledger.post import MOVES_COLUMNS, post_set
from joey.payouts.file_problems import add_problem
from joey.payouts.models import PayoutAttempt, PayoutFile
from joey.payouts.rails.port import REJECTED, SETTLED, TransferAnswer
from joey.payouts.states import LIVE
from joey.record.append import append_set

ReasonForPeople = Callable[[TransferAnswer, str], str]  # an answer and a language
# One row for each attempt that the rail has decided.
DECIDED_COLUMNS = (
    "attempt_id uuid PRIMARY KEY, payout_id uuid, shop_id uuid, number int, rail text, currency text,"
    " amount_minor bigint, outcome text, bank_reason text, reason text, happened_at timestamptz"
)


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
    file = PayoutFile.objects.select_for_update().defer("content").get(pk=file_id)
    attempts = {
        attempt.rail_key: attempt
        for attempt in PayoutAttempt.objects.select_related("payout__shop__owner").filter(file=file)
    }
    decided, problems = _sort(attempts, answers)
    _fill_decided(attempts, decided, reason_for_people, now)
    # compare-and-swap: only live attempts move, so an answer that comes twice is booked once
    sql.execute(
        """
        WITH moved AS (
            UPDATE payouts_payoutattempt a
            SET state = decided.outcome, reason = decided.bank_reason, finished_at = %s
            FROM decided WHERE a.id = decided.attempt_id AND a.state = 'sent' RETURNING a.id
        )
        DELETE FROM decided WHERE attempt_id NOT IN (SELECT id FROM moved)
        """,
        [now],
    )
    _finish_payouts(now)
    still_open = PayoutAttempt.objects.filter(file=file, state__in=LIVE).exists()
    PayoutFile.objects.filter(pk=file.pk).update(
        asked_at=now, answered_at=None if still_open else file.answered_at or now
    )
    new_problems = sum(add_problem(file, line) for line in problems)
    count = {row["outcome"]: row["n"] for row in sql.rows("SELECT outcome, count(*) AS n FROM decided GROUP BY 1")}
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


def _fill_decided(
    attempts: Mapping[str, PayoutAttempt],
    decided: Mapping[str, TransferAnswer],
    reason_for_people: ReasonForPeople,
    now: datetime,
) -> None:
    sql.fresh_temp_table("decided", DECIDED_COLUMNS)
    for key, answer in sorted(decided.items()):
        attempt = attempts[key]
        payout = attempt.payout
        rejected = answer.outcome == REJECTED
        sql.execute(
            "INSERT INTO decided VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                attempt.id, payout.id, payout.shop_id, attempt.number, payout.rail, payout.currency,
                payout.amount_minor, answer.outcome,
                f"{answer.reason_code} {answer.reason}".strip() if rejected else "",
                reason_for_people(answer, payout.shop.owner.language) if rejected else "",
                now,
            ],
        )  # fmt: skip


def _finish_payouts(now: datetime) -> None:
    """Payouts, journals and events of everything in `decided`."""
    sql.execute("SELECT id FROM payouts_payout WHERE id IN (SELECT payout_id FROM decided) ORDER BY id FOR UPDATE")
    sql.execute(
        """
        UPDATE payouts_payout p
        SET state = CASE decided.outcome WHEN 'settled' THEN 'paid' ELSE 'failed' END,
            reason = decided.reason, finished_at = %s
        FROM decided WHERE p.id = decided.payout_id AND p.state = 'sent'
        """,
        [now],
    )
    sql.fresh_temp_table("decided_moves", MOVES_COLUMNS)
    sql.execute(
        """
        INSERT INTO decided_moves (shop_id, kind, reference, happened_at, debit_kind, debit_party,
                                   credit_kind, credit_party, currency, amount_minor)
        SELECT shop_id, 'payout.' || outcome, payout_id || ':' || number, %(now)s, %(in_transit)s, rail,
               CASE outcome WHEN 'settled' THEN %(cash)s ELSE %(available)s END,
               CASE outcome WHEN 'settled' THEN rail ELSE '' END, currency, amount_minor
        FROM decided
        """,
        {
            "now": now,
            "in_transit": AccountKind.RAIL_IN_TRANSIT,
            "cash": AccountKind.CASH,
            "available": AccountKind.SHOP_AVAILABLE,
        },
    )
    post_set("decided_moves")
    append_set(
        """
        (SELECT shop_id, CASE outcome WHEN 'settled' THEN 'payout.paid' ELSE 'payout.failed' END AS kind,
                'payout:' || payout_id AS subject_key,
                jsonb_build_object('number', number, 'bank_reason', bank_reason, 'reason', reason) AS facts,
                happened_at
         FROM decided)
        """
    )
