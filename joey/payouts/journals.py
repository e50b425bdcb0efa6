"""Which journals a payout has in which state. Booking, recovery and `joey prove` all read this one table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.kit.sets import SetTable
from joey.ledger.chart import AccountKind
from joey.ledger.post import MoveRow, post_set
from joey.payouts.models import PayoutAttempt

_A = PayoutAttempt.State
_AVAILABLE, _RESERVED = AccountKind.SHOP_AVAILABLE, AccountKind.SHOP_RESERVED
_IN_TRANSIT, _PAID = AccountKind.RAIL_IN_TRANSIT, AccountKind.PAID

RESERVED, RELEASED, OVERPAID = "payout.reserved", "payout.released", "payout.overpaid"
RECOVERED = "payout.recovered"  # what was overpaid came back
CARRIED_OVER = "payout.carried_over"  # reserved by a restore, which does not know the request, even below zero
MOVES: Mapping[str, tuple[AccountKind, AccountKind]] = {
    RESERVED: (_AVAILABLE, _RESERVED),
    CARRIED_OVER: (_AVAILABLE, _RESERVED),
    RELEASED: (_RESERVED, _AVAILABLE),
    "payout.submitted": (_RESERVED, _IN_TRANSIT),
    "payout.settled": (_IN_TRANSIT, _PAID),
    "payout.rejected": (_IN_TRANSIT, _AVAILABLE),
    "payout.returned": (_PAID, _AVAILABLE),
    "payout.not_paid": (_PAID, _AVAILABLE),
    OVERPAID: (_AVAILABLE, _PAID),
    RECOVERED: (_PAID, _AVAILABLE),
}
AT_RAIL = (_IN_TRANSIT, _PAID)  # accounts whose party is the rail account

_SUBMITTED = ("payout.submitted",)
_SETTLED = (*_SUBMITTED, "payout.settled")
# The journals of an attempt in each state. Those of the payout itself are reserved, or carried
# over, and, if it was stopped, released.
JOURNALS_OF: Mapping[str, tuple[str, ...]] = {
    _A.PREPARED: (),
    _A.WITHDRAWN: (),
    _A.SUBMITTED: _SUBMITTED,
    _A.ACCEPTED: _SUBMITTED,
    _A.UNKNOWN: _SUBMITTED,
    _A.SETTLED: _SETTLED,
    _A.REJECTED: (*_SUBMITTED, "payout.rejected"),
    _A.RETURNED: (*_SETTLED, "payout.returned"),
    _A.NOT_PAID: (*_SETTLED, "payout.not_paid"),
}


@dataclass(frozen=True)
class PayoutJournal:
    """One journal to be booked; `number` is the attempt's, None for the payout's own.

    `overpayment` is the number of the one that is booked or came back.
    """

    kind: str
    payout_id: UUID
    number: int | None
    shop_id: UUID
    rail_account: str
    currency: str
    amount_minor: int
    happened_at: datetime
    borne_by: str = "shop"  # "platform": an overpayment that we bear
    overpayment: int | None = None

    @property
    def reference(self) -> str:
        """Its key in the ledger, with its kind: each is booked once."""
        parts = (self.payout_id, self.number, self.overpayment)
        return ":".join(str(part) for part in parts if part is not None)


def between(before: str, after: str) -> tuple[str, ...]:
    """The journals that an attempt gains when it goes from one state to another."""
    return tuple(kind for kind in JOURNALS_OF[after] if kind not in JOURNALS_OF[before])


def book(journals: Iterable[PayoutJournal]) -> None:
    """Post them as one set; those that are booked already are skipped."""
    rows = [_move(journal) for journal in journals]
    if rows:
        post_set(SetTable("payout_moves", MoveRow).create().fill(rows))


def _move(journal: PayoutJournal) -> MoveRow:
    debit, credit = MOVES[journal.kind]
    if journal.borne_by == "platform":
        debit, credit = (AccountKind.PLATFORM_LOSS if side == _AVAILABLE else side for side in (debit, credit))
    return MoveRow(
        book_id=journal.shop_id,
        kind=journal.kind,
        reference=journal.reference,
        happened_at=journal.happened_at,
        debit_kind=debit,
        debit_party=journal.rail_account if debit in AT_RAIL else "",
        credit_kind=credit,
        credit_party=journal.rail_account if credit in AT_RAIL else "",
        currency=journal.currency,
        amount_minor=journal.amount_minor,
    )
