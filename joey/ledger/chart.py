"""The chart of accounts as data: each kind's book, party and side. The database checks it (models.py).

A book is a shop's, under the shop's id, or the instance's own (`HOUSE_BOOK`). A journal never leaves its book.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

HOUSE_BOOK = UUID(int=0)  # the operator's own money and accounts; no shop has this id


class AccountKind(StrEnum):
    """Where money can be."""

    MARKET_EXPECTED = "market:expected"
    MARKET_RECEIVABLE = "market:receivable"
    SHOP_PENDING = "shop:pending"
    SHOP_AVAILABLE = "shop:available"
    SHOP_HELD = "shop:held"
    SHOP_RESERVED = "shop:reserved"
    PLATFORM_PENDING = "platform:pending"
    PLATFORM_REVENUE = "platform:revenue"
    PLATFORM_PENALTY = "platform:penalty"
    PLATFORM_LOSS = "platform:loss"
    ROUNDING = "rounding"
    RAIL_IN_TRANSIT = "rail:in_transit"
    PAID = "paid"
    REMITTED = "remitted"
    TAX = "tax"
    BANK = "house:bank"
    SUSPENSE = "suspense"
    HOUSE_OWNER = "house:owner"
    HOUSE_CHARGES = "house:charges"


class Party(StrEnum):
    """Whom an account is kept for, in its `party`; "" where there is none."""

    NONE = ""
    MARKETPLACE = "marketplace"  # its code
    RAIL_ACCOUNT = "rail account"  # payouts/rails/port.py, rail_account
    AUTHORITY = "tax authority"
    BANK_ACCOUNT = "bank account"


class Side(StrEnum):
    """Which way a balance (credits minus debits) may go. An account normally in credit or in debit may cross zero."""

    CREDIT = "credit"
    DEBIT = "debit"
    EITHER = "either"
    NEVER_BELOW_ZERO = "credit, never below zero"
    NEVER_ABOVE_ZERO = "debit, never above zero"
    BELOW_ZERO_BY_SOME = "credit, below zero only by the journal kinds in postings.py"


@dataclass(frozen=True)
class KindRules:
    """A kind's rules: its side in a shop's book and in the house book (None: not kept there), and its party."""

    shop: Side | None
    house: Side | None
    party: Party
    holds: str


CHART = {
    AccountKind.MARKET_EXPECTED: KindRules(Side.DEBIT, None, Party.MARKETPLACE, "reported, not settled"),
    AccountKind.MARKET_RECEIVABLE: KindRules(
        Side.DEBIT, None, Party.MARKETPLACE, "settled, the marketplace owes it; above zero we owe it"
    ),
    AccountKind.SHOP_PENDING: KindRules(Side.NEVER_BELOW_ZERO, None, Party.NONE, "earned, waiting"),
    AccountKind.SHOP_AVAILABLE: KindRules(Side.BELOW_ZERO_BY_SOME, None, Party.NONE, "payable"),
    AccountKind.SHOP_HELD: KindRules(Side.NEVER_BELOW_ZERO, None, Party.NONE, "was available, blocked for a reason"),
    AccountKind.SHOP_RESERVED: KindRules(
        Side.NEVER_BELOW_ZERO, None, Party.NONE, "in a payout that can still be stopped"
    ),
    AccountKind.PLATFORM_PENDING: KindRules(Side.NEVER_BELOW_ZERO, None, Party.NONE, "our part, waiting"),
    AccountKind.PLATFORM_REVENUE: KindRules(Side.CREDIT, None, Party.NONE, "our part, confirmed"),
    AccountKind.PLATFORM_PENALTY: KindRules(Side.DEBIT, None, Party.MARKETPLACE, "taken beyond what lines gave"),
    AccountKind.PLATFORM_LOSS: KindRules(Side.NEVER_ABOVE_ZERO, None, Party.NONE, "written off"),
    AccountKind.ROUNDING: KindRules(Side.NEVER_BELOW_ZERO, None, Party.NONE, "what splits leave over"),
    AccountKind.RAIL_IN_TRANSIT: KindRules(
        Side.NEVER_BELOW_ZERO, None, Party.RAIL_ACCOUNT, "may have left us, outcome open"
    ),
    AccountKind.PAID: KindRules(Side.NEVER_BELOW_ZERO, Side.DEBIT, Party.RAIL_ACCOUNT, "paid out"),
    AccountKind.REMITTED: KindRules(Side.DEBIT, Side.CREDIT, Party.MARKETPLACE, "came in from the marketplace"),
    AccountKind.TAX: KindRules(Side.NEVER_BELOW_ZERO, Side.DEBIT, Party.AUTHORITY, "withheld; passed on"),
    AccountKind.BANK: KindRules(None, Side.DEBIT, Party.BANK_ACCOUNT, "what the bank statement says we have"),
    AccountKind.SUSPENSE: KindRules(None, Side.EITHER, Party.BANK_ACCOUNT, "bank rows that are not classified"),
    AccountKind.HOUSE_OWNER: KindRules(None, Side.EITHER, Party.NONE, "the operator's own money"),
    AccountKind.HOUSE_CHARGES: KindRules(None, Side.EITHER, Party.NONE, "bank charges"),
}


def kinds_with(*, shop: Side | None = None, house: Side | None = None) -> list[str]:
    """The kinds with this side in a shop's book, or in the house book, sorted."""
    return sorted(
        kind.value
        for kind, rules in CHART.items()
        if (shop is not None and rules.shop == shop) or (house is not None and rules.house == house)
    )


SHOP_KINDS = sorted(kind.value for kind, rules in CHART.items() if rules.shop)
HOUSE_KINDS = sorted(kind.value for kind, rules in CHART.items() if rules.house)
KINDS_WITH_PARTY = sorted(kind.value for kind, rules in CHART.items() if rules.party)
