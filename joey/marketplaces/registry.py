"""Which marketplaces there are, and which of them this instance is connected to. Finds folders and names none.

A marketplace is a package with two modules: `manifest` (`MANIFEST`) and `connector` (`connect(configuration)`). Those
beside this file are found by looking; others are found by the entry point group `joey.marketplaces`, whose values are
package paths (`find_packages.py`). `settings.JOEY_MARKETPLACES` maps a connector's code to
`{"gateway"?, "credentials"?}`; a code that is not in it is not connected. What cannot be used of either is a fault of
that marketplace only.
"""

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Unavailable
from joey.marketplaces.find_packages import Fault, NotUsable, find_packages
from joey.marketplaces.identity import seller_and_picture
from joey.marketplaces.imported import PREFIX, feeds, is_feed, manifest_of_feed
from joey.marketplaces.manifest_shape import ClosingReason, Manifest, Text
from joey.marketplaces.own_accounts import all_own_codes, is_kept, own_connector
from joey.marketplaces.own_codes import as_own, is_own, marketplace_of
from joey.marketplaces.own_key import AccountLocked
from joey.marketplaces.port import Connector

_OF_AN_ACCOUNT = _("%(marketplace)s is configured and not connected: %(problem)s")
_OF_ALL_ACCOUNTS = _("No marketplace is connected: %(problem)s")


class NotConnected(Unavailable):
    """This instance has no account at the marketplace, or does not know it."""

    code = "marketplace_not_connected"


class NotInstalled(NotConnected):
    """No package, folder or feed here is of this marketplace, so nothing about it is known."""


def connectors() -> tuple[Connector, ...]:
    """Every connected marketplace's connector, in the order of their codes: by the operator's accounts.

    Keepers' own accounts are none of them: goods are looked up with the operator's. What follows orders adds them
    (`own_codes`).
    """
    return tuple(_connectors(_configuration()).values())


def connector(code: str) -> Connector:
    """The connector with that code. Raises NotConnected; of a keeper's own account AccountLocked."""
    found = _connector_of(code)
    if found is None:
        raise _not_connected(code)
    return found


def find_connector(code: str) -> Connector | None:
    """The same, or None."""
    if not is_own(code):
        return {each.code: each for each in connectors()}.get(code)
    try:
        return _connector_of(code)
    except AccountLocked:
        return None


def connector_for(marketplace: str) -> Connector:
    """The connector that brings a marketplace's offers, or that of a keeper's own account. Raises as `connector`."""
    found = _connector_of(code_for(marketplace))
    if found is None:
        raise _not_connected(marketplace)
    return found


def is_configured(code: str) -> bool:
    """Whether this instance has an account at the marketplace, also one that is no use just now; yes if unknown."""
    if is_own(code):
        return is_kept(code)
    return bool(getattr(settings, "JOEY_MARKETPLACES_PROBLEM", "")) or code in getattr(
        settings, "JOEY_MARKETPLACES", {}
    )


def faults() -> tuple[Fault, ...]:
    """Packages that are registered and cannot be used, and accounts of this instance's configuration."""
    problem = getattr(settings, "JOEY_MARKETPLACES_PROBLEM", "")
    of_all = (Fault("", NotUsable(problem), _OF_ALL_ACCOUNTS),) if problem else ()
    return (*find_packages().faults, *of_all, *_connect(_configuration())[1])


def code_for(marketplace: str) -> str:
    """The code that positions, orders and accounts of a marketplace carry: its connector's."""
    manifest = _served().get(marketplace)
    return manifest.code if manifest else marketplace


def connected_marketplaces() -> tuple[str, ...]:
    """The marketplaces whose offers can be looked up here, in one order always."""
    return tuple(name for each in connectors() for name in each.manifest.marketplaces)


def is_known(marketplace: str) -> bool:
    """Whether offers of this marketplace can be here: a folder serves it, or its feed was imported."""
    return marketplace in _served() or marketplace in feeds()


