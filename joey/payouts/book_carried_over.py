"""Books the journals of payouts that were copied from the replaced database; those in the backup are skipped."""

from collections.abc import Iterable, Iterator, Set
from uuid import UUID

from joey.payouts.journals import CARRIED_OVER, JOURNALS_OF, OVERPAID, RECOVERED, RELEASED, PayoutJournal, book
from joey.payouts.models import Payout, PayoutAttempt, PayoutDecision


def book_carried_over(
    payouts: Iterable[Payout],
    attempts: Iterable[PayoutAttempt],
    rail_accounts: dict[UUID, str],
    decisions: Iterable[PayoutDecision],
    *,
    reserved: Set[UUID],
) -> None:
    """The journals of each payout's state and overpayments, in the order in which they came.

    `rail_accounts` are those of the files. The payouts that are not in `reserved` are carried over, whatever is
    available here: their money left, perhaps from what a later settlement made available.
    """
    journals: list[PayoutJournal] = []
    by_payout = {attempt.payout_id: attempt for attempt in attempts if attempt.state != PayoutAttempt.State.WITHDRAWN}

    def add(
        payout: Payout, kind: str, attempt: PayoutAttempt | None = None, found: PayoutDecision | None = None
    ) -> None:
        at = payout.requested_at if kind == CARRIED_OVER else payout.finished_at or payout.requested_at
        number, account = (attempt.number, rail_accounts[attempt.file_id]) if attempt else (None, "")
        journals.append(
            PayoutJournal(
                kind,
                payout.id,
                number,
                payout.shop_id,
                account,
                payout.currency,
                payout.amount_minor,
                at,
                borne_by=found.borne_by if found else "shop",
                overpayment=found.overpayment if found else None,
            )
        )

    for payout in payouts:
        if payout.id not in reserved:
            add(payout, CARRIED_OVER)
        if payout.state == Payout.State.REFUSED:
            add(payout, RELEASED)
            continue
        attempt = by_payout[payout.id]
        for kind in JOURNALS_OF[attempt.state]:
            add(payout, kind, attempt)
        for booked, ended in _overpayments_of(attempt, decisions):
            add(payout, OVERPAID, attempt, booked)
            if ended:
                add(payout, RECOVERED, attempt, booked)
    book(journals)


def _overpayments_of(
    attempt: PayoutAttempt, decisions: Iterable[PayoutDecision]
) -> Iterator[tuple[PayoutDecision, bool]]:
    """The findings that booked an overpayment of this attempt, each with whether it came back."""
    numbered = [each for each in decisions if each.attempt_id == attempt.id and each.overpayment is not None]
    came_back = {each.overpayment for each in numbered if each.outcome == PayoutDecision.Outcome.RETURNED}
    for each in sorted(numbered, key=lambda decision: decision.pk):
        if each.outcome != PayoutDecision.Outcome.RETURNED:
            yield each, each.overpayment in came_back
