"""Finds the transfers that were overpaid: the bank paid once more than their state says, so answers mean more."""

from collections.abc import Iterable
from uuid import UUID

from joey.payouts.models import PayoutAttempt, PayoutDecision

_O = PayoutDecision.Outcome


def overpaid(attempts: Iterable[UUID], *, before: PayoutDecision | None = None) -> dict[UUID, PayoutDecision]:
    """Of these attempts those whose overpayment is booked and has not come back, each with the finding that booked it.

    A transfer that is settled and overpaid was paid twice: its answers mean what they always do.
    """
    found: dict[UUID, PayoutDecision] = {}
    decided = PayoutDecision.objects.filter(attempt__in=list(attempts), carried_out=True)
    if before is not None:
        decided = decided.filter(pk__lt=before.pk)
    unsettled = decided.exclude(attempt__state=PayoutAttempt.State.SETTLED)
    for decision in unsettled.filter(outcome__in=(_O.OVERPAID, _O.RETURNED)).order_by("id"):
        if decision.outcome == _O.OVERPAID:
            found.setdefault(decision.attempt_id, decision)
        else:
            found.pop(decision.attempt_id, None)
    return found
