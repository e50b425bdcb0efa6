"""Where a shop's money goes. Every change pauses payouts for 72 hours, and the owner is notified."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid
from joey.payouts.account_number import read_account_number, read_bank_code, read_holder_name
from joey.payouts.models import Payee
from joey.payouts.notify_payee_changed import queue_payee_changed_notice
from joey.payouts.policy import PAUSE
from joey.payouts.rails.registry import default_rail, rail_manifests
from joey.record.append import append
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
    details = {
        "holder_name": read_holder_name(holder_name),
        "account_number": read_account_number(account_number),
        "bank_code": read_bank_code(bank_code),
    }
    times = {"changed_at": now, "usable_from": now + PAUSE}
    # locked, or a payout could be requested on the old details while they change
    payee, made = Payee.objects.select_for_update().get_or_create(shop=shop, rail=rail, defaults=details | times)
    if not made:
        if all(getattr(payee, name) == new for name, new in details.items()):
            return payee
        Payee.objects.filter(pk=payee.pk).update(**details, **times)
        payee.refresh_from_db()
    append(
        "payee.changed",
        f"payee:{payee.id}",
        {"rail": rail, "account": payee.masked_account, "usable_from": payee.usable_from.isoformat(), "first": made},
        shop_id=shop.id,
        happened_at=now,
    )
    queue_payee_changed_notice(payee)
    return payee


def _known_rails() -> str:
    return ", ".join(str(manifest.name) for manifest in rail_manifests().values())
