"""One round of paying: approve what the rule allows, book what the bank answered, send what is approved."""

from dataclasses import dataclass
from datetime import datetime

from joey.payouts.approve_small import approve_small
from joey.payouts.models import BankFile, Payout
from joey.payouts.pause import open_pauses
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers


@dataclass(frozen=True)
class Paid:
    """What the round came to; `waiting` payouts need an operator, `troubles` are open questions with the bank."""

    approved: int
    sent: int
    paid: int
    failed: int
    waiting: int
    paused: str  # why nothing is sent, or ""
    troubles: tuple[str, ...]


def pay_due(*, now: datetime) -> Paid:
    """Run each step once. Safe at any time, twice, and beside itself, as each of its steps is."""
    approved = approve_small(now=now)
    taken = take_answers(now=now)  # first: a payout that cannot be sent must not keep old answers waiting
    sent = send_due(now=now)
    return Paid(
        approved=approved,
        sent=sent.payouts,
        paid=taken.settled,
        failed=taken.rejected,
        waiting=Payout.objects.filter(state=Payout.State.REQUESTED).count(),
        paused=next((pause.reason for pause in open_pauses()), ""),
        troubles=tuple(BankFile.objects.exclude(trouble="").values_list("trouble", flat=True)[:20]),
    )
