"""Holding one commission, with a reason, and releasing it. A hold is about this line only, never the account."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.commissions.models import Commission, CommissionHold
from joey.kit.refusals import Conflict, Invalid
from joey.record.append import append
from joey.record.erasable import TextRef, erase_set, keep_text
from joey.record.kept_texts import refer

REASON_MOST = 200


@transaction.atomic
def place_hold(commission: Commission, *, reason: str, now: datetime) -> CommissionHold:
    """Keep a pending commission from becoming available. Raises Invalid ("reason"), Conflict once it is available."""
    if not reason.strip():
        raise Invalid(_("A hold needs a reason that the shopkeeper will read."), field="reason")
    held = Commission.objects.select_for_update().get(pk=commission.pk)
    if held.state != Commission.State.EARNED:
        raise Conflict(_("This commission is already available; only a pending one can be held."))
    kept = keep_text(reason.strip()[:REASON_MOST], shop_id=held.shop_id)
    hold = CommissionHold.objects.create(shop_id=held.shop_id, commission=held, placed_at=now, **refer("reason", kept))
    append(
        "commission.held",
        f"order_line:{held.order_line_id}",
        {"reason": kept.fact, "amount_minor": held.amount_minor, "currency": held.currency},
        happened_at=now,
        shop_id=held.shop_id,
    )
    return hold


@transaction.atomic
def release_hold(hold: CommissionHold, *, now: datetime) -> None:
    """End a hold; doing it twice is the same as once."""
    if not CommissionHold.objects.filter(pk=hold.pk, released_at__isnull=True).update(released_at=now):
        return
    append(
        "commission.released", f"order_line:{hold.commission.order_line_id}",
        {"reason": TextRef(hold.reason_id, bytes(hold.reason_sha256)).fact}, happened_at=now, shop_id=hold.shop_id,
    )  # fmt: skip


@transaction.atomic
def erase_reasons(shop_id: UUID, *, by: str, now: datetime) -> int:
    """Erase the reasons of the shop's released holds; how many. A hold in force keeps the reason people read."""
    erased = erase_set(
        "SELECT reason_id FROM commissions_commissionhold WHERE shop_id = %s AND released_at IS NOT NULL", [shop_id]
    )
    if erased:
        facts = {"by": by, "texts": erased}
        append("commission_holds.erased", f"shop:{shop_id}", facts, shop_id=shop_id, happened_at=now)
    return erased
