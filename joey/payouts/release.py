"""Ends a payout that has not left: its reservation becomes available again, and the shopkeeper reads why."""

from datetime import datetime

from joey.kit.sentences import Words
from joey.kit.states import move
from joey.payouts.journals import RELEASED, PayoutJournal, book
from joey.payouts.models import Payout
from joey.payouts.states import TRANSITIONS
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer


def release_payout(payout: Payout, *, by: Person | str, why: Words, now: datetime) -> None:
    """reserved → available for a payout that the caller has locked; `by` is an operator, its keeper, or
    "gate".

    Raises WrongState.
    """
    kept = keep_text(why, shop_id=payout.shop_id)
    person = by if isinstance(by, Person) else None
    decided = {"decided_by": person, "decided_at": now, "finished_at": now}
    move(payout, TRANSITIONS, to=Payout.State.REFUSED, **refer("reason", kept), **decided)
    released = PayoutJournal(
        kind=RELEASED,
        payout_id=payout.id,
        number=None,
        shop_id=payout.shop_id,
        rail_account="",
        currency=payout.currency,
        amount_minor=payout.amount_minor,
        happened_at=now,
    )
    book([released])
    append(
        "payout.refused",
        f"payout:{payout.id}",
        {"by": str(person.id) if person else str(by), "reason": kept.fact},
        shop_id=payout.shop_id,
        happened_at=now,
    )
