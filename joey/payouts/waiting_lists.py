"""What an operator has to know of payouts in progress and of holds in force: ids for the verbs, ages, reasons."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import NotFound
from joey.money.money import Money
from joey.payouts.by_rule import with_rule
from joey.payouts.holds import open_holds
from joey.payouts.models import Payout, PayoutApproval, PayoutHold
from joey.payouts.states import IN_PROGRESS
from joey.record.kept_texts import kept_text, with_texts

LIST_MOST = 200


@dataclass(frozen=True)
class InProgress:
    """A payout that is not over; `approved_once_by` is the contact of the first of two operators, or "".

    `left_to_the_rule`: it is requested, and no operator has to approve it.
    """

    id: UUID
    shop_slug: str
    amount: Money
    state: str
    left_to_the_rule: bool
    approved_once_by: str
    requested_at: datetime


@dataclass(frozen=True)
class HoldInForce:
    """A hold; `payout_id` None: on all payouts of the shop."""

    id: UUID
    shop_slug: str
    payout_id: UUID | None
    reason: str
    placed_at: datetime


def payouts_in_progress() -> list[InProgress]:
    """Of all shops, those to decide first, then the oldest. Two queries."""
    in_progress = Payout.objects.select_related("shop").filter(state__in=IN_PROGRESS)
    found: list[Any] = list(with_rule(in_progress).order_by("id")[:LIST_MOST])
    approvals = PayoutApproval.objects.select_related("operator").filter(payout__state=Payout.State.REQUESTED)
    approved_by = {approval.payout_id: approval.operator.contact for approval in approvals}
    rows = [
        InProgress(
            id=payout.id,
            shop_slug=payout.shop.slug,
            amount=Money(payout.amount_minor, payout.currency),
            state=payout.state,
            left_to_the_rule=payout.left_to_the_rule,
            approved_once_by=approved_by.get(payout.id, ""),
            requested_at=payout.requested_at,
        )
        for payout in found
    ]
    return sorted(rows, key=lambda row: row.state != Payout.State.REQUESTED or row.left_to_the_rule)


def holds_in_force() -> list[HoldInForce]:
    """Holds of all shops that are not released, oldest first. One query."""
    found = with_texts(open_holds().select_related("shop"), "reason").order_by("id")
    return [
        HoldInForce(hold.id, hold.shop.slug, hold.payout_id, kept_text(hold, "reason"), hold.placed_at)
        for hold in found[:LIST_MOST]
    ]


def hold_by_id(hold_id: UUID) -> PayoutHold:
    """Any shop's hold, for an operator. Raises NotFound."""
    found = PayoutHold.objects.filter(pk=hold_id).first()
    if found is None:
        raise NotFound(_("There is no such hold."))
    return found
