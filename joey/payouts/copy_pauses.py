"""Copies the pauses of all payouts, and their endings, from the database that a restore replaces, with their events.

A pause that an operator placed since the backup stays in force. The ending of one that the backup knows says that what
was sent after it was not sent while it was in force (rule 26).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import psycopg

from joey.payouts.copy_payouts import copy_rows
from joey.payouts.models import PayoutPause, PayoutPauseEnding
from joey.payouts.read_before import named_by_new, read
from joey.payouts.record_carried_over import not_here
from joey.people.actors import name_of
from joey.record.append import append
from joey.record.erasable import TextRef


def pauses_since(before: psycopg.Connection) -> list[PayoutPause]:
    """The pauses that were placed or ended since the backup, oldest first."""
    changed = named_by_new(before, PayoutPause, "id") | named_by_new(before, PayoutPauseEnding, "pause_id")
    return sorted(read(before, PayoutPause, "id", list(changed)), key=lambda pause: pause.id)


def copy_pauses(before: psycopg.Connection, pauses: Sequence[PayoutPause], *, now: datetime) -> None:
    """Rows with the ids they had, and an event for each that is not here yet."""
    endings = read(before, PayoutPauseEnding, "pause_id", [pause.id for pause in pauses])
    new_pauses, new_endings = not_here(PayoutPause, pauses), not_here(PayoutPauseEnding, endings)
    copy_rows(before, new_pauses, new_endings, now=now)
    for pause in new_pauses:
        _record("payouts.paused", pause.id, pause, pause.placed_by_id, pause.placed_at)
    for ending in new_endings:
        _record("payouts.resumed", ending.pause_id, ending, ending.ended_by_id, ending.ended_at)


def _record(kind: str, pause: UUID, row: PayoutPause | PayoutPauseEnding, by: UUID | None, at: datetime) -> None:
    reason = TextRef(row.reason_id, bytes(row.reason_sha256)).fact
    append(kind, f"pause:{pause}", {"reason": reason, "by": str(by) if by else name_of(None)}, happened_at=at)
