"""Put a notice on the queue in the transaction of what it tells of: it goes out if, and only if, that holds."""

from procrastinate.contrib.django import app

from joey.payouts.models import Payee

TELL_DETAILS_CHANGED = "joey.payouts.tell_details_changed"


def tell_details_changed_later(payee: Payee) -> None:
    """The notice is repeated until it is out (see jobs.py): it is how a person learns of a thief's change."""
    app.configure_task(TELL_DETAILS_CHANGED).defer(payee_id=str(payee.id), account=payee.masked_account)
