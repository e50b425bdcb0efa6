"""Sends payouts and takes answers every minute, and repeats a notice until it is delivered."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from joey.kit.clock import now
from joey.kit.refusals import Text
from joey.payouts.models import Payee
from joey.payouts.notify_payee_changed import NOTIFY_PAYEE_CHANGED
from joey.payouts.pay_due import pay_due
from joey.people.notices import notify_person


@app.periodic(cron="* * * * *")
@app.task(name="joey.payouts.pay_due", queueing_lock="joey.payouts.pay_due", lock="joey.payouts.pay_due")
def pay_due_payouts(timestamp: int) -> None:
    """`timestamp` is procrastinate's; the time of the run comes from the database."""
    pay_due(now=now())


@app.task(name=NOTIFY_PAYEE_CHANGED, retry=RetryStrategy(max_attempts=10, exponential_wait=4))
def notify_payee_changed(payee_id: str, account: str) -> None:
    """Notify the shopkeeper at every contact they have; `account` is masked."""
    payee = Payee.objects.select_related("shop__owner").get(pk=UUID(payee_id))
    is_late = payee.usable_from <= now()
    text, kind = (
        (_first(is_late), "first_payout_details") if payee.version == 1 else (_changed(is_late), "payout_details")
    )
    notify_person(payee.shop.owner, text, kind=kind, facts={"account": account})


def _first(is_late: bool) -> Text:
    """`is_late`: the pause was over before the notice could be delivered."""
    if is_late:
        return _(
            "The payout details of your shop were saved; they end in %(account)s. If this was not you, sign in now and"
            " change them."
        )
    return _(
        "The payout details of your shop were saved; they end in %(account)s. The first payout is possible after 72"
        " hours. If this was not you, sign in now and change them."
    )


def _changed(is_late: bool) -> Text:
    if is_late:
        return _(
            "The payout details of your shop were changed; they now end in %(account)s. If this was not you, sign in"
            " now and change them back."
        )
    return _(
        "The payout details of your shop were changed; they now end in %(account)s. Payouts pause for 72 hours."
        " If this was not you, sign in now and change them back."
    )
