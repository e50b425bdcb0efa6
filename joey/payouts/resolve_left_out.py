"""Ends what a restore left out: two distinct operators write down what became of it, each with a reason.

No answer of a rail can end it, since the books have no transfer to ask about. What was paid is booked as a payout that
a restore carries over is, in the ledger only; the events are what accounts for these journals (prove.py).
"""

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
from joey.payouts.journals import CARRIED_OVER, JOURNALS_OF, PayoutJournal, book
from joey.payouts.left_out import FOUND, LeftOutPayout, left_out_by_key
from joey.payouts.models import Payout, PayoutAttempt, PayoutDecision
from joey.payouts.pause import end_pause, open_pauses
from joey.payouts.rails.registry import connect_rail, default_rail
from joey.payouts.release import release_payout
from joey.payouts.resolve import AnotherOperatorNeeded, NothingToResolve
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.shops.models import Shop
from joey.shops.operators import check_operator, name_of

PAID, NOT_PAID = PayoutDecision.Outcome.SETTLED.value, PayoutDecision.Outcome.REJECTED.value
NUMBER = 1  # of the only attempt that can have left


@transaction.atomic(durable=True)
def resolve_left_out(
    left_out: LeftOutPayout, *, outcome: str, by: Person, reason: str, now: datetime, borne_by: str = "shop"
) -> bool:
    """Write down what became of it; whether that was the second operator, who carries it out.

    `outcome` is settled: it was paid, which is booked, even below zero; or rejected: it was not, and nothing is booked.
    Then the hold on its shop ends, or the pause. A payout that waits here is released: what left is not sent again.
    Where its shop is not here there is no book, so the finding is all that is kept. Raises Invalid ("outcome",
    "borne_by", "reason"), Forbidden, NothingToResolve, AnotherOperatorNeeded, RailNotConnected.
    """
    reason = read_reason(reason)
    sql.lock_until_end(f"payouts:left_out:{left_out.payout_id}")
    found = left_out_by_key(left_out.transfer)
    shop = Shop.objects.select_related("owner").filter(pk=left_out.shop_id).first()
    check_operator(by, shop)
    if found is None or not found.is_open:
        raise NothingToResolve(_("It is clear what became of this transfer; there is nothing to resolve."))
    if outcome not in (PAID, NOT_PAID):
        names = f"{PAID}, {NOT_PAID}"
        raise Invalid(_("Of a transfer that a restore left out it can be found that it is: %(names)s.")
                      % {"names": names}, field="outcome")  # fmt: skip
    if borne_by != "shop":
        raise Invalid(_("Only an overpayment can be borne by the platform."), field="borne_by")
    last = {finding.by: finding.outcome for finding in found.findings}  # of each operator the last one counts
    agreeing = {operator for operator, written in last.items() if written == outcome}
    if by.id in agreeing:
        raise AnotherOperatorNeeded(gettext_lazy("You have written this down. A second operator has to agree."))
    carried_out = Person.objects.filter(pk__in=agreeing, is_active=True, is_staff=True).exists()
    kept = keep_text(reason, shop_id=left_out.shop_id)
    facts = {"by": name_of(by), "outcome": outcome, "reason": kept.fact, "carried_out": carried_out}
    if carried_out and outcome == PAID and shop is not None:
        facts |= {"booked": found.rail_account or connect_rail(found.rail or default_rail()).account}
    subject = f"payout:{found.payout_id}"
    append(FOUND, subject, facts, happened_at=now, shop_id=shop.id if shop else None)
    if carried_out:
        release_waiting(found.payout_id, outcome, now=now)
        book_found(found, str(facts.get("booked", "")), now=now)
        _go_on(found.stopped_by, by, reason, now)
    return carried_out


def book_found(left_out: LeftOutPayout, rail_account: str, *, now: datetime) -> None:
    """The journals of a payout that was paid from this rail account; none without one."""
    steps = [(CARRIED_OVER, None), *((kind, NUMBER) for kind in JOURNALS_OF[PayoutAttempt.State.SETTLED])]
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
