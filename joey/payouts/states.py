"""The allowed transitions of payouts and attempts, and what each transition of an attempt books."""

from joey.kit.states import Transitions
from joey.payouts.models import Payout, PayoutAttempt

_P = Payout.State
_A = PayoutAttempt.State

TRANSITIONS: Transitions = {
    _P.REQUESTED: frozenset({_P.APPROVED, _P.REFUSED}),
    _P.APPROVED: frozenset({_P.SENT, _P.REFUSED}),
    _P.SENT: frozenset({_P.PAID, _P.FAILED, _P.RETURNED}),
    _P.PAID: frozenset({_P.RETURNED, _P.FAILED}),
    _P.FAILED: frozenset(),
    _P.RETURNED: frozenset(),
    _P.REFUSED: frozenset(),
}
_OUTCOMES = frozenset({_A.SETTLED, _A.REJECTED, _A.RETURNED})
ATTEMPT_TRANSITIONS: Transitions = {
    _A.PREPARED: frozenset({_A.SUBMITTED, _A.WITHDRAWN}),
    _A.SUBMITTED: _OUTCOMES | {_A.ACCEPTED, _A.UNKNOWN},
    _A.ACCEPTED: _OUTCOMES | {_A.UNKNOWN},
    _A.UNKNOWN: _OUTCOMES | {_A.ACCEPTED},
    _A.SETTLED: frozenset({_A.RETURNED, _A.NOT_PAID}),
    _A.REJECTED: frozenset(),
    _A.RETURNED: frozenset(),
    _A.NOT_PAID: frozenset(),
    _A.WITHDRAWN: frozenset(),
}

IN_PROGRESS = (_P.REQUESTED, _P.APPROVED, _P.SENT)
IN_TRANSIT = (_A.SUBMITTED, _A.ACCEPTED, _A.UNKNOWN)  # money that may have left us, outcome open
NOT_FINAL = (_A.PREPARED, *IN_TRANSIT)
PAYOUT_STATE_OF = {
    _A.SETTLED: _P.PAID,
    _A.REJECTED: _P.FAILED,
    _A.RETURNED: _P.RETURNED,
    _A.NOT_PAID: _P.FAILED,
}