def is_served(marketplace: str) -> bool:
    """Whether a folder serves this marketplace; an imported feed has none."""
    return marketplace in _served()


def manifest_of(marketplace: str) -> Manifest:
    """What a marketplace allows, connected or not: orders outlive a connection. Raises NotInstalled if unknown."""
    found = find_manifest(marketplace)
    if found is None:
        raise _not_installed(marketplace)
    return found


def check_code(marketplace: str) -> None:
    """Raises NotInstalled, which names the codes that there are, for one that is none of them."""
    configured = getattr(settings, "JOEY_MARKETPLACES", {})
    marketplace = marketplace_of(marketplace)
    if not (is_known(marketplace) or marketplace in _manifests() or marketplace in configured):
        raise _not_installed(marketplace)


def closed_because(marketplace: str, reason: str) -> Text:
    """Why an order was closed, in plain words where the marketplace's reason is a code that its manifest explains."""
    found = _closing_reason(marketplace, reason)
    return found.text if found else reason


def to_do_about(marketplace: str, reason: str) -> Text:
    """What a shop can do about orders that are closed for this reason; "" where its manifest says nothing."""
    found = _closing_reason(marketplace, reason)
    return found.to_do.text if found and found.to_do else ""


def is_split(marketplace: str, reason: str) -> bool:
    """Whether an order that is closed for this reason counts as the orders that it was split into."""
    found = _closing_reason(marketplace, reason)
    return found is not None and found.is_split


def _closing_reason(marketplace: str, reason: str) -> ClosingReason | None:
    manifest = find_manifest(marketplace)
    return manifest.closed_because.get(reason) if manifest else None


def earns_less_because(marketplace: str, reason: str) -> Text:
    """Why an order that is not closed earns less, in plain words; "" where its manifest has none for the reason."""
    manifest = find_manifest(marketplace)
    wording = manifest.earns_less_because.get(reason) if manifest else None
    return wording.text if wording else ""


def find_manifest(marketplace: str) -> Manifest | None:
    """The same, or None: orders, commissions and offers outlive the package of their marketplace, too."""
    if is_own(marketplace):
        manifest = find_manifest(marketplace_of(marketplace))
        return as_own(manifest, marketplace) if manifest else None
    found = _connectors(_configuration()).get(code_for(marketplace))
    if found is not None:
        return found.manifest  # that of a simulated gateway has hosts of its own
    if marketplace in _served():
        return _served()[marketplace]
    if marketplace in _manifests():  # orders carry the connector's code
        return _manifests()[marketplace]
    return manifest_of_feed(marketplace) if is_feed(marketplace) else None


def manifests() -> tuple[Manifest, ...]:
    """Of every marketplace that has a folder, connected or not, in the order of their codes."""
    return tuple(_manifests().values())


def name_of(marketplace: str) -> Text:
    """What people call a marketplace; a feed goes by the name it was imported under, an unknown code by itself."""
    marketplace = marketplace_of(marketplace)
    if marketplace in _served():
        return _served()[marketplace].marketplaces[marketplace].text
    return lazystr(marketplace.removeprefix(PREFIX))


def labels_of(marketplace: str) -> tuple[Text, ...]:
    """What has to be said beside its offers, besides that they are advertisements; nothing for an imported feed."""
    return tuple(label.text for label in _served()[marketplace].labels) if marketplace in _served() else ()


def without_price_history() -> list[str]:
    """The marketplaces that do not let an instance keep what their offers cost over time."""
    return [name for each in manifests() if "price" not in each.allowed.kept_as_history for name in each.marketplaces]


def paying_shops_themselves() -> list[str]:
    """Codes whose orders this instance pays nothing for, because the marketplace pays the shop. One query."""
    return [*(each.code for each in manifests() if each.paid_by == "marketplace"), *all_own_codes()]


def pays_shop_itself(code: str) -> bool:
    """Whether the orders of this code are paid by their marketplace, and not by this instance. No query."""
    manifest = find_manifest(code)
    return manifest is not None and manifest.paid_by == "marketplace"


