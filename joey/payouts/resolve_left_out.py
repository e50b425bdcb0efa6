"""Ends what a restore left out: two distinct operators write down what became of it, each with a reason.

No answer of a rail can end it, since the books have no transfer to ask about. What was paid is booked as a payout that
a restore carries over is, in the ledger only; the events are what accounts for these journals (prove.py). Where the
world changes its mind, as a bank that returns it, the first finding of something else stops payouts again.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from joey.kit import sql
from joey.kit.refusals import Invalid
from joey.kit.sentences import Sentence
from joey.kit.text import read_reason
from joey.payouts.holds import open_holds, release_hold
from joey.payouts.journals import CARRIED_OVER, JOURNALS_OF, PayoutJournal, between, book
from joey.payouts.left_out import FOUND, LeftOutPayout, left_out_by_key
from joey.payouts.models import Payout, PayoutAttempt, PayoutDecision
from joey.payouts.pause import end_pause, open_pauses
from joey.payouts.rails.registry import connect_rail, default_rail
from joey.payouts.release import release_payout
from joey.payouts.resolve import AnotherOperatorNeeded, NothingToResolve, check_possible
from joey.payouts.stop_for_left_out import stop_for
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.shops.models import Shop
from joey.shops.operators import check_operator

_A, _O = PayoutAttempt.State, PayoutDecision.Outcome
PAID, NOT_PAID = _O.SETTLED.value, _O.REJECTED.value
# What can be found, by what two operators found before; the outcome that equals it confirms it.
FINDINGS: Mapping[str, tuple[str, ...]] = {
    "": (PAID, NOT_PAID),
    NOT_PAID: (NOT_PAID, PAID),
    PAID: (PAID, _O.RETURNED.value, _O.NOT_PAID.value),
    _O.RETURNED.value: (_O.RETURNED.value,),
    _O.NOT_PAID.value: (_O.NOT_PAID.value,),
}
# The journals of the attempt that each of them books.
JOURNALS_FOUND: Mapping[str, tuple[str, ...]] = {
    PAID: JOURNALS_OF[_A.SETTLED],
    _O.RETURNED.value: between(_A.SETTLED, _A.RETURNED),
    _O.NOT_PAID.value: between(_A.SETTLED, _A.NOT_PAID),
}
NUMBER = 1  # of the only attempt that can have left


@transaction.atomic(durable=True)
def resolve_left_out(
    left_out: LeftOutPayout, *, outcome: str, by: Person, reason: str, now: datetime, borne_by: str = "shop"
) -> bool:
    """Write down what became of it; whether that was the second operator, who carries it out.

    `outcome` is settled: it was paid, which is booked, even below zero; or rejected: it was not, and nothing is booked.
    Then the hold on its shop ends, or the pause. A payout that waits here is released: what left is not sent again.
    Later it can be found that what was settled is returned (it came back) or not_paid (it never left), and that what
    was rejected is settled; who finds it first stops payouts again.
    Where its shop is not here there is no book, so the finding is all that is kept. Raises Invalid ("outcome",
    "borne_by", "reason"), Forbidden, NothingToResolve, AnotherOperatorNeeded, RailNotConnected, BeingSent.
    """
    reason = read_reason(reason)
    sql.lock_until_end(f"payouts:left_out:{left_out.payout_id}")
    found = left_out_by_key(left_out.transfer)
    shop = Shop.objects.select_related("owner").filter(pk=left_out.shop_id).first()
    check_operator(by, shop)
    before = found.found.outcome if found and found.found else ""
    if found is None or (not found.is_open and outcome == before):
        raise NothingToResolve(_("It is clear what became of this transfer; there is nothing to resolve."))
    check_possible(outcome, FINDINGS[before])
    if borne_by != "shop":
        raise Invalid(_("Only an overpayment can be borne by the platform."), field="borne_by")
    last = {finding.by: finding.outcome for finding in found.findings_since}  # of each operator the last one counts
    agreeing = {operator for operator, written in last.items() if written == outcome}
    if by.id in agreeing:
        raise AnotherOperatorNeeded(gettext_lazy("You have written this down. A second operator has to agree."))
    carried_out = Person.objects.filter(pk__in=agreeing, is_active=True, is_staff=True).exists()
    kept = keep_text(reason, shop_id=left_out.shop_id)
    facts = {"by": name_of(by), "outcome": outcome, "reason": kept.fact, "carried_out": carried_out}
    if not found.is_open:
        facts |= {"stopped_by": stop_for(found.transfer, found.amount, shop, found.shop_id, by=by, now=now)}
    if carried_out and shop is not None and is_to_book(found, outcome):
        facts |= {"booked": _paid_from(found)}
    subject = f"payout:{found.payout_id}"
    append(FOUND, subject, facts, happened_at=now, shop_id=shop.id if shop else None)
    if carried_out:
        release_waiting(found.payout_id, outcome, now=now)
        book_found(found, outcome, str(facts.get("booked", "")), now=now)
        _go_on(found.stopped_by, by, reason, now)
    return carried_out


def is_to_book(left_out: LeftOutPayout, outcome: str) -> bool:
    """Whether this finding of two operators has journals, and is not what was found and booked before."""
    return outcome in JOURNALS_FOUND and (left_out.found is None or left_out.found.outcome != outcome)


def _paid_from(left_out: LeftOutPayout) -> str:
    """The rail account: where it was booked, else where its file named one, else the rail's."""
    if left_out.found and left_out.found.booked:
        return left_out.found.booked
    return left_out.rail_account or connect_rail(left_out.rail or default_rail()).account


def book_found(left_out: LeftOutPayout, outcome: str, rail_account: str, *, now: datetime) -> None:
    """The journals of what was found, from or to this rail account; none without one."""
    steps = [*([(CARRIED_OVER, None)] if outcome == PAID else []),
             *((kind, NUMBER) for kind in JOURNALS_FOUND.get(outcome, ()))]  # fmt: skip
    book(
        PayoutJournal(
            kind,
            left_out.payout_id,
            number,
            left_out.shop_id,
            rail_account,
            left_out.amount.currency,
            left_out.amount.minor,
            now,
        )
        for kind, number in steps
        if rail_account
    )


def release_waiting(payout_id: UUID, outcome: str, *, now: datetime) -> None:
    """End the payout where it is here and waits: no file of it could be taken over (leave_out.py)."""
    waiting = Payout.objects.select_for_update(of=("self",)).select_related("shop")
    for payout in waiting.filter(pk=payout_id, state__in=(Payout.State.REQUESTED, Payout.State.APPROVED)):
        why = (
            gettext_noop("The bank paid it before a backup was restored, so it is not sent again.")
            if outcome == PAID
            else gettext_noop("The bank did not pay it. The money is available again; you can request it again.")
        )
        release_payout(payout, by="gate", why=(Sentence(why),), now=now)


def _go_on(stopped_by: UUID, by: Person, reason: str, now: datetime) -> None:
    """End the hold or the pause, unless it has ended: a restore brings how one ended in the database before."""
    for hold in open_holds().filter(pk=stopped_by):
        release_hold(hold, by=by, reason=reason, now=now)
    for pause in open_pauses():
        if pause.pk == stopped_by:
            end_pause(pause, by=by, reason=reason, now=now)
