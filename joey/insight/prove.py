"""Every invariant of every package in one list: what `joey prove` checks and each journey ends with."""

from collections.abc import Generator

from joey.catalog import prove as catalog
from joey.commissions import prove as commissions
from joey.kit.prove import Check, JudgedRule, verdicts
from joey.ledger import prove as ledger
from joey.orders import prove as orders
from joey.payouts import prove as payouts
from joey.record import prove as record
from joey.sharing import prove as sharing
from joey.shops import prove as shops


def prove() -> Generator[JudgedRule, None, None]:
    """Judge every rule on one snapshot of the books, while they are worked on. Close it to end the proof early."""
    return verdicts(all_checks())


def all_checks() -> list[Check]:
    """Of all packages: ledger and record first, and nothing long at the end, where one thread waits for the other."""
    packages = (ledger, record, commissions, orders, payouts, sharing, shops, catalog)
    return [check for package in packages for check in package.CHECKS]
