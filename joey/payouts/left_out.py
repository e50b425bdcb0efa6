"""Reads what a restore could not take over and stopped payouts for, and what operators found about it since.

There is no payout here to move, so its events are all there is: `payout.left_out`, and one for each finding
(resolve_left_out.py). While two operators do not agree, the hold or the pause that the restore placed is not ended; nor
is that of an operator who finds something else later.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.money.money import Money
from joey.payouts.models import Payout
from joey.record.models import Event

LEFT_OUT = "payout.left_out"  # a payout that a restore could not take over
FOUND = "payout.left_out_found"  # what an operator found became of it
HAVE_LEFT = (Payout.State.SENT, Payout.State.PAID, Payout.State.FAILED, Payout.State.RETURNED)


@dataclass(frozen=True)
class LeftOutFinding:
    """What one operator wrote down; `reason` refers to a kept text, `booked` is the rail account of what was booked."""

    by: UUID
    outcome: str
    reason: str
    at: datetime
    carried_out: bool
    booked: str


@dataclass(frozen=True)
class LeftOutPayout:
    """A payout of which the restored books know only that it may have left.

    `transfer` is its key at the rail; `rail` is "" where an earlier version left it out, `rail_account` also where its
    file could not be read. `stops` are the ids of the holds on its shop, or of the pauses of all: the restore's
    one, and that of each finding that contradicted an earlier one.
    """

    payout_id: UUID
    shop_id: UUID
    amount: Money
    transfer: str
    rail: str
    rail_account: str
    stops: tuple[UUID, ...]
    since: datetime
    findings: tuple[LeftOutFinding, ...]

    @property
    def is_open(self) -> bool:
        """Whether two operators have yet to agree about it."""
        return not self.findings or not self.findings[-1].carried_out

    @property
    def found(self) -> LeftOutFinding | None:
        """What two operators agreed on last."""
        return next((finding for finding in reversed(self.findings) if finding.carried_out), None)

    @property
    def stopped_by(self) -> UUID:
        """The hold or the pause that ends once they agree."""
        return self.stops[-1]

    @property
    def findings_since(self) -> tuple[LeftOutFinding, ...]:
        """Those after that."""
        return self.findings[self.findings.index(self.found) + 1 :] if self.found else self.findings


def left_out_payouts() -> list[LeftOutPayout]:
    """All that were left out and stopped payouts, the oldest first, but those that a further run could take over."""
    found = _read(list(Event.objects.filter(kind__in=(LEFT_OUT, FOUND)).order_by("id")))
    taken_over = Payout.objects.filter(pk__in=[each.payout_id for each in found], state__in=HAVE_LEFT)
    here = set(taken_over.values_list("pk", flat=True)) if found else set()
    return [each for each in found if each.payout_id not in here]


def left_out_by_key(transfer: str) -> LeftOutPayout | None:
    """The one with this key at the rail."""
    return next((each for each in left_out_payouts() if each.transfer == transfer), None)


def left_out_behind(stopped_by: UUID) -> LeftOutPayout | None:
    """The one for which this hold or pause was placed."""
    return next((each for each in left_out_payouts() if stopped_by in each.stops), None)


def waits_for_left_out(stopped_by: UUID) -> bool:
    """Whether this hold or pause stays until two operators found what became of what was left out."""
    left_out = left_out_behind(stopped_by)
    return left_out is not None and left_out.is_open


def _read(events: Sequence[Event]) -> list[LeftOutPayout]:
    findings: dict[str, list[LeftOutFinding]] = defaultdict(list)
    stops: dict[str, list[UUID]] = defaultdict(list)
    for event in events:
        facts = event.facts
        if "stopped_by" in facts:
            stops[event.subject_key].append(UUID(facts["stopped_by"]))
        if event.kind == FOUND:
            found = LeftOutFinding(
                by=UUID(facts["by"]),
                outcome=facts["outcome"],
                reason=facts["reason"],
                at=event.happened_at,
                carried_out=facts["carried_out"],
                booked=facts.get("booked", ""),
            )
            findings[event.subject_key].append(found)
    return [
        LeftOutPayout(
            payout_id=UUID(event.subject_key.partition(":")[2]),
            shop_id=UUID(event.facts["shop"]),
            amount=Money(event.facts["amount_minor"], event.facts["currency"]),
            transfer=event.facts["transfer"],
            rail=event.facts.get("rail", ""),
            rail_account=event.facts.get("rail_account", ""),
            stops=tuple(stops[event.subject_key]),
            since=event.happened_at,
            findings=tuple(findings[event.subject_key]),
        )
        for event in events
        if event.kind == LEFT_OUT and "stopped_by" in event.facts
    ]
