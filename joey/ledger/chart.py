"""The chart of accounts. The kinds exist once per shop, so that a journal never spans two shops."""

from enum import StrEnum


class AccountKind(StrEnum):
    """Where money can be. `party` of an account names the marketplace or rail."""

    MARKET_EXPECTED = "market:expected"  # the marketplace reported an order; nothing is owed yet
    MARKET_RECEIVABLE = "market:receivable"  # the marketplace settled the order; it owes us
    SHOP_PENDING = "shop:pending"  # earned, waiting
    SHOP_AVAILABLE = "shop:available"  # payable; below zero only by a return after it was confirmed
    SHOP_RESERVED = "shop:reserved"  # promised in a payout that is on its way
    PLATFORM_PENDING = "platform:pending"
    PLATFORM_REVENUE = "platform:revenue"  # below zero only by a return after it was confirmed
    ROUNDING = "rounding"  # what a split leaves over
    RAIL_IN_TRANSIT = "rail:in_transit"  # handed to the rail, not yet settled
    CASH = "cash"  # what the rail says it paid out


# Kept by a check constraint. Assets (market:*, cash) are debit accounts and live below zero by nature.
NEVER_NEGATIVE = frozenset(
    {AccountKind.SHOP_PENDING, AccountKind.SHOP_RESERVED, AccountKind.PLATFORM_PENDING, AccountKind.RAIL_IN_TRANSIT}
)
