"""Holds on commissions that are not released, for operators, and finding what a new one is about."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.commissions.models import Commission, CommissionHold
from joey.kit.refusals import NotFound
from joey.record.kept_texts import kept_text, with_texts

LIST_MOST = 200


@dataclass(frozen=True)
class HeldLine:
    """One hold: `line_id` and `external_order` name the order line whose commission it blocks."""

    hold_id: UUID
    line_id: UUID
    external_order: str
    shop_slug: str
    reason: str
    placed_at: datetime


def held_lines() -> list[HeldLine]:
    """Holds of all shops that are in force, oldest first. One query."""
    holds = CommissionHold.objects.select_related("shop", "commission__order_line").filter(released_at=None)
    return [
        HeldLine(
            hold_id=hold.id,
            line_id=hold.commission.order_line_id,
            external_order=hold.commission.order_line.external_order,
            shop_slug=hold.shop.slug,
            reason=kept_text(hold, "reason"),
            placed_at=hold.placed_at,
        )
        for hold in with_texts(holds, "reason").order_by("id")[:LIST_MOST]
    ]


def commission_hold_by_id(hold_id: UUID) -> CommissionHold:
    """Any shop's hold, for an operator. Raises NotFound."""
    found = CommissionHold.objects.select_related("commission").filter(pk=hold_id).first()
    if found is None:
        raise NotFound(_("There is no such hold."))
    return found


def commission_of_line(line_id: UUID) -> Commission:
    """What an order line earned, for an operator. Raises NotFound for a line without a commission."""
    found = Commission.objects.filter(order_line_id=line_id).first()
    if found is None:
        raise NotFound(_("This order line has earned nothing yet: it is unknown, or waits for its shop."))
    return found
