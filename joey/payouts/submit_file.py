"""Submits one file: the gate again, a committed row, the bytes, and what the rail said to them.

The row is committed before the first byte leaves, so a file without one has certainly not left. Until the rail has
answered or did not, the process keeps a lock that holds and pauses wait for, and the file is marked as leaving.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from uuid import UUID

from django.db import transaction

from joey.payouts.book_answers import book_file_refused, book_not_sendable, book_receipt, book_unreadable
from joey.payouts.file_problems import FILE_REFUSED, in_our_words
from joey.payouts.gate import release_unpayable, sendable, stopped
from joey.payouts.keep_answers import KnownAnswers
from joey.payouts.licensed_channels import record_channel
from joey.payouts.models import Payout, PayoutAttempt, PayoutFile, PayoutSubmission
from joey.payouts.move_attempts import AttemptMove, move_attempts
from joey.payouts.pause import sending_allowed
from joey.payouts.rails.port import FileRefused, PreparedFile, Rail, RailManifest, RailUnavailable
from joey.payouts.sending_lock import mark_leaving, sole_contact, submitting
from joey.payouts.withdraw import withdraw_locked

log = logging.getLogger(__name__)

_PREPARED, _SUBMITTED = PayoutAttempt.State.PREPARED, PayoutAttempt.State.SUBMITTED


class Submitted(Enum):
    """What became of one try to submit a file."""

    TAKEN = "taken"  # the rail confirmed that it has it
    TAKEN_AGAIN = "taken again"  # the same, of bytes that had left before and that it did not know
    REFUSED = "refused"  # the rail answered, and will not have it
    UNANSWERED = "unanswered"  # the rail is asked next
    NOT_SENT = "not sent"  # the gate is closed, or another process has the file
    WITHDRAWN = "withdrawn"  # the gate stopped one of its payouts; the others are prepared again


def submit_file(rail: Rail, manifest: RailManifest, file: PayoutFile, content: bytes, *, now: datetime) -> Submitted:
    """Submit the file unless something stops it. Safe beside itself and killed anywhere: see the module."""
    with submitting(), sole_contact(file.id) as mine:
        if not mine:
            return Submitted.NOT_SENT
        prepared = PreparedFile(file.file_format, content)
        started = _start(file.id, rail.account, manifest, prepared, now=now)
        if started is not None:
            return started
        try:
            receipt = rail.submit(file.message_id, prepared)
        except RailUnavailable as error:
            log.warning("payout file %s: %s", file.message_id, error)
            if error.content:
                book_unreadable(file.id, error.content, now=now)
            return Submitted.UNANSWERED
        except FileRefused as refusal:
            log.error("payout file %s: %s", file.message_id, in_our_words(FILE_REFUSED))
            book_file_refused(
                file.id,
                refusal.content,
                words=refusal.words,
                is_final=manifest.refusing_a_file_is_final,
                now=now,
            )
            return Submitted.REFUSED
        book_receipt(file.id, receipt.content, now=now)
        left_before = PayoutSubmission.objects.filter(file=file).count() > 1
        return Submitted.TAKEN_AGAIN if left_before else Submitted.TAKEN


@transaction.atomic(durable=True)
def _start(
    file_id: UUID, rail_account: str, manifest: RailManifest, prepared: PreparedFile, *, now: datetime
) -> Submitted | None:
    """Commit that the file leaves now, or say why it does not.

    The first time, its money goes from reserved to in transit. Again, only if the rail never knew it, still remembers
    keys, and the gate stops none of its payouts: this time may be the one that pays. Where its bytes hold more than
    the transfers that wait here it never leaves: a restore may have left one out, and its money may be elsewhere now.
    """
    if not sending_allowed():
        return Submitted.NOT_SENT
    file = PayoutFile.objects.select_for_update().get(pk=file_id)
    waiting = PayoutAttempt.objects.filter(file=file, state__in=(_PREPARED, _SUBMITTED))
    attempts = list(waiting.select_related("payout").order_by("id"))
    if file.rail_account != rail_account or not attempts:
        return Submitted.NOT_SENT
    is_first = attempts[0].state == _PREPARED
    payouts = [attempt.payout_id for attempt in attempts]
    if is_first:
        if _anything_stopped(file, payouts, now, holds_these=_holds(prepared, attempts, file, manifest)):
            return Submitted.WITHDRAWN
    elif not _may_go_again(file, payouts, manifest, now):
        return Submitted.NOT_SENT
    elif not _holds(prepared, attempts, file, manifest):
        book_not_sendable(file.id, now=now)
        return Submitted.NOT_SENT
    for attempt in attempts:
        attempt.file = file
    if is_first:
        move_attempts([AttemptMove(attempt, _SUBMITTED) for attempt in attempts], now=now)
    record_channel(file, now=now)
    # Last, for the mark counts from when this is written (sending_lock.py), and the booking may have waited.
    PayoutSubmission.objects.create(file=file, rail_account=rail_account, started_at=now)
    mark_leaving(file.id)
    return None


def _holds(prepared: PreparedFile, attempts: Sequence[PayoutAttempt], file: PayoutFile, manifest: RailManifest) -> bool:
    """Whether the bytes hold the transfers of these attempts and no other; not where they cannot be read."""
    try:
        found = {transfer.key for transfer in manifest.read(file.message_id, prepared)}
    except ValueError:
        return False
    return found == {attempt.rail_key for attempt in attempts}


def _anything_stopped(file: PayoutFile, payouts: Sequence[UUID], now: datetime, *, holds_these: bool) -> bool:
    """Whether the gate stops one of the payouts, or the bytes hold another. Then the file is withdrawn, and what cannot
    be paid is released.
    """
    locked = Payout.objects.select_for_update(of=("self",)).select_related("shop__owner").filter(pk__in=payouts)
    every = list(locked.order_by("id"))
    open_gate = set(sendable(Payout.objects.filter(pk__in=payouts)).values_list("pk", flat=True))
    kept = release_unpayable(every, now=now)
    if holds_these and len(kept) == len(every) and len(open_gate) == len(every):
        return False
    withdraw_locked(file, by="gate", now=now)
    return True


def _may_go_again(file: PayoutFile, payouts: Sequence[UUID], manifest: RailManifest, now: datetime) -> bool:
    known = KnownAnswers(file)
    in_memory = now - known.first_submitted_at <= manifest.remembers_keys_for
    return known.may_go_again and in_memory and not stopped(Payout.objects.filter(pk__in=payouts)).exists()