def reporter_name(code: str) -> Text:
    """Who reported an order: one connector may report for several marketplaces, without saying which."""
    code = marketplace_of(code)
    return _manifests()[code].reported_name.text if code in _manifests() else lazystr(code)


def identity_of(marketplace: str, external_id: str, *, seller_id: str = "", picture: str = "") -> str:
    """What stays the same of an offer that a file brings, so that its connector finds it again where it can."""
    if has_rotating_ids(marketplace):
        return seller_and_picture(seller_id, picture, external_id)
    return external_id


def has_rotating_ids(marketplace: str) -> bool:
    """Whether ids of this marketplace rotate, so that `identity_of` needs more than the id."""
    return marketplace in _served() and _served()[marketplace].identity == "seller_and_picture"


def _configuration() -> str:
    return json.dumps(getattr(settings, "JOEY_MARKETPLACES", {}), sort_keys=True)


def _connector_of(code: str) -> Connector | None:
    operators = _connectors(_configuration()).get(marketplace_of(code))
    if not is_own(code) or operators is None:
        return operators
    return own_connector(code)


def _connectors(configuration: str) -> dict[str, Connector]:
    return _connect(configuration)[0]


@lru_cache(maxsize=4)
def _connect(configuration: str) -> tuple[dict[str, Connector], tuple[Fault, ...]]:
    """Connectors keep connections and feeds, so each configuration makes them once. What cannot be is a fault."""
    configured: dict[str, Any] = json.loads(configuration)
    connected: dict[str, Connector] = {}
    faults = []
    for code in sorted(configured):
        if code_for(code) != code and code_for(code) in configured:
            continue  # a marketplace that another account reaches; the sandbox names an account for each
        try:
            if code not in packages():
                raise NotUsable(_("no package that is installed has this code"))
            if not isinstance(configured[code], dict):
                raise NotUsable(_("what is configured for it is no JSON object"))
            connected[code] = import_module(f"{packages()[code]}.connector").connect(configured[code])
        except Exception as failure:  # noqa: BLE001 - of whatever kind, it is this account's only
            faults.append(Fault(code, failure, _OF_AN_ACCOUNT))  # doctor, /readyz and the commands name it
    return connected, tuple(faults)


@cache
def _served() -> Mapping[str, Manifest]:
    """The manifest by each marketplace that it serves."""
    return {name: manifest for manifest in _manifests().values() for name in manifest.marketplaces}


@cache
def _manifests() -> Mapping[str, Manifest]:
    """By connector code. Connectors themselves are imported only where they are connected."""
    return find_packages().manifests


def packages() -> Mapping[str, str]:
    """The path of each usable package, by its code."""
    return find_packages().paths


def _not_installed(code: str) -> NotInstalled:
    text = _(
        "No marketplace “%(code)s” is known here: no package that is installed has this code, and no feed was imported"
        " under it. Known are %(known)s. Nothing was changed."
    )
    facts = {"code": code[:64], "known": ", ".join(sorted({*_served(), *_manifests(), *feeds()}))}
    return NotInstalled(text % facts, marketplace=code[:64])


def _not_connected(code: str) -> NotConnected:
    check_code(code)
    if is_own(code):
        text = _("The keeper's own account at %(place)s is not connected here. Nothing was changed.")
        return NotConnected(text % {"place": name_of(code)}, marketplace=code[:64])
    if is_feed(code):
        text = _("%(place)s is an imported feed: its goods come from your files, and it has no account to ask.")
        return NotConnected(text % {"place": name_of(code)}, marketplace=code)
    text = _(
        "This instance is not connected to %(place)s. Its operator can add an account with"
        " `joey marketplaces connect %(code)s`; nothing was changed."
    )
    return NotConnected(text % {"place": name_of(code[:64]), "code": code_for(code)[:64]}, marketplace=code[:64])
