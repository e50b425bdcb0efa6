"""Books the journals of payouts that were copied from the replaced database; those in the backup are skipped."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from joey.payouts.journals import JOURNALS_OF, OVERPAID, RECOVERED, RELEASED, RESERVED, PayoutJournal, book
from joey.payouts.models import Payout, PayoutAttempt, PayoutDecision


def book_carried_over(
    payouts: Iterable[Payout],
    attempts: Iterable[PayoutAttempt],
    rail_accounts: dict[UUID, str],
    decisions: Iterable[PayoutDecision],
) -> None:
    """The journals of each payout's state and overpayments, in the order in which they came.

    `rail_accounts` are those of the files.
    """
    journals: list[PayoutJournal] = []
    by_payout = {attempt.payout_id: attempt for attempt in attempts if attempt.state != PayoutAttempt.State.WITHDRAWN}

    def add(
        payout: Payout, kind: str, attempt: PayoutAttempt | None = None, found: PayoutDecision | None = None
    ) -> None:
        at = payout.requested_at if kind == RESERVED else payout.finished_at or payout.requested_at
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
        add(payout, RESERVED)
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
