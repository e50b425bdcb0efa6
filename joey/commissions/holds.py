"""Holding one commission, with a reason, and releasing it. A hold is about this line only, never the account."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.commissions.models import Commission, CommissionHold
from joey.kit.refusals import Conflict, Invalid
from joey.record.append import append
from joey.record.erasable import keep_text


@transaction.atomic
def place_hold(commission: Commission, *, reason: str, now: datetime) -> CommissionHold:
    """Keep a pending commission from becoming available. Raises Invalid ("reason"), Conflict once it is available."""
    if not reason.strip():
        raise Invalid(_("A hold needs a reason that the shopkeeper will read."), field="reason")
    held = Commission.objects.select_for_update().get(pk=commission.pk)
    if held.state != Commission.State.EARNED:
        raise Conflict(_("This commission is already available; only a pending one can be held."))
    hold = CommissionHold.objects.create(
        shop_id=held.shop_id, commission=held, reason=reason.strip()[:200], placed_at=now
    )
    append(
        "commission.held",
        f"order_line:{held.order_line_id}",
        {"reason": _kept(hold), "amount_minor": held.amount_minor, "currency": held.currency},
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
        "commission.released", f"order_line:{hold.commission.order_line_id}", {"reason": _kept(hold)},
        happened_at=now, shop_id=hold.shop_id,
    )  # fmt: skip


def _kept(hold: CommissionHold) -> str:
    return keep_text(hold.reason, shop_id=hold.shop_id).fact
