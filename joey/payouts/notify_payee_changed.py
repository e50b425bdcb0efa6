"""Queues the notice of changed payout details in the transaction that changes them: it is sent if that commits."""

from procrastinate.contrib.django import app

from joey.payouts.models import Payee

NOTIFY_PAYEE_CHANGED = "joey.payouts.notify_payee_changed"


def queue_payee_changed_notice(payee: Payee, masked_account: str) -> None:
    """The job repeats until the notice is delivered (jobs.py): it is how the owner learns of a change by a thief."""
    app.configure_task(NOTIFY_PAYEE_CHANGED).defer(payee_id=str(payee.id), account=masked_account)
