"""Stops payouts for what a restore left out: its shop's, or all where that shop is not here."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.money.money import Money
from joey.payouts.holds import place_hold
from joey.payouts.pause import open_pauses, pause_payouts
from joey.people.models import Person
from joey.record.kept_texts import kept_text
from joey.shops.models import Shop


def stop_for(
    transfer: str, amount: Money, shop: Shop | None, shop_id: UUID | str, *, now: datetime, by: Person | None = None
) -> str:
    """The id of the hold or the pause; `by` is None for a restore. Raises BeingSent."""
    if shop is None:
        not_taken_over = _("Not taken over: the transfer %(key)s over %(amount)s, shop %(shop)s.")
        facts = {"key": transfer, "amount": amount.text, "shop": str(shop_id)}
        return pause_once(Sentence(not_taken_over, facts), now=now, by=by)
    missing = _("Your payout of %(amount)s is missing since a backup was restored. We ask the bank about it: %(key)s")
    why = Sentence(missing, {"amount": amount.text, "key": transfer})
    return str(place_hold(shop, reason=(why,), by=by, now=now).id)


def pause_once(reason: Sentence, *, now: datetime, by: Person | None = None) -> str:
    """The id of the pause in force for this reason, else of a new one."""
    placed = next((pause for pause in open_pauses() if kept_text(pause, "reason") == str(reason)), None)
    return str((placed or pause_payouts(reason=(reason,), by=by, now=now)).id)
