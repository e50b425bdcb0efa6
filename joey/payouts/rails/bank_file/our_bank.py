"""The bank that this instance pays through, as its settings have it."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Unavailable


class NoBank(Unavailable):
    """No bank is set up on this instance."""

    code = "no_bank"


@dataclass(frozen=True)
class OurBank:
    """Where files go and with which key, and the account that is debited. `form` is "pain001" or "csv"."""

    gateway: str
    key: str
    form: str
    debtor_name: str
    debtor_account: str
    debtor_bank: str


def our_bank() -> OurBank:
    """From JOEY_MARKETPLACES["bank"]: gateway, credentials.key, and optionally form and debtor {name, account, bank}.

    Raises NoBank when there is none. The debtor of the demo is a name only; a real bank wants its own.
    """
    known = getattr(settings, "JOEY_MARKETPLACES", {}).get("bank")
    if not known:
        raise NoBank(_("No bank is set up here, so payouts wait. An operator has to add one."))
    debtor = known.get("debtor", {})
    return OurBank(
        gateway=str(known["gateway"]).rstrip("/"),
        key=str(known["credentials"]["key"]),
        form=str(known.get("form", "pain001")),
        debtor_name=str(debtor.get("name", "Joey")),
        debtor_account=str(debtor.get("account", "JOEY")),
        debtor_bank=str(debtor.get("bank", "")),
    )
