"""Finds the transfers that were overpaid: the bank paid once more than their state says, so answers mean more.

Overpayments of a transfer are numbered from 1; each is booked, and comes back, once (`PayoutDecision.overpayment`).
"""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Max

from joey.payouts.models import PayoutAttempt, PayoutDecision

_O = PayoutDecision.Outcome
Overpayments = dict[int, PayoutDecision]  # by number, the oldest first, each with the finding that booked it


def overpaid(attempts: Iterable[UUID]) -> set[UUID]:
    """Of these attempts those that are not settled and of which an overpayment is booked that has not come back.

    A transfer that is settled and overpaid was paid twice: its answers mean what they always do.
    """
    found = _out(attempts)
    if not found:
        return set()
    settled = PayoutAttempt.objects.filter(pk__in=list(found), state=PayoutAttempt.State.SETTLED)
    return {attempt_id for attempt_id, numbers in found.items() if numbers} - set(settled.values_list("pk", flat=True))


def overpayments(attempt: PayoutAttempt) -> Overpayments:
    """Those of one transfer that have not come back."""
    return _out([attempt.pk])[attempt.pk]


def next_overpayment(attempt: PayoutAttempt) -> int:
    """The number of one that is found now."""
    highest = PayoutDecision.objects.filter(attempt=attempt).aggregate(highest=Max("overpayment"))["highest"]
    return (highest or 0) + 1


def _out(attempts: Iterable[UUID]) -> dict[UUID, Overpayments]:
    found: dict[UUID, Overpayments] = defaultdict(dict)
    numbered = PayoutDecision.objects.filter(attempt__in=list(attempts), overpayment__isnull=False)
    for decision in numbered.order_by("id"):
        assert decision.overpayment is not None
        if decision.outcome == _O.RETURNED:
            found[decision.attempt_id].pop(decision.overpayment, None)
        else:
            found[decision.attempt_id][decision.overpayment] = decision
    return found
