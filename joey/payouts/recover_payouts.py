"""After a restore, copies the payouts sent since the backup from the replaced database, so that none is paid twice.

A backup does not know the payouts that were sent after it: it would send them again, or let the shopkeeper request
the same money again. Where the replaced database can still be read, those payouts are copied with their ids, files,
keys, submissions, answers and holds, and with the people who decided about them. The rail then answers for them as it
would have. So are payouts that left before and about which more was learned since: a file that the bank has shown to
have is never sent again. What an operator held, released, paused or resumed since stays so.

That money left is a fact, whatever the restored books say of the shop's balance: what they do not know as available yet
is booked all the same, below zero, and what is settled later sets it off (docs/money.md). One payout that cannot be
copied stops no other; it is kept as an open question (leave_out.py), and sent by nothing (gate.py).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from django.db import transaction

from joey.kit import sql
from joey.money.money import Money
from joey.payouts.copy_in_halves import copy_in_halves
from joey.payouts.copy_pauses import copy_pauses, pauses_since
from joey.payouts.copy_payouts import attempts_of, copy_holds, copy_limits, copy_payouts
from joey.payouts.leave_out import LeftOut, leave_out_again, leave_out_hold, leave_out_pause, leave_out_payout
from joey.payouts.models import (
    Payout,
    PayoutAnswer,
    PayoutAttempt,
    PayoutDecision,
    PayoutHold,
    PayoutHoldClosing,
    PayoutLimits,
    PayoutSubmission,
)
from joey.payouts.read_before import named_by_new, read
from joey.payouts.states import IN_PROGRESS
from joey.shops.models import Shop

LEFT = (Payout.State.SENT, Payout.State.PAID, Payout.State.FAILED, Payout.State.RETURNED)


@dataclass(frozen=True)
class RecoveredPayouts:
    """`payouts` that left since the backup and their `amounts`; what could not be copied is in `left_out`.

    What left before, and was only answered, asked or decided about since, is copied and not counted.
    """

    payouts: int
    amounts: tuple[Money, ...]
    left_out: tuple[LeftOut, ...]


@transaction.atomic
def recover_payouts(before: psycopg.Connection, *, now: datetime) -> RecoveredPayouts:
    """Bring every payout that was sent or refused to the state that the database `before` has for it.

    Safe to run twice and beside itself: rows keep their ids, journals their references, and one waits for the other.
    """
    sql.lock_until_end("payouts:recover")
    known = dict(Payout.objects.values_list("id", "state"))
    copy_limits(before, read(before, PayoutLimits, "id", list(named_by_new(before, PayoutLimits, "id"))), now=now)
    left_out = [
        leave_out_pause(pause, why=why, now=now)
        for pause, why in copy_in_halves(pauses_since(before), lambda some: copy_pauses(before, some, now=now))
    ]
    changed = _changed_since(before, known)
    at_fault = copy_in_halves(changed, lambda some: copy_payouts(before, some, now=now))
    left_out += [leave_out_payout(before, payout, why=why, now=now) for payout, why in at_fault]
    left_out += [
        leave_out_hold(hold, why=why, now=now)
        for hold, why in copy_in_halves(_stopped_by_operators(before), lambda some: copy_holds(before, some, now=now))
    ]
    leave_out_again(before, now=now)
    amounts: Counter[str] = Counter()
    missing = {payout.id for payout, _why in at_fault}
    sent = [
        each for each in changed if each.id not in missing and each.state in LEFT and known.get(each.id) not in LEFT
    ]
    for payout in sent:
        amounts[payout.currency] += payout.amount_minor
    return RecoveredPayouts(
        payouts=len(sent),
        amounts=tuple(Money(minor, currency) for currency, minor in sorted(amounts.items())),
        left_out=tuple(left_out),
    )


def _changed_since(before: psycopg.Connection, known: Mapping[UUID, str]) -> list[Payout]:
    """What left there and has another state here, or more was learned about; what was refused there and waits here."""
    left = read(before, Payout, "state", [str(state) for state in LEFT])
    states = dict(PayoutAttempt.objects.values_list("id", "state"))
    learned = _learned_about_since(before)
    moved = {
        attempt.payout_id
        for attempt in attempts_of(before, left)
        if attempt.state != states.get(attempt.id) or attempt.id in learned or attempt.file_id in learned
    }
    found = [payout for payout in left if known.get(payout.id) != payout.state or payout.id in moved]
    waiting = [payout_id for payout_id, state in known.items() if state in IN_PROGRESS]
    refused = [each for each in read(before, Payout, "id", waiting) if each.state == Payout.State.REFUSED]
    return sorted([*found, *refused], key=lambda payout: payout.id)


def _learned_about_since(before: psycopg.Connection) -> set[UUID]:
    """The files and attempts with a submission, an answer, a question, its end or a finding that is not here.

    None of these has to change a state. An answer that only names its file is lost at a price: once the rail forgets
    the file, the same bytes would go again.
    """
    ended = read(before, PayoutHold, "id", list(named_by_new(before, PayoutHoldClosing, "hold_id")))
    return {
        *named_by_new(before, PayoutSubmission, "file_id"),
        *named_by_new(before, PayoutAnswer, "file_id"),
        *named_by_new(before, PayoutHold, "attempt_id"),
        *named_by_new(before, PayoutDecision, "attempt_id"),
        *(hold.attempt_id for hold in ended if hold.attempt_id),
    }


def _stopped_by_operators(before: psycopg.Connection) -> list[PayoutHold]:
    """Their holds on the shops and payouts that are here now, those that have ended too."""
    holds = read(before, PayoutHold, "cause", [PayoutHold.Cause.OPERATOR.value])
    shops = set(Shop.objects.filter(pk__in={hold.shop_id for hold in holds}).values_list("id", flat=True))
    payouts = set(Payout.objects.filter(pk__in={hold.payout_id for hold in holds}).values_list("id", flat=True))
    return [each for each in holds if each.shop_id in shops and each.payout_id in payouts | {None}]
