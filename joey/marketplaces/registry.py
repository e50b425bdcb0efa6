"""Which marketplaces this Joey is connected to. Nothing else names a connector.

`settings.JOEY_MARKETPLACES` maps a code to `{"gateway"?, "credentials"?}`; what it does not name is not connected.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Unavailable
from joey.marketplaces.feed.connector import FeedConnector
from joey.marketplaces.feed.connector import manifest_of as feed_manifest
from joey.marketplaces.feed.places import PLACES
from joey.marketplaces.imported import PREFIX, feeds, is_feed, manifest_of_feed
from joey.marketplaces.manifest_shape import Manifest
from joey.marketplaces.port import Connector
from joey.marketplaces.taobao.connector import TaobaoConnector
from joey.marketplaces.taobao.manifest import MANIFEST as TAOBAO
from joey.marketplaces.taobao.parse_offer import identity_of as taobao_identity

marketplace_names: Mapping[str, Promise] = {
    "taobao": _("Taobao"),
    "tmall": _("Tmall"),
    "jd": _("JD"),
    "dangdang": _("Dangdang"),
    "amazon": _("Amazon"),
    "1688": _("1688"),
}
# An order report names its gateway, not which of the marketplaces behind it sold the thing.
reporter_names: Mapping[str, Promise] = {**marketplace_names, "taobao": _("Taobao or Tmall")}
# Which connector serves a marketplace; the others serve the one that they are named for.
SERVED_BY = {"taobao": "taobao", "tmall": "taobao"}


class NotConnected(Unavailable):
    """This Joey has no account at the marketplace, or does not know it."""

    code = "marketplace_not_connected"


def connectors() -> tuple[Connector, ...]:
    """Every connected marketplace's connector, in one order always."""
    return tuple(_connectors(_configuration()).values())


def connector(code: str) -> Connector:
    """The connector with that code ("taobao", "jd" …). Raises NotConnected."""
    found = _connectors(_configuration()).get(code)
    if found is None:
        raise _not_connected(code)
    return found


def connector_for(marketplace: str) -> Connector:
    """The connector that serves a marketplace ("tmall" → the one of Taobao). Raises NotConnected."""
    found = _connectors(_configuration()).get(SERVED_BY.get(marketplace, marketplace))
    if found is None:
        raise _not_connected(marketplace)
    return found


def marketplaces() -> frozenset[str]:
    """The marketplaces whose offers can be looked up here."""
    return frozenset(name for each in connectors() for name in each.marketplaces)


def is_known(marketplace: str) -> bool:
    """Whether offers of this marketplace can be here: by a connector of ours, or because its feed was imported."""
    return marketplace in marketplace_names or marketplace in feeds()


def name_of(marketplace: str) -> str | Promise:
    """What people call a marketplace; a feed goes by the name that it was imported under."""
    return marketplace_names.get(marketplace, marketplace.removeprefix(PREFIX))


def has_rotating_ids(marketplace: str) -> bool:
    """Whether ids of this marketplace turn, so that `identity_of` wants to know more."""
    return SERVED_BY.get(marketplace) == "taobao"


def identity_of(marketplace: str, external_id: str, *, seller_id: str = "", picture: str = "") -> str:
    """What stays the same of an offer that a file brings, so that its connector finds it again where it can."""
    if has_rotating_ids(marketplace):
        return taobao_identity(seller_id, picture, external_id)
    return external_id


def manifest_of(marketplace: str) -> Manifest:
    """What a marketplace allows, connected or not: orders outlive a connection. Raises NotConnected if unknown."""
    code = SERVED_BY.get(marketplace, marketplace)
    found = _connectors(_configuration()).get(code)
    if found is not None:
        return found.manifest
    if code == "taobao":
        return TAOBAO
    if code in PLACES:
        return feed_manifest(code)
    if is_feed(code):
        return manifest_of_feed(code)
    raise _not_connected(marketplace)


def _configuration() -> str:
    return json.dumps(getattr(settings, "JOEY_MARKETPLACES", {}), sort_keys=True)


@lru_cache(maxsize=4)
def _connectors(configuration: str) -> dict[str, Connector]:
    """Connectors keep connections and feeds, so each configuration makes them once."""
    configured: dict[str, dict[str, Any]] = json.loads(configuration)
    made: dict[str, Connector] = {}
    if "taobao" in configured:
        made["taobao"] = TaobaoConnector(configured["taobao"])
    for code in PLACES:
        if code in configured:
            made[code] = FeedConnector(code, configured[code])
    return made


def _not_connected(code: str) -> NotConnected:
    name = marketplace_names.get(code, code[:20])
    text = _("This Joey is not connected to %s. Its operator can add an account; nothing was changed.")
    return NotConnected(text % name, marketplace=code[:20])
