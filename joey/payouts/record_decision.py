"""The event of an operator's finding about a transfer: written with it, and again where a restore copies it."""

from joey.payouts.models import PayoutAttempt, PayoutDecision
from joey.record.append import append
from joey.record.erasable import TextRef


def append_decided(decision: PayoutDecision, attempt: PayoutAttempt) -> None:
    """What joey/payouts/prove_decisions.py compares with the row."""
    facts = {
        "number": attempt.number,
        "outcome": decision.outcome,
        "borne_by": decision.borne_by,
        "by": str(decision.operator_id),
        "hold": str(decision.hold_id),
        "reason": TextRef(decision.reason_id, bytes(decision.reason_sha256)).fact,
        "carried_out": decision.carried_out,
    }
    append("payout.decided", f"payout:{attempt.payout_id}", facts, shop_id=attempt.shop_id, happened_at=decision.at)
