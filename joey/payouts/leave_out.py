"""Keeps open what a restore could not take over: a payout that left is a question to operators, not a line on a screen.

Of a payout that is here it is unknown what became of its transfer, until the rail answers or two operators agree. Else
the shop's payouts are held until two operators agree (resolve_left_out.py); where there is no such shop here, all
payouts are paused for this reason of its own. An event names the transfer, so that `joey prove` knows it in its file
(rule 25) and the gate sends it no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.money.money import Money
from joey.payouts.copy_in_halves import copy_in_halves
from joey.payouts.copy_payouts import attempts_of, copy_as_unknown, copy_texts
from joey.payouts.left_out import FOUND, HAVE_LEFT, LEFT_OUT, LeftOutPayout, left_out_payouts
from joey.payouts.models import Payout, PayoutAttempt, PayoutFile, PayoutHold, PayoutPause
from joey.payouts.questions import ask_question
from joey.payouts.read_before import read
from joey.payouts.release import release_payout
from joey.payouts.resolve_left_out import book_found, is_to_book, release_waiting
from joey.payouts.stop_for_left_out import pause_once, stop_for
from joey.payouts.withdraw import withdraw_prepared
from joey.record.append import append
from joey.record.erasable import TextRef
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
    is_refused: bool = False  # it was refused there, and is refused here


def leave_out_payout(before: psycopg.Connection, payout: Payout, *, why: Exception, now: datetime) -> LeftOut:
    """A payout that cannot be taken over. Called again, it asks nothing twice.

    One that was refused there never left: it is refused here too, and nothing waits for it.
    """
    key, amount = payout.id.hex.upper(), Money(payout.amount_minor, payout.currency)
    shop = Shop.objects.select_related("owner").filter(pk=payout.shop_id).first()
    left_out = LeftOut(key, amount, shop.slug if shop else str(payout.shop_id), _in_one_line(why))
    if payout.state == Payout.State.REFUSED and _refuse(payout.id, now):
        return replace(left_out, is_refused=True)
    subject = f"payout:{payout.id}"
    if not _is_left_out(subject):
        facts = {"amount_minor": amount.minor, "currency": amount.currency, "transfer": key, "state": payout.state}
        facts |= {"shop": str(payout.shop_id), "rail": payout.rail, **_rail_account(before, payout)}
        if shop is None or not _ask(before, payout, now):
            facts |= {"stopped_by": _stop(shop, facts, now)}
        append(LEFT_OUT, subject, facts, happened_at=now)
    return left_out


def _rail_account(before: psycopg.Connection, payout: Payout) -> dict[str, str]:
    """Which account it left from, as far as its file can be read."""
    attempts = [each for each in attempts_of(before, [payout]) if each.state != PayoutAttempt.State.WITHDRAWN]
    files = read(before, PayoutFile, "id", [each.file_id for each in attempts])
    return {"rail_account": files[0].rail_account} if files else {}


def _refuse(payout_id: UUID, now: datetime) -> bool:
    """Release the payout, which waits here; the reason that an operator gave there could not be read."""

    def release(_payouts: Sequence[Payout]) -> None:
        why = _("It was refused before a backup was restored, and was never sent. The money is still yours.")
        withdraw_prepared(waiting, by="restore", now=now)
        for payout in waiting.select_for_update(of=("self",)):
            release_payout(payout, by="gate", why=(Sentence(why),), now=now)

    waiting = Payout.objects.filter(pk=payout_id, state__in=(Payout.State.REQUESTED, Payout.State.APPROVED))
    return waiting.exists() and not copy_in_halves(list(waiting), release)


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
    """What an earlier restore left out stays so: the replaced database does not have it.

    The hold or the pause that it placed comes as any does, with how it ended; only a missing one is placed again, and
    none once two operators have agreed. What they found comes too, also where the backup knows already what was left
    out, and what it booked. A payout that left by what the backup knows of it is no longer left out.
    """
    findings = read(before, Event, "kind", [FOUND])
    for event in read(before, Event, "kind", [LEFT_OUT]):
        if _has_left(event.subject_key):
            continue
        facts = dict(event.facts)
        found = sorted((each for each in findings if each.subject_key == event.subject_key), key=lambda each: each.id)
        shop = Shop.objects.select_related("owner").filter(pk=facts["shop"]).first()
        if not _is_left_out(event.subject_key):
            if not _agreed(found) and not _is_here(facts.get("stopped_by")) and (shop is None or "stopped_by" in facts):
                facts |= {"stopped_by": _stop(shop, facts, now)}
            append(LEFT_OUT, event.subject_key, facts, happened_at=event.happened_at)
        for number, each in enumerate(found, 1):
            _copy_finding(before, each, shop, now, is_open=not _agreed(found[number:]))


def _agreed(findings: Sequence[Event]) -> bool:
    return any(each.facts["carried_out"] for each in findings)


def _copy_finding(
    before: psycopg.Connection, finding: Event, shop: Shop | None, now: datetime, *, is_open: bool
) -> None:
    """What an operator found, and what was booked of it, or can be now that its shop is here.

    Where it contradicts what was found before and no two agreed since (`is_open`), payouts stay stopped for it.
    """
    known = [event for event in events_of([finding.subject_key]) if event.kind == FOUND]
    if any((event.facts["by"], event.happened_at) == (finding.facts["by"], finding.happened_at) for event in known):
        return
    left_out = _left_out(finding.subject_key)
    facts = {name: fact for name, fact in finding.facts.items() if name != "booked"}
    if shop and facts["carried_out"] and is_to_book(left_out, facts["outcome"]):
        facts |= {"booked": finding.facts.get("booked") or left_out.rail_account}
    if is_open and "stopped_by" in facts and not _is_here(facts["stopped_by"]):
        facts |= {"stopped_by": stop_for(left_out.transfer, left_out.amount, shop, left_out.shop_id, now=now)}
    copy_texts(before, [TextRef.from_fact(facts["reason"]).id])
    append(FOUND, finding.subject_key, facts, happened_at=finding.happened_at, shop_id=shop.id if shop else None)
    if facts["carried_out"]:
        release_waiting(left_out.payout_id, facts["outcome"], now=now)
        book_found(left_out, facts["outcome"], facts.get("booked", ""), now=now)


def _left_out(subject: str) -> LeftOutPayout:
    return next(each for each in left_out_payouts() if subject == f"payout:{each.payout_id}")


def _has_left(subject: str) -> bool:
    return Payout.objects.filter(pk=subject.partition(":")[2], state__in=HAVE_LEFT).exists()


def _is_left_out(subject: str) -> bool:
    return any(event.kind == LEFT_OUT for event in events_of([subject]))


def _is_here(stopped_by: str | None) -> bool:
    return stopped_by is not None and (
        PayoutHold.objects.filter(pk=stopped_by).exists() or PayoutPause.objects.filter(pk=stopped_by).exists()
    )


def _stop(shop: Shop | None, facts: Mapping[str, Any], now: datetime) -> str:
    return stop_for(facts["transfer"], Money(facts["amount_minor"], facts["currency"]), shop, facts["shop"], now=now)


def leave_out_hold(hold: PayoutHold, *, why: Exception, now: datetime) -> LeftOut:
    """A hold by an operator that cannot be taken over: everything waits instead."""
    shop = Shop.objects.get(pk=hold.shop_id)
    not_taken_over = _("Not taken over: a hold by an operator on payouts of the shop %(shop)s.")
    pause_once(Sentence(not_taken_over, {"shop": shop.slug}), now=now)
    return LeftOut("", None, shop.slug, _in_one_line(why))


def leave_out_pause(pause: PayoutPause, *, why: Exception, now: datetime) -> LeftOut:
    """A pause of all payouts that cannot be taken over, or its ending: everything waits for that instead."""
    not_taken_over = _("Not taken over: the pause of all payouts of %(placed_at)s UTC.")
    pause_once(Sentence(not_taken_over, {"placed_at": f"{pause.placed_at:%Y-%m-%d %H:%M}"}), now=now)
    return LeftOut("", None, "", _in_one_line(why))


def _in_one_line(why: Exception) -> str:
    return " ".join(f"{type(why).__name__}: {why}".split())[:WHY_MOST]
