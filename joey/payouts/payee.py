"""Where a shop's money goes. Every change is a new version, pauses payouts for 72 hours, and the owner is notified."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid
from joey.payouts.account_number import check_same_country, read_account_number, read_bank_code, read_holder_name
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
    check_same_country(details.account_number, details.bank_code)
    lock_payees(shop)
    before = latest_payee(shop, rail)
    if before is not None and read_details(text_of(before.details_id)) == details:
        return before
    kept = keep_details(details, shop_id=shop.id)
    payee = Payee.objects.create(
        shop=shop,
        rail=rail,
        version=before.version + 1 if before else 1,
        **refer("details", kept),
        changed_at=now,
        usable_from=now + PAUSE,
    )
    if before is not None:
        erase(before.details_id, at=now)  # payouts have copies of their own
    facts = {
        "rail": rail,
        "account": details.account_end,
        "usable_from": payee.usable_from.isoformat(),
        "first": before is None,
        "version": payee.version,
        "details": kept.fact,
    }
    append("payee.changed", f"payee:{payee.id}", facts, shop_id=shop.id, happened_at=now)
    queue_payee_changed_notice(payee, details.masked_account)
    return payee


def latest_payee(shop: Shop, rail: str) -> Payee | None:
    """The version in force, or None before the first."""
    return Payee.objects.filter(shop=shop, rail=rail).order_by("-version").first()


def lock_payees(shop: Shop) -> None:
    """Until the transaction ends no other one changes the shop's payees or requests a payout to them.

    NO KEY, because every insert that refers to the shop locks its key.
    """
    Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)


def _known_rails() -> str:
    return ", ".join(str(manifest.name) for manifest in rail_manifests().values())
