"""What this instance's connections can do for a shop: whether a marketplace is connected, and reports orders."""

from joey.marketplaces import registry
from joey.marketplaces.imported import feeds
from joey.marketplaces.manifest_shape import Capabilities


def is_connected(marketplace: str) -> bool:
    """Whether offers of this marketplace may be listed."""
    return marketplace in registry.connected_marketplaces() or marketplace in feeds()


def can(marketplace: str) -> Capabilities:
    """What the connector of the marketplace can do here; nothing where it is not connected."""
    return registry.manifest_of(marketplace).capabilities if is_connected(marketplace) else Capabilities()


def locks_rate(marketplace: str) -> bool:
    """Whether an order earns at the rate of its click; elsewhere at the one that its report has.

    It is the marketplace of an offer, or that of an order.
    """
    manifest = registry.find_manifest(marketplace)
    return manifest is not None and manifest.locks_rate


def own_purchases_marked(marketplace: str) -> bool:
    """Whether an order that a keeper made by their own click can be known: its report has to name the click."""
    return is_connected(marketplace) and registry.manifest_of(marketplace).reports_clicks


def own_purchases_count(marketplace: str) -> bool | None:
    """Whether what a keeper buys by their own link earns like any other sale; None where that is not known."""
    return registry.manifest_of(marketplace).own_purchases_count if is_connected(marketplace) else None


def reports_orders(marketplace: str) -> bool:
    """Whether the marketplace reports orders; where it does not, a share earns nothing."""
    return is_connected(marketplace) and registry.manifest_of(marketplace).reports_orders
