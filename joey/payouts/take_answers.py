"""Take in what the bank says of the transfers it was given: settled ones are paid, rejected ones come back.

An answer counts once. One that contradicts an earlier one, or speaks of another amount or an unknown transfer,
changes nothing: it stays with the file as its trouble, for an operator.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from joey.kit import sql
from joey.ledger.chart import AccountKind
from joey.ledger.post import MOVES_COLUMNS, post_set
from joey.payouts.models import BankFile, PayoutAttempt
from joey.payouts.rails.bank_file.client import (
    REJECTED,
    SETTLED,
    Answer,
    BankAway,
    FileRefused,
    FileUnknown,
    read_answers,
)
from joey.payouts.rails.bank_file.our_bank import our_bank
from joey.payouts.rails.bank_file.reasons import reason_for_people
from joey.payouts.states import LIVE
from joey.record.append import append_set

log = logging.getLogger(__name__)

FILES_MAX = 100  # asked about in one run, the longest unasked first
LOOK_AGAIN_AFTER = timedelta(hours=6)  # banks do change their mind: answered files are read again for a while
LOOK_AGAIN_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Taken:
    """How many transfers turned out settled and rejected in this run, and how many answers were in trouble."""

    settled: int = 0
    rejected: int = 0
    troubles: int = 0

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(self.settled + other.settled, self.rejected + other.rejected, self.troubles + other.troubles)


def take_answers(*, now: datetime) -> Taken:
    """Ask about every handed-over file with open transfers and book what is new. Safe twice and beside itself."""
    taken = Taken()
    for file_id, message_id in _files_to_ask(now):
        try:
            answers = read_answers(our_bank(), message_id)
        except BankAway as trouble:
            log.warning("no answer for bank file %s: %s", message_id, trouble)
            # asked all the same: should only this file's answer be in trouble, the others come first next time
            BankFile.objects.filter(pk=file_id).update(asked_at=now)
            break
        except FileUnknown as trouble:
            log.error("bank file %s: %s", message_id, trouble)
            _send_again(file_id, now)
            continue
        except FileRefused as trouble:
            log.error("bank file %s: %s", message_id, trouble)
            BankFile.objects.filter(pk=file_id).update(asked_at=now, trouble=f"no_answer: {trouble}")
            continue
        taken += apply_answers(file_id, answers, now=now)
    return taken


def _files_to_ask(now: datetime) -> list[tuple[UUID, str]]:
    open_or_recent = Q(answered_at=None) | Q(answered_at__gt=now - LOOK_AGAIN_FOR, asked_at__lt=now - LOOK_AGAIN_AFTER)
    files = BankFile.objects.filter(open_or_recent, handed_over_at__isnull=False)
    return list(files.order_by(F("asked_at").asc(nulls_first=True), "id").values_list("id", "message_id")[:FILES_MAX])


def _send_again(file_id: UUID, now: datetime) -> None:
    """The bank lost the file: the next run of send_due hands over the same bytes under the same id."""
    BankFile.objects.filter(pk=file_id).update(
        handed_over_at=None, asked_at=now, trouble="file_unknown: the bank does not know this file; it goes again"
    )


@transaction.atomic(durable=True)
def apply_answers(file_id: UUID, answers: Sequence[Answer], *, now: datetime) -> Taken:
    """Book the answers for one file."""
    file = BankFile.objects.select_for_update().get(pk=file_id)  # two takers of one file: one after the other
    attempts = {
        attempt.rail_key: attempt
        for attempt in PayoutAttempt.objects.select_related("payout__shop__owner").filter(file=file)
    }
    fresh, troubles = _sort(attempts, answers)
    _fill_told(attempts, fresh, now)
    # compare-and-swap: only what is still live moves, so an answer that comes twice is booked once
    sql.execute(
        """
        WITH moved AS (
            UPDATE payouts_payoutattempt a
            SET state = told.outcome, reason = told.bank_reason, finished_at = %s
            FROM told WHERE a.id = told.attempt_id AND a.state = 'sent' RETURNING a.id
        )
        DELETE FROM told WHERE attempt_id NOT IN (SELECT id FROM moved)
        """,
        [now],
    )
    _finish_payouts(now)
    still_open = PayoutAttempt.objects.filter(file=file, state__in=LIVE).exists()
    known = [line for line in file.trouble.splitlines() if line]
    new = [line for line in troubles if line not in known]
    for line in new:
        log.error("bank file %s: %s", file.message_id, line)
    BankFile.objects.filter(pk=file.pk).update(
        asked_at=now,
        answered_at=None if still_open else file.answered_at or now,
        trouble="\n".join(known + new),
    )
    count = {row["outcome"]: row["n"] for row in sql.rows("SELECT outcome, count(*) AS n FROM told GROUP BY 1")}
    return Taken(count.get(SETTLED, 0), count.get(REJECTED, 0), len(new))


def _sort(attempts: dict[str, PayoutAttempt], answers: Sequence[Answer]) -> tuple[dict[str, Answer], list[str]]:
    """Which answers move something, by rail key, and what is wrong with the others that say something new."""
    fresh: dict[str, Answer] = {}
    troubles: list[str] = []
    contradicted: set[str] = set()
    for answer in answers:
        key = answer.end_to_end_id
        attempt = attempts.get(key)
        if attempt is None:
            troubles.append(f"unknown_transfer: {key[:40]} is not in this file")
            continue
        promised = (attempt.payout.amount_minor, attempt.payout.currency)
        if (answer.amount_minor, answer.currency) != promised:
            troubles.append(f"other_amount: {key} is {promised}, the bank says {answer.amount_minor} {answer.currency}")
            contradicted.add(key)
            continue
        if attempt.state not in LIVE:
            if answer.outcome != attempt.state:
                troubles.append(
                    f"contradictory_answer: {key} was {attempt.state}, now it is said to be {answer.outcome}"
                )
            continue
        if answer.outcome in (SETTLED, REJECTED):
            first = fresh.setdefault(key, answer)
            if first.outcome != answer.outcome:
                troubles.append(f"contradictory_answer: {key} is said to be settled and rejected at once")
                contradicted.add(key)
    return {key: answer for key, answer in fresh.items() if key not in contradicted}, troubles


def _fill_told(attempts: dict[str, PayoutAttempt], fresh: dict[str, Answer], now: datetime) -> None:
    """The temporary table `told`: one row an attempt that the bank has decided."""
    sql.execute("DROP TABLE IF EXISTS told")
    sql.execute(
        "CREATE TEMP TABLE told (attempt_id uuid PRIMARY KEY, payout_id uuid, shop_id uuid, number int,"
        " currency text, amount_minor bigint, outcome text, bank_reason text, reason text,"
        " happened_at timestamptz) ON COMMIT DROP"
    )
    for key, answer in sorted(fresh.items()):
        attempt = attempts[key]
        payout = attempt.payout
        rejected = answer.outcome == REJECTED
        sql.execute(
            "INSERT INTO told VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                attempt.id, payout.id, payout.shop_id, attempt.number, payout.currency, payout.amount_minor,
                answer.outcome,
                f"{answer.reason_code} {answer.reason}".strip() if rejected else "",
                reason_for_people(answer, payout.shop.owner.language) if rejected else "",
                now,
            ],
        )  # fmt: skip


def _finish_payouts(now: datetime) -> None:
    """Payouts, journals and events of everything in `told`."""
    sql.execute("SELECT id FROM payouts_payout WHERE id IN (SELECT payout_id FROM told) ORDER BY id FOR UPDATE")
    sql.execute(
        """
        UPDATE payouts_payout p
        SET state = CASE told.outcome WHEN 'settled' THEN 'paid' ELSE 'failed' END,
            reason = told.reason, finished_at = %s
        FROM told WHERE p.id = told.payout_id AND p.state = 'sent'
        """,
        [now],
    )
    sql.execute("DROP TABLE IF EXISTS told_moves")
    sql.execute(f"CREATE TEMP TABLE told_moves ({MOVES_COLUMNS}) ON COMMIT DROP")
    sql.execute(
        """
        INSERT INTO told_moves (shop_id, kind, reference, happened_at, debit_kind, debit_party,
                                credit_kind, credit_party, currency, amount_minor)
        SELECT shop_id, 'payout.' || outcome, payout_id || ':' || number, %(now)s, %(in_transit)s, 'bank',
               CASE outcome WHEN 'settled' THEN %(cash)s ELSE %(available)s END,
               CASE outcome WHEN 'settled' THEN 'bank' ELSE '' END, currency, amount_minor
        FROM told
        """,
        {
            "now": now,
            "in_transit": AccountKind.RAIL_IN_TRANSIT,
            "cash": AccountKind.CASH,
            "available": AccountKind.SHOP_AVAILABLE,
        },
    )
    post_set("told_moves")
    append_set(
        """
        (SELECT shop_id, CASE outcome WHEN 'settled' THEN 'payout.paid' ELSE 'payout.failed' END AS kind,
                'payout:' || payout_id AS subject_key,
                jsonb_build_object('number', number, 'bank_reason', bank_reason, 'reason', reason) AS facts,
                happened_at
         FROM told)
        """
    )
