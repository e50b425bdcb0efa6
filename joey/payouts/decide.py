"""An operator approves a requested payout, or refuses it, which makes the money available again."""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict, NotFound, Text
from joey.kit.states import WrongState, move
from joey.kit.text import read_reason
from joey.money.money import Money
from joey.payouts.licensed_channels import check_channel
from joey.payouts.limits import approvals_needed, limits_at, use_limits
from joey.payouts.models import Payout, PayoutApproval, PayoutAttempt, PayoutLimits
from joey.payouts.policy import WINDOW
from joey.payouts.release import release_payout
from joey.payouts.states import TRANSITIONS
from joey.payouts.withdraw import withdraw_prepared
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append
from joey.shops.operators import check_operator


class SecondOperatorNeeded(Conflict):
    """This operator has approved already; a large amount needs a second one."""

    code = "second_operator_needed"


class OperatorLimitReached(Conflict):
    """This operator has approved too much within 24 hours; `left` (Money) is in the facts."""

    code = "operator_limit_reached"


@transaction.atomic(durable=True)
def approve(payout: Payout, *, by: Person, now: datetime) -> Payout:
    """Approve. A large amount needs two operators: the state of the returned payout shows whether it has them.

    An approved payout that lost an approval, because its operator left, can be approved again until it is sent.
    Raises Forbidden (no operator, or own shop), NoLicensedChannel, SecondOperatorNeeded, OperatorLimitReached,
    NoLimits, WrongState, NotFound.
    """
    use_limits()
    Person.objects.select_for_update(no_key=True).get(pk=by.pk)  # one approval of an operator at a time
    payout = _locked(payout)
    check_operator(by, payout.shop)
    check_channel(payout.currency)
    limits = limits_at(payout.currency, now)
    given = set(_active_approvals(payout))
    needed = max(1, approvals_needed(payout, limits))
    if payout.state == Payout.State.APPROVED and len(given) < (payout.approvals_needed or 0):
        needed = payout.approvals_needed or 0
    elif payout.state != Payout.State.REQUESTED:
        move(payout, TRANSITIONS, to=Payout.State.APPROVED)  # raises WrongState
    if by.id in given:
        raise SecondOperatorNeeded(_why_a_second(payout, limits, needed))
    _check_operator_limit(payout, limits, by, now)
    PayoutApproval.objects.create(payout=payout, operator=by, at=now)
    if len(given) + 1 < needed:
        _append(payout, "payout.approved_once", by, now)
        return payout
    if payout.state == Payout.State.REQUESTED:
        decided = {"approvals_needed": needed, "decided_by": by, "decided_at": now}
        move(payout, TRANSITIONS, to=Payout.State.APPROVED, **decided)
    _append(payout, "payout.approved", by, now)
    return payout


@transaction.atomic(durable=True)
def refuse(payout: Payout, *, by: Person, reason: str, now: datetime) -> Payout:
    """Refuse with a reason that the shopkeeper reads; the money is available again. An approved payout can be
    refused until it is sent: a file that holds it and has not left is withdrawn.

    Raises Invalid ("reason"), Forbidden (no operator, or own shop), WrongState, NotFound.
    """
    reason = read_reason(reason)
    withdraw_prepared(Payout.objects.filter(pk=payout.pk), by=name_of(by), now=now)
    payout = _locked(payout)
    check_operator(by, payout.shop)
    if PayoutAttempt.objects.filter(payout=payout, state=PayoutAttempt.State.PREPARED).exists():
        raise WrongState(_("Someone else changed this a moment ago. Load the page again and look."))
    release_payout(payout, by=by, why=reason, now=now)
    return payout


def _why_a_second(payout: Payout, limits: PayoutLimits, needed: int) -> Text:
    if needed == 1:  # the limits were lower when it was approved; an approval counts by those of its time
        return _("You approved this payout when it needed two operators. The second one has to approve it as well.")
    two_from = Money(limits.two_from_minor, payout.currency).text
    return (
        _("You have approved this payout. From %s within 24 hours, a second operator has to approve it as well.")
        % two_from
    )


def _locked(payout: Payout) -> Payout:
    found = Payout.objects.select_for_update(of=("self",)).select_related("shop").filter(pk=payout.pk).first()
    if found is None:
        raise NotFound(_("There is no such payout."))
    return found


def _active_approvals(payout: Payout) -> "list[object]":
    rows = PayoutApproval.objects.filter(payout=payout, operator__is_active=True, operator__is_staff=True)
    return list(rows.values_list("operator_id", flat=True))


def _check_operator_limit(payout: Payout, limits: PayoutLimits, by: Person, now: datetime) -> None:
    recent = PayoutApproval.objects.filter(operator=by, at__gt=now - WINDOW, payout__currency=payout.currency)
    approved = recent.aggregate(total=Sum("payout__amount_minor"))["total"] or 0
    left = Money(max(0, limits.per_operator_day_minor - approved), payout.currency)
    if payout.amount_minor > limits.per_operator_day_minor:
        most = Money(limits.per_operator_day_minor, payout.currency)
        raise OperatorLimitReached(
            _(
                "This is more than an operator can approve within 24 hours (%(most)s). Refuse it and ask for a smaller"
                " request, or publish other limits."
            )
            % {"most": most.text},
            left=left,
        )
    if payout.amount_minor > left.minor:
        raise OperatorLimitReached(
            _("You can approve %(left)s more within 24 hours. Another operator has to approve this payout.")
            % {"left": left.text},
            left=left,
        )


def _append(payout: Payout, kind: str, by: Person, now: datetime) -> None:
    append(kind, f"payout:{payout.id}", {"by": str(by.id)}, shop_id=payout.shop_id, happened_at=now)
