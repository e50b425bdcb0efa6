"""Every invariant of every room in one list: what `joey prove` checks and each journey ends with."""

from joey.catalog import prove as catalog
from joey.commissions import prove as commissions
from joey.kit.prove import Check
from joey.ledger import prove as ledger
from joey.orders import prove as orders


def all_checks() -> list[Check]:
    """The checks of all rooms, money first."""
    return [*ledger.CHECKS, *commissions.CHECKS, *orders.CHECKS, *catalog.CHECKS]
