"""Keeps open what a restore could not take over: a payout that left is a question to operators, not a line on a screen.

Of a payout that is here it is unknown what became of its transfer, until the rail answers or two operators agree. Else
the shop's payouts are held until an operator releases them; where there is no such shop here, all payouts are paused
for this reason of its own. An event names the transfer, so that `joey prove` knows it in its file (rule 25) and the
gate sends it no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.money.money import Money
from joey.payouts.copy_in_halves import copy_in_halves
from joey.payouts.copy_payouts import copy_as_unknown
from joey.payouts.gate import LEFT_OUT
from joey.payouts.holds import place_hold
from joey.payouts.models import Payout, PayoutAttempt, PayoutHold, PayoutPause
from joey.payouts.pause import open_pauses, pause_payouts
from joey.payouts.questions import ask_question
from joey.payouts.read_before import read
from joey.record.append import append
from joey.record.kept_texts import kept_text
from joey.record.models import Event
from joey.record.queries import events_of
from joey.shops.models import Shop

WHY_MOST = 300


@dataclass(frozen=True)
class LeftOut:
    """`transfer` is its key at the rail, the end-to-end id of a bank; "" for a hold or a pause by an operator."""

    transfer: str
    amount: Money | None
    shop: str  # its address, or its id where it is not here either; "" for a pause of all payouts
    why: str


def leave_out_payout(before: psycopg.Connection, payout: Payout, *, why: Exception, now: datetime) -> LeftOut:
    """A payout that cannot be taken over. Called again, it asks nothing twice."""
    key, amount = payout.id.hex.upper(), Money(payout.amount_minor, payout.currency)
    shop = Shop.objects.select_related("owner").filter(pk=payout.shop_id).first()
    facts = {"amount_minor": amount.minor, "currency": amount.currency, "transfer": key, "state": payout.state}
    if _record(f"payout:{payout.id}", facts | {"shop": str(payout.shop_id)}, now):
        if shop is None:
            _pause_for(key, amount, payout.shop_id, now)
        elif not _ask(before, payout, now):
            place_hold(shop, reason=(_why_held(amount, key),), now=now)
    return LeftOut(key, amount, shop.slug if shop else str(payout.shop_id), _in_one_line(why))


def _ask(before: psycopg.Connection, payout: Payout, now: datetime) -> bool:
    """Open the question what became of the payout's transfer; whether that could be."""
    asked: list[PayoutAttempt] = []

    def ask(_payouts: Sequence[Payout]) -> None:
        if attempt := copy_as_unknown(before, payout, now=now):
            problem = f"left_out: {attempt.rail_key} was not taken over by a restore"
            ask_question(attempt, PayoutHold.Cause.UNKNOWN, problem, now=now)
            asked.append(attempt)

    return not copy_in_halves([payout], ask) and bool(asked)


def leave_out_again(before: psycopg.Connection, *, now: datetime) -> None:
    """What an earlier restore left out stays so: the replaced database does not have it. Its holds come as any do."""
    for event in read(before, Event, "kind", [LEFT_OUT]):
        facts = event.facts
        if _record(event.subject_key, facts, now) and not Shop.objects.filter(pk=facts["shop"]).exists():
            _pause_for(facts["transfer"], Money(facts["amount_minor"], facts["currency"]), facts["shop"], now)


def leave_out_hold(hold: PayoutHold, *, why: Exception, now: datetime) -> LeftOut:
    """A hold by an operator that cannot be taken over: everything waits instead."""
    shop = Shop.objects.get(pk=hold.shop_id)
    _pause(f"Not taken over: a hold by an operator on payouts of the shop {shop.slug}", now)
    return LeftOut("", None, shop.slug, _in_one_line(why))


def leave_out_pause(pause: PayoutPause, *, why: Exception, now: datetime) -> LeftOut:
    """A pause of all payouts that cannot be taken over, or its ending: everything waits for that instead."""
    _pause(f"Not taken over: the pause of all payouts of {pause.placed_at:%Y-%m-%d %H:%M} UTC", now)
    return LeftOut("", None, "", _in_one_line(why))


def _record(subject: str, facts: Mapping[str, object], now: datetime) -> bool:
    """Whether that was not known yet."""
    if any(event.kind == LEFT_OUT for event in events_of([subject])):
        return False
    append(LEFT_OUT, subject, facts, happened_at=now)
    return True


def _pause_for(transfer: str, amount: Money, shop: object, now: datetime) -> None:
    _pause(f"Not taken over: the transfer {transfer} over {amount.text}, shop {shop}", now)


def _pause(reason: str, now: datetime) -> None:
    if reason not in {kept_text(pause, "reason") for pause in open_pauses()}:
        pause_payouts(reason=reason, now=now)


def _why_held(amount: Money, key: str) -> Sentence:
    missing = _("Your payout of %(amount)s is missing since a backup was restored. We ask the bank about it: %(key)s")
    return Sentence(missing, {"amount": amount.text, "key": key})


def _in_one_line(why: Exception) -> str:
    return " ".join(f"{type(why).__name__}: {why}".split())[:WHY_MOST]
