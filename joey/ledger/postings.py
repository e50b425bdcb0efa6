"""Which journal kind may post which pair of accounts: the tables of docs/money.md as data.

The migration writes them into the table `ledger_pair`, and PostgreSQL refuses every posting whose pair is not there
(posting_rules.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from joey.ledger.chart import AccountKind as Kind

_MARKET = (Kind.MARKET_EXPECTED, Kind.MARKET_RECEIVABLE)
_WAITING = (Kind.SHOP_PENDING, Kind.PLATFORM_PENDING, Kind.ROUNDING)  # what a commission is split into
_BOOKED = (*_WAITING, Kind.SHOP_HELD, Kind.SHOP_AVAILABLE, Kind.PLATFORM_REVENUE)  # where its parts may be later

PAIRS: dict[str, list[tuple[Kind, Kind]]] = {
    # order lines
    "commission.earned": [(Kind.MARKET_EXPECTED, part) for part in _WAITING],
    "commission.adjusted": [
        *((market, part) for market in _MARKET for part in _WAITING),
        *((part, market) for market in _MARKET for part in _BOOKED),
    ],
    "commission.settled": [
        *((Kind.MARKET_EXPECTED, part) for part in _WAITING),
        *((part, Kind.MARKET_EXPECTED) for part in _WAITING),
        (Kind.MARKET_RECEIVABLE, Kind.MARKET_EXPECTED),
    ],
    "commission.confirmed": [
        (Kind.SHOP_PENDING, Kind.SHOP_AVAILABLE),
        (Kind.PLATFORM_PENDING, Kind.PLATFORM_REVENUE),
    ],
    "commission.unsettled": [
        (Kind.MARKET_EXPECTED, Kind.MARKET_RECEIVABLE),
        (Kind.SHOP_HELD, Kind.SHOP_PENDING),
        (Kind.SHOP_AVAILABLE, Kind.SHOP_PENDING),
        (Kind.PLATFORM_REVENUE, Kind.PLATFORM_PENDING),
    ],
    "penalty.taken": [
        *((Kind.PLATFORM_PENALTY, market) for market in _MARKET),
        *((market, Kind.PLATFORM_PENALTY) for market in _MARKET),
    ],
    "penalty.charged": [
        (Kind.SHOP_AVAILABLE, Kind.PLATFORM_PENALTY),
        (Kind.PLATFORM_PENALTY, Kind.SHOP_AVAILABLE),
    ],
    "entry.other_currency": [
        *((part, Kind.MARKET_RECEIVABLE) for part in (Kind.SHOP_AVAILABLE, Kind.PLATFORM_REVENUE)),
        *((Kind.MARKET_RECEIVABLE, part) for part in (Kind.SHOP_AVAILABLE, Kind.PLATFORM_REVENUE)),
    ],
    "hold.placed": [(Kind.SHOP_AVAILABLE, Kind.SHOP_HELD)],
    "hold.released": [(Kind.SHOP_HELD, Kind.SHOP_AVAILABLE)],
    "bank.received": [(Kind.BANK, Kind.REMITTED)],
    "market.remitted": [(Kind.REMITTED, Kind.MARKET_RECEIVABLE)],
    "market.written_off": [(Kind.PLATFORM_LOSS, Kind.MARKET_RECEIVABLE)],
    "shop.written_off": [(Kind.PLATFORM_LOSS, Kind.SHOP_AVAILABLE)],
    # payouts
    "payout.reserved": [(Kind.SHOP_AVAILABLE, Kind.SHOP_RESERVED)],
    "payout.carried_over": [(Kind.SHOP_AVAILABLE, Kind.SHOP_RESERVED)],  # by a restore
    "payout.released": [(Kind.SHOP_RESERVED, Kind.SHOP_AVAILABLE)],
    "payout.submitted": [(Kind.SHOP_RESERVED, Kind.RAIL_IN_TRANSIT)],
    "payout.settled": [(Kind.RAIL_IN_TRANSIT, Kind.PAID)],
    "payout.rejected": [(Kind.RAIL_IN_TRANSIT, Kind.SHOP_AVAILABLE)],
    "payout.returned": [(Kind.PAID, Kind.SHOP_AVAILABLE)],
    "payout.overpaid": [(Kind.SHOP_AVAILABLE, Kind.PAID), (Kind.PLATFORM_LOSS, Kind.PAID)],
    "payout.recovered": [(Kind.PAID, Kind.SHOP_AVAILABLE), (Kind.PAID, Kind.PLATFORM_LOSS)],
    "payout.not_paid": [(Kind.PAID, Kind.SHOP_AVAILABLE)],
    "bank.paid": [(Kind.PAID, Kind.BANK), (Kind.BANK, Kind.PAID)],
    "bank.other": [(Kind.BANK, Kind.SUSPENSE), (Kind.SUSPENSE, Kind.BANK)],
}

# A hold, a request or a submission never takes more than there is. What left after a backup left, whatever it says.
MAY_OVERDRAW = frozenset(
    {"commission.adjusted", "commission.unsettled", "penalty.charged", "entry.other_currency", "payout.overpaid",
     "payout.carried_over"}
)  # fmt: skip

# What follows neither from a line's reports nor from a payout, but from a decision or a row of a bank's statement: its
# journal comes with an event of the same kind about `journal:{id}`.
NAMED_ENTRIES = (
    "penalty.charged", "bank.received", "market.remitted", "market.written_off",
    "shop.written_off", "bank.paid", "bank.other",
)  # fmt: skip


@dataclass(frozen=True)
class PairRow:
    """A row of `ledger_pair`. `overdraws`: this posting may leave shop:available below zero."""

    journal_kind: str
    debit_kind: str
    credit_kind: str
    overdraws: bool


def pair_rows() -> Iterator[PairRow]:
    """Every allowed pair, as the database holds it."""
    for journal_kind, pairs in PAIRS.items():
        for debit, credit in pairs:
            overdraws = debit == Kind.SHOP_AVAILABLE and journal_kind in MAY_OVERDRAW
            yield PairRow(journal_kind, debit.value, credit.value, overdraws)
