"""Marketplaces whose orders are here and whose package is gone: an operator removed it, or has not installed it yet."""

from joey.marketplaces import registry
from joey.orders.queries import marketplaces_with_lines


def not_installed() -> list[str]:
    """The codes of those that reported at least one line and about which nothing else is known: no zone, no policy."""
    return [code for code in marketplaces_with_lines() if registry.find_manifest(code) is None]
