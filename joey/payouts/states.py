"""The allowed transitions of a payout, and which states are still open."""

from joey.kit.states import Transitions
from joey.payouts.models import Payout, PayoutAttempt

_P = Payout.State
_A = PayoutAttempt.State

TRANSITIONS: Transitions = {
    _P.REQUESTED: frozenset({_P.APPROVED, _P.REFUSED}),
    _P.APPROVED: frozenset({_P.SENT, _P.REFUSED}),
    _P.SENT: frozenset({_P.PAID, _P.FAILED}),
    _P.PAID: frozenset(),
    _P.FAILED: frozenset(),
    _P.REFUSED: frozenset(),
}

IN_PROGRESS = (_P.REQUESTED, _P.APPROVED, _P.SENT)
LIVE = (_A.PREPARED, _A.SENT)
