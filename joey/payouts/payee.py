"""Where a shop's money goes. Every change pauses payouts for 72 hours, and the owner is notified."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid
from joey.payouts.account_number import read_account_number, read_bank_code, read_holder_name
from joey.payouts.models import Payee
from joey.payouts.notify_payee_changed import queue_payee_changed_notice
from joey.payouts.payee_details import PayeeDetails, keep_details, read_details
from joey.payouts.policy import PAUSE
from joey.payouts.rails.registry import default_rail, rail_manifests
from joey.record.append import append
from joey.record.erasable import erase, text_of
from joey.record.kept_texts import refer
from joey.shops.models import Shop


@transaction.atomic(durable=True)
def set_payee(
    shop: Shop, *, holder_name: str, account_number: str, bank_code: str = "", rail: str | None = None, now: datetime
) -> Payee:
    """Set or change the payout details of one rail. The same details again change nothing and start no pause.

    A payout in progress keeps the details it was requested with. Raises Invalid naming "rail", "holder_name",
    "account_number" or "bank_code".
    """
    rail = rail or default_rail()
    if rail not in rail_manifests():
        raise Invalid(_("Payouts are possible by %s only.") % _known_rails(), field="rail")
    details = PayeeDetails(
        holder_name=read_holder_name(holder_name),
        account_number=read_account_number(account_number),
        bank_code=read_bank_code(bank_code),
    )
    # one change of a shop's details at a time; NO KEY, because every insert that refers to the shop locks its key
    Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
    # locked, or a payout could be requested on the old details while they change
    payee = Payee.objects.select_for_update().filter(shop=shop, rail=rail).first()
    if payee is not None and read_details(text_of(payee.details_id)) == details:
        return payee
    first = payee is None
    payee = _change(payee, shop, rail, details, now)
    facts = {"rail": rail, "account": details.masked_account, "usable_from": payee.usable_from.isoformat()}
    append("payee.changed", f"payee:{payee.id}", facts | {"first": first}, shop_id=shop.id, happened_at=now)
    queue_payee_changed_notice(payee, details.masked_account)
    return payee


def _change(payee: Payee | None, shop: Shop, rail: str, details: PayeeDetails, now: datetime) -> Payee:
    """A new payee, or the payee with the new details; no row refers to the old ones any more, so they are erased."""
    columns = refer("details", keep_details(details, shop_id=shop.id))
    columns |= {"changed_at": now, "usable_from": now + PAUSE}
    if payee is None:
        return Payee.objects.create(shop=shop, rail=rail, **columns)
    erase(payee.details_id)
    Payee.objects.filter(pk=payee.pk).update(**columns)
    payee.refresh_from_db()
    return payee


def _known_rails() -> str:
    return ", ".join(str(manifest.name) for manifest in rail_manifests().values())
