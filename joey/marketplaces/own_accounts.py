"""The accounts that keepers have of their own at a marketplace: kept sealed, opened for a call, destroyed when removed.

A row is read whenever an account is asked for, so that every process knows at once what was connected, replaced or
removed. What a keeper types never says where it is sent to: calls go to the gateway of the operator's own account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from json import dumps
from typing import Any

from django.conf import settings

from joey.kit import sql
from joey.kit.json import read_json
from joey.marketplaces.find_packages import find_packages
from joey.marketplaces.models import OwnAccount
from joey.marketplaces.own_codes import as_own, is_own, marketplace_in_sql, marketplace_of
from joey.marketplaces.own_key import Sealed, key_id, seal, unseal
from joey.marketplaces.port import Connector


@dataclass(frozen=True)
class OwnAccountShown:
    """An account as pages show it: nothing of it can be used."""

    code: str
    marketplace: str
    name: str  # masked
    connected_at: datetime


def own_codes() -> list[str]:
    """The codes of all accounts that are connected. One query."""
    return list(OwnAccount.objects.filter(removed_at=None).order_by("code").values_list("code", flat=True))


def all_own_codes() -> list[str]:
    """The same with those that were removed: their orders stay. One query."""
    return list(OwnAccount.objects.order_by("code").values_list("code", flat=True))


def is_kept(code: str) -> bool:
    """Whether the account is connected, though it may be locked."""
    return is_own(code) and OwnAccount.objects.filter(code=code, removed_at=None).exists()


def shown_accounts(codes: list[str]) -> dict[str, OwnAccountShown]:
    """Those of the codes that are connected. One query."""
    return {
        row.code: OwnAccountShown(row.code, row.marketplace, masked(row.account), row.connected_at)
        for row in OwnAccount.objects.filter(code__in=codes, removed_at=None)
    }


def own_connector(code: str) -> Connector | None:
    """The connector of a keeper's account; None where it, or the operator's account there, is not connected.

    Raises AccountLocked; what the marketplace's connector raises for what was typed.
    """
    row = OwnAccount.objects.filter(code=code, removed_at=None).first()
    gateway = _gateway(code)
    if row is None or row.sealed is None or gateway is None:
        return None
    credentials = unseal(Sealed(bytes(row.sealed), row.key_id), code)
    return _connected(code, dumps(credentials, sort_keys=True), gateway)


def own_configuration(code: str, credentials: Mapping[str, str]) -> dict[str, Any]:
    """What the marketplace's connector takes: the credentials, at the gateway of the operator's account."""
    return _at(_gateway(code) or "", credentials)


def keep_account(code: str, account: str, credentials: Mapping[str, str], *, now: datetime) -> None:
    """Seal the credentials and keep them, in place of older ones. Raises AccountLocked."""
    sealed = seal(credentials, code)
    facts = {"account": account, "sealed": sealed.bytes, "key_id": sealed.key_id, "removed_at": None}
    new = {"marketplace": marketplace_of(code), "connected_at": now}
    was_removed = OwnAccount.objects.filter(code=code).exclude(removed_at=None).exists()
    OwnAccount.objects.update_or_create(
        code=code, defaults=facts | ({"connected_at": now} if was_removed else {}), create_defaults=facts | new
    )


def destroy_account(code: str, *, now: datetime) -> bool:
    """Destroy what was sealed; whether there was something."""
    kept = OwnAccount.objects.filter(code=code, removed_at=None)
    return kept.update(removed_at=now, sealed=None, key_id="") == 1


def code_of_account(marketplace: str, account: str) -> str | None:
    """The code under which an account is connected, for any shop."""
    return OwnAccount.objects.filter(marketplace=marketplace, account=account, removed_at=None).values_list(
        "code", flat=True
    ).first()  # fmt: skip


def codes_beside(code: str) -> list[str]:
    """The other codes under which orders of the same marketplace came in, those of removed accounts too. One query."""
    found = sql.tuples(codes_of_one_marketplace("%(code)s"), {"code": code})
    return [each for (each,) in found if each != code]


def codes_of_one_marketplace(code: str) -> str:
    """SQL for the codes under which orders of the marketplace of `code` came in: the operator's and those of all own
    accounts, of removed ones too.
    """
    marketplace = marketplace_in_sql(code)
    return f"""
        SELECT {marketplace} AS code
        UNION ALL SELECT a.code FROM marketplaces_ownaccount a WHERE a.marketplace = {marketplace}
    """


def account_of(code: str) -> str:
    """The marketplace's name for the account, which is no secret; "" where it was never connected."""
    return OwnAccount.objects.filter(code=code).values_list("account", flat=True).first() or ""


def locked_accounts() -> int:
    """How many connected accounts the key that is here does not open. Raises AccountLocked where there is none."""
    kept = OwnAccount.objects.filter(removed_at=None)
    return kept.exclude(key_id=key_id()).count() if kept.exists() else 0


def masked(account: str) -> str:
    """The marketplace's name for an account, so that its keeper knows which one it is and no one else learns it."""
    shown = min(4, len(account) // 3)
    return f"{account[:shown]}…{account[len(account) - shown :]}"


def _gateway(code: str) -> str | None:
    """Where the calls of an account go: to the gateway of the operator's, "" for the connector's own. None: there is no
    such account.
    """
    configured = settings.JOEY_MARKETPLACES.get(marketplace_of(code))
    return str(configured.get("gateway") or "") if isinstance(configured, dict) else None


def _at(gateway: str, credentials: Mapping[str, Any]) -> dict[str, Any]:
    return {"credentials": dict(credentials), **({"gateway": gateway} if gateway else {})}


@lru_cache(maxsize=64)
def _connected(code: str, credentials: str, gateway: str) -> Connector:
    """Connectors keep connections, so the same credentials make one once."""
    return _made(code, read_json(credentials.encode()), gateway)


def _made(code: str, credentials: Mapping[str, Any], gateway: str) -> Connector:
    package = find_packages().paths[marketplace_of(code)]
    connector: Connector = import_module(f"{package}.connector").connect(_at(gateway, credentials))
    connector.code, connector.manifest = code, as_own(connector.manifest, code)
    return connector
