"""The accounts of their own that a shop's keeper has or may connect, as pages show them."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Refusal
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Manifest, Text
from joey.marketplaces.own_accounts import shown_accounts
from joey.sharing.connect_own_account import may_connect
from joey.sharing.models import Position, PositionLease
from joey.shops.models import Shop
from joey.shops.own_account import own_accounts_of


@dataclass(frozen=True)
class OwnAccountState:
    """One marketplace. `account` is "" where none is connected.

    `trouble` says why a connected one is no use now: no new links are made with it, and where it `is_locked` its orders
    are not read either.
    """

    code: str  # of the marketplace's connector
    name: Text
    manifest: Manifest
    own_code: str = ""  # of the account
    account: str = ""  # masked
    since: datetime | None = None
    trouble: str = ""
    is_locked: bool = False


def own_accounts(shop: Shop) -> list[OwnAccountState]:
    """Every marketplace at which this shop has an own account or may have one, in the order of their codes."""
    own = own_accounts_of(shop.pk)
    shown = shown_accounts(list(own.values()))
    operators = {each.code: each.manifest for each in registry.connectors() if may_connect(each.manifest)}
    found = []
    for manifest in registry.manifests():
        code = manifest.code
        account = shown.get(own.get(code, ""))
        if account is None and code not in operators:
            continue
        state = OwnAccountState(code, registry.reporter_name(code), operators.get(code, manifest))
        if account is not None:
            locked = _locked(account.code)
            state = replace(
                state,
                own_code=account.code,
                account=account.name,
                since=account.connected_at,
                trouble=locked or _position_trouble(shop, account.code),
                is_locked=bool(locked),
            )
        found.append(state)
    return found


def _locked(code: str) -> str:
    """Why the account cannot be opened; "" where it can."""
    try:
        registry.connector(code)
    except Refusal as refusal:
        return str(refusal)
    return ""


def _position_trouble(shop: Shop, code: str) -> str:
    """Why no link can go by its position."""
    place = registry.name_of(code)
    lease = PositionLease.objects.filter(shop=shop, marketplace=code, ended_at=None).select_related("position").first()
    if lease is not None and lease.position.refused_at is not None:
        text = _(
            "%(place)s refuses the position “%(position)s”, so no link can go by it. Type the account again with"
            " another position."
        )
        return text % {"place": place, "position": lease.position.key}
    withdrawn = Position.objects.filter(marketplace=code).exclude(withdrawn_at=None)
    if lease is None and withdrawn.exists():
        text = _(
            "The operator of this site withdrew the position of your links, so no link can go by the account. Type it"
            " again with another position."
        )
        return str(text)
    return ""
