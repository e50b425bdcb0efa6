"""The bank account that this instance pays from, as its settings describe it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

from joey.kit.zone import zone
from joey.payouts.rails.port import rail_account


@dataclass(frozen=True)
class BankConnection:
    """Where files go and with which key, and the account that is debited. `account` is the rail account's identity."""

    gateway: str
    key: str
    file_format: str  # "pain001" or "csv"
    debtor_name: str
    debtor_account: str
    debtor_bank: str
    account: str
    zone: ZoneInfo  # a date in a file is a day at the bank


def read_connection(settings: Mapping[str, Any]) -> BankConnection:
    """From an entry of JOEY_RAILS: gateway, credentials.key, and optionally format, debtor {name, account, bank}, mode,
    host and zone.

    The debtor defaults to a name only, which suits the demo; a real bank needs its own. `mode` is "live" unless the
    settings say otherwise. `host` stands for the gateway's host in the account's identity: set it when the same bank
    moves to another address, so that files already written can still go there. `zone` is where the bank's days begin
    and end, that of the pages unless the settings say otherwise. Raises ImproperlyConfigured for an unknown one.
    """
    gateway = str(settings["gateway"]).rstrip("/")
    debtor = settings.get("debtor", {})
    debtor_account = str(debtor.get("account", "JOEY"))
    return BankConnection(
        gateway=gateway,
        key=str(settings["credentials"]["key"]),
        file_format=str(settings.get("format", "pain001")),
        debtor_name=str(debtor.get("name", "Joey")),
        debtor_account=debtor_account,
        debtor_bank=str(debtor.get("bank", "")),
        account=rail_account(
            rail="bank",
            host=str(settings.get("host") or urlsplit(gateway).netloc),
            debtor_account=debtor_account,
            mode=str(settings.get("mode", "live")),
        ),
        zone=_zone(settings.get("zone")),
    )


def _zone(name: object) -> ZoneInfo:
    if not name:
        return zone()
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        raise ImproperlyConfigured(
            f"JOEY_RAILS: the bank's zone must be a time zone such as Asia/Shanghai, not {name!r}."
        ) from None
