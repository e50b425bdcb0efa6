"""Keeps open what a restore could not take over: a payout that left is a question to operators, not a line on a screen.

The shop's payouts are held until an operator releases them; where there is no such shop here, all payouts are paused
for this reason of its own. An event names the transfer, so that `joey prove` knows it in its file (rule 25).
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from joey.money.money import Money
from joey.payouts.holds import place_hold
from joey.payouts.models import Payout, PayoutHold
from joey.payouts.pause import open_pauses, pause_payouts
from joey.record.append import append
from joey.record.kept_texts import kept_text
from joey.record.queries import events_of
from joey.shops.models import Shop

WHY_MOST = 300


@dataclass(frozen=True)
class LeftOut:
    """`transfer` is its key at the rail, the end-to-end id of a bank; "" for a hold that an operator had placed."""

    transfer: str
    amount: Money | None
    shop: str  # its address, or its id where it is not here either
    why: str


def leave_out_payout(payout: Payout, *, why: Exception, now: datetime) -> LeftOut:
    """A payout that cannot be taken over. Called again, it asks nothing twice."""
    key, amount = payout.id.hex.upper(), Money(payout.amount_minor, payout.currency)
    shop = Shop.objects.select_related("owner").filter(pk=payout.shop_id).first()
    if not _is_left_out(payout):
        facts = {"amount_minor": amount.minor, "currency": amount.currency, "transfer": key, "state": payout.state}
        facts["shop"] = str(payout.shop_id)
        append("payout.left_out", f"payout:{payout.id}", facts, happened_at=now)
        if shop is None:
            _pause(f"Not taken over: the transfer {key} over {amount.text}, shop {payout.shop_id}", now)
        else:
            with override(shop.owner.language):
                place_hold(shop, reason=_why_held(amount, key), now=now)
    return LeftOut(key, amount, shop.slug if shop else str(payout.shop_id), _in_one_line(why))


def leave_out_hold(hold: PayoutHold, *, why: Exception, now: datetime) -> LeftOut:
    """A hold by an operator that cannot be taken over: everything waits instead."""
    shop = Shop.objects.get(pk=hold.shop_id)
    _pause(f"Not taken over: a hold by an operator on payouts of the shop {shop.slug}", now)
    return LeftOut("", None, shop.slug, _in_one_line(why))


def _is_left_out(payout: Payout) -> bool:
    return any(event.kind == "payout.left_out" for event in events_of([f"payout:{payout.id}"]))


def _pause(reason: str, now: datetime) -> None:
    if reason not in {kept_text(pause, "reason") for pause in open_pauses()}:
        pause_payouts(reason=reason, now=now)


def _why_held(amount: Money, key: str) -> str:
    return _("Your payout of %(amount)s is missing since a backup was restored. We ask the bank about it: %(key)s") % {
        "amount": amount.text,
        "key": key,
    }


def _in_one_line(why: Exception) -> str:
    return " ".join(f"{type(why).__name__}: {why}".split())[:WHY_MOST]
