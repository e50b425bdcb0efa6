"""What this Joey's connections can do for a shop: whether a marketplace is connected, and whether orders come back."""

from joey.marketplaces import registry
from joey.marketplaces.imported import feeds


def is_connected(marketplace: str) -> bool:
    """Whether offers of this marketplace may be listed."""
    return marketplace in registry.marketplaces() or marketplace in feeds()


def reports_orders(marketplace: str) -> bool:
    """Whether the marketplace tells us of orders; where it does not, a share earns nothing."""
    return is_connected(marketplace) and registry.manifest_of(marketplace).reports_orders
