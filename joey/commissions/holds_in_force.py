"""Holds on commissions that are not released, for operators, and finding what a new one is about."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from joey.commissions.follow_report_holds import BY_REPORT
from joey.commissions.hold_quarantined import BY_QUARANTINE
from joey.commissions.models import Commission, Hold, HoldClosing
from joey.kit.refusals import NotFound
from joey.money.money import Money, read_amount
from joey.record.kept_texts import kept_text, with_texts

LIST_MOST = 200

IS_CLOSED = Exists(HoldClosing.objects.filter(hold=OuterRef("pk")))  # a condition on holds
# Holds that a list shows by their cause.
OF_UNREADABLE = Q(opened_by=BY_REPORT, hold_class=Hold.Class.UNREADABLE)
OF_QUARANTINE = Q(opened_by=BY_QUARANTINE)
OF_VIOLATION = Q(opened_by=BY_REPORT, hold_class=Hold.Class.VIOLATION)


@dataclass(frozen=True)
class HeldLine:
    """One hold: `line_id` and `external_order` name the order line whose commission it blocks."""

    hold_id: UUID
    line_id: UUID
    external_order: str
    shop_slug: str
    hold_class: str
    amount: Money | None  # None: all of it
    reason: str  # "" where a report placed it
    opened_at: datetime


def held_lines() -> list[HeldLine]:
    """Holds of all shops that are in force, oldest first. One query."""
    holds = Hold.objects.select_related("shop", "commission__order_line").filter(~IS_CLOSED)
    return [
        HeldLine(
            hold_id=hold.id,
            line_id=hold.commission.order_line_id,
            external_order=hold.commission.order_line.external_order,
            shop_slug=hold.shop.slug,
            hold_class=hold.hold_class,
            amount=None if hold.amount_minor is None else Money(hold.amount_minor, hold.commission.currency),
            reason=kept_text(hold, "reason"),
            opened_at=hold.opened_at,
        )
        for hold in with_texts(holds, "reason").order_by("id")[:LIST_MOST]
    ]


def commission_hold_by_id(hold_id: UUID) -> Hold:
    """Any shop's hold, for an operator. Raises NotFound."""
    found = Hold.objects.select_related("commission", "shop").filter(pk=hold_id).first()
    if found is None:
        raise NotFound(_("There is no such hold."))
    return found


def commission_of_line(line_id: UUID) -> Commission:
    """What an order line earned, for an operator. Raises NotFound for a line without a commission."""
    found = Commission.objects.filter(order_line_id=line_id).first()
    if found is None:
        raise NotFound(_("This order line has earned nothing yet: it is unknown, or waits for its shop."))
    return found


def read_part(commission: Commission, given: str) -> int | None:
    """How much of it an operator asks to hold, as typed, in minor units; None, all of it, where nothing is typed.

    Raises Invalid ("amount").
    """
    return read_amount(given, commission.currency).minor if given.strip() else None
