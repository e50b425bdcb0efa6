"""Keep that a visitor wanted to go on to the marketplace and was stopped, and why: no outbound click says so."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from joey.record.append import append
from joey.record.queries import events_of

STOPPED = "outbound_click.stopped"


@dataclass(frozen=True)
class Stopped:
    """`why` is one of the words of edge/ask_marketplace.py."""

    at: datetime
    marketplace: str
    why: str


def note_stopped(click_id: UUID, *, shop_id: UUID, marketplace: str, why: str, now: datetime) -> None:
    """Once for each reason: a visitor may try as often as they like."""
    if any(each.why == why for each in stopped_after(click_id)):
        return
    with transaction.atomic():
        facts = {"marketplace": marketplace, "why": why}
        append(STOPPED, f"click:{click_id}", facts, happened_at=now, shop_id=shop_id)


def stopped_after(click_id: UUID) -> list[Stopped]:
    """How the visitor of this click was stopped, oldest first. One query."""
    return [
        Stopped(event.happened_at, event.facts["marketplace"], event.facts["why"])
        for event in events_of([f"click:{click_id}"])
        if event.kind == STOPPED
    ]
