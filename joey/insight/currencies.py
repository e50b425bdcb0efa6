"""Which currencies this instance has to do with; Joey knows many more."""

from joey.ledger.queries import currencies_booked
from joey.marketplaces import registry
from joey.payouts.limits import currencies_with_own_limits


def currencies_in_use() -> frozenset[str]:
    """Those in which money was booked, limits were published, or a connected marketplace sells. Two queries."""
    connected = {connector.manifest.currency for connector in registry.connectors()}
    return currencies_booked() | currencies_with_own_limits() | connected
