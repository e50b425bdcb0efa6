"""An operator approves a requested payout, or refuses it, which makes the money available again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict, Forbidden, NotFound
from joey.kit.states import move
from joey.ledger.chart import AccountKind
from joey.ledger.post import Move, post
from joey.money.money import Money
from joey.payouts.models import Payout
from joey.payouts.operator_reason import read_reason
from joey.payouts.policy import needs_two
from joey.payouts.states import TRANSITIONS
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer


class SecondOperatorNeeded(Conflict):
    """This operator has approved already; a large amount needs a second one."""

    code = "second_operator_needed"


@transaction.atomic(durable=True)
def approve(payout: Payout, *, by: Person, now: datetime) -> Payout:
    """Approve. From 10,000.00 two operators have to: the first approval is noted, the second one approves.

    The state of the returned payout shows which it was. Raises Forbidden (no operator, or own shop),
    SecondOperatorNeeded, WrongState, NotFound.
    """
    payout = _locked(payout)
    _check_operator(payout, by)
    amount = Money(payout.amount_minor, payout.currency)
    if needs_two(amount) and payout.state == Payout.State.REQUESTED:
        if payout.first_approved_by_id is None:
            payout.first_approved_by, payout.first_approved_at = by, now
            Payout.objects.filter(pk=payout.pk).update(first_approved_by=by, first_approved_at=now)
            _append(payout, "payout.approved_once", by, now)
            return payout
        if payout.first_approved_by_id == by.id:
            raise SecondOperatorNeeded(
                _("You have approved this payout. From 10,000.00, a second operator has to approve it as well.")
            )
    move(payout, TRANSITIONS, to=Payout.State.APPROVED, decided_by=by, decided_at=now)
    _append(payout, "payout.approved", by, now)
    return payout


@transaction.atomic(durable=True)
def refuse(payout: Payout, *, by: Person, reason: str, now: datetime) -> Payout:
    """Refuse with a reason that the shopkeeper reads; the money is available again. An approved payout can be
    refused until it is sent.

    Raises Invalid ("reason"), Forbidden (no operator, or own shop), WrongState, NotFound.
    """
    reason = read_reason(reason)
    payout = _locked(payout)
    _check_operator(payout, by)
    kept = keep_text(reason, shop_id=payout.shop_id)
    moved = {"decided_by": by, "decided_at": now, "finished_at": now}
    move(payout, TRANSITIONS, to=Payout.State.REFUSED, **refer("reason", kept), **moved)
    post(
        payout.shop_id,
        kind="payout.released",
        reference=str(payout.id),
        happened_at=now,
        moves=[
            Move(AccountKind.SHOP_RESERVED, AccountKind.SHOP_AVAILABLE, Money(payout.amount_minor, payout.currency))
        ],
    )
    _append(payout, "payout.refused", by, now, reason=kept.fact)
    return payout


def _locked(payout: Payout) -> Payout:
    found = Payout.objects.select_for_update(of=("self",)).select_related("shop").filter(pk=payout.pk).first()
    if found is None:
        raise NotFound(_("There is no such payout."))
    return found


def _check_operator(payout: Payout, by: Person) -> None:
    if not (by.is_staff and by.is_active):
        raise Forbidden(_("Only an operator can decide on payouts."))
    if payout.shop.owner_id == by.id:
        raise Forbidden(_("This payout is for your own shop: another operator has to decide on it."))


def _append(payout: Payout, kind: str, by: Person, now: datetime, **facts: object) -> None:
    append(kind, f"payout:{payout.id}", {"by": str(by.id), **facts}, shop_id=payout.shop_id, happened_at=now)
