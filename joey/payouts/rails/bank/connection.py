"""The bank account that this instance pays from, as its settings describe it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

from joey.kit.refusals import Invalid
from joey.kit.zone import zone
from joey.payouts.account_number import read_account_number, read_bank_code, read_holder_name
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


_FIELDS = ("gateway", "credentials", "debtor", "format", "mode", "host", "zone")
_FORMATS = ("pain001", "csv")


def read_connection(settings: Mapping[str, Any]) -> BankConnection:
    """From an entry of JOEY_RAILS: gateway, credentials.key, and optionally format, debtor {name, account, bank}, mode,
    host and zone.

    The debtor defaults to a name only, which suits the demo; a real bank needs its own. `mode` is "live" unless the
    settings say otherwise. `host` stands for the gateway's host in the account's identity: set it when the same bank
    moves to another address, so that files already written can still go there. `zone` is where the bank's days begin
    and end, that of the pages unless the settings say otherwise.

    Raises ImproperlyConfigured naming the field. A name that means nothing is refused too: it is one that was mistyped,
    and what holds in its place could be another account.
    """
    texts = _texts("bank", {name: given for name, given in settings.items() if name not in ("credentials", "debtor")})
    key = _texts("bank.credentials", settings.get("credentials", {}), ("key",)).get("key")
    debtor = _texts("bank.debtor", settings.get("debtor", {}), ("name", "account", "bank"))
    gateway = texts.get("gateway", "").rstrip("/")
    if not gateway or not key:
        raise _wrong("bank.credentials.key is missing" if gateway else "bank.gateway is missing")
    file_format = texts.get("format", "pain001")
    if file_format not in _FORMATS:
        raise _wrong(f"bank.format must be one of {', '.join(_FORMATS)}, not {file_format!r}")
    debtor_account = _read("account", read_account_number, debtor, "JOEY")
    return BankConnection(
        gateway=gateway,
        key=key,
        file_format=file_format,
        debtor_name=_read("name", read_holder_name, debtor, "Joey"),
        debtor_account=debtor_account,
        debtor_bank=_read("bank", read_bank_code, debtor, ""),
        account=rail_account(
            rail="bank",
            host=texts.get("host") or urlsplit(gateway).netloc,
            debtor_account=debtor_account,
            mode=texts.get("mode", "live"),
        ),
        zone=_zone(texts.get("zone")),
    )


def _texts(place: str, given: object, known: Sequence[str] = _FIELDS) -> dict[str, str]:
    """The fields of an object that are given, each a text and each one of those known."""
    if not isinstance(given, Mapping):
        raise _wrong(f"{place} must be an object")
    for name, value in given.items():
        if name not in known:
            raise _wrong(f"{place} has no field “{name}”; it has {', '.join(known)}")
        if not isinstance(value, str | None):
            raise _wrong(f"{place}.{name} must be a text")
    return {name: value for name, value in given.items() if value is not None}


def _read(name: str, read: Callable[[str], str], debtor: Mapping[str, str], otherwise: str) -> str:
    """A field of the debtor, by the same rules as a payee's."""
    if name not in debtor:
        return otherwise
    try:
        return read(debtor[name])
    except Invalid as refused:
        raise _wrong(f"bank.debtor.{name}: {str(refused).rstrip('.。')}") from None


def _zone(name: str | None) -> ZoneInfo:
    if not name:
        return zone()
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise _wrong(f"bank.zone must be a time zone such as Asia/Shanghai, not {name!r}") from None


def _wrong(what: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"rails.json (JOEY_RAILS): {what}.")
