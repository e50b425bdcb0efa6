"""Blocks a payout, or all payouts of a shop, for a reason, and releases them."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict, NotFound
from joey.payouts.models import Payout, PayoutHold
from joey.payouts.operator_reason import read_reason
from joey.payouts.states import IN_PROGRESS
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from joey.shops.models import Shop


@transaction.atomic
def place_hold(shop: Shop, *, reason: str, now: datetime, payout: Payout | None = None) -> PayoutHold:
    """Block one payout of the shop, or all of them (payout None), until released.

    It locks the payouts that it blocks: when it returns, each was either sent before or will not be sent.
    Raises Invalid ("reason"), NotFound when the payout is another shop's.
    """
    reason = read_reason(reason)
    if payout is not None and payout.shop_id != shop.id:
        raise NotFound(_("There is no such payout."))
    blocked = Payout.objects.select_for_update().filter(shop=shop, state__in=IN_PROGRESS)
    list((blocked.filter(pk=payout.pk) if payout else blocked).order_by("id").values_list("id"))
    kept = keep_text(reason, shop_id=shop.id)
    hold = PayoutHold.objects.create(shop=shop, payout=payout, **refer("reason", kept), placed_at=now)
    _append(hold, "payout.held", now, reason=kept.fact)
    return hold


@transaction.atomic
def release_hold(hold: PayoutHold, *, now: datetime) -> PayoutHold:
    """Release the hold. Raises Conflict when it was released already."""
    if PayoutHold.objects.filter(pk=hold.pk, released_at=None).update(released_at=now) != 1:
        raise Conflict(_("This hold was released already."))
    hold.refresh_from_db()
    _append(hold, "payout.released", now)
    return hold


def _append(hold: PayoutHold, kind: str, now: datetime, **facts: object) -> None:
    subject = f"payout:{hold.payout_id}" if hold.payout_id else f"shop:{hold.shop_id}"
    append(kind, subject, {"hold": str(hold.id), **facts}, shop_id=hold.shop_id, happened_at=now)
