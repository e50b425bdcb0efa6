"""Sends approved payouts: first they are written down with their files and committed, then the files are submitted.

This order keeps money from being paid twice. A process killed in between leaves a kept file; the next run submits
the same bytes under the same id.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from joey.payouts.file_problems import ERASED, OTHER_ACCOUNT, add_problem
from joey.payouts.models import PayoutAttempt, PayoutFile
from joey.payouts.pause import sending_allowed
from joey.payouts.prepare_files import prepare_files
from joey.payouts.rails.port import FileRefused, PreparedFile, Rail, RailUnavailable
from joey.payouts.rails.registry import RailNotConnected, connect_rail, connected_rails, rail_manifests
from joey.record.erasable import bytes_of

log = logging.getLogger(__name__)

UNANSWERED_MAX = 2  # one file that the rail cannot handle must not block the rest; two mean the rail is unavailable


@dataclass(frozen=True)
class Sent:
    """`payouts` newly put into `files`; `handed_over` files the rail took now, `waiting` files it has not yet."""

    payouts: int
    files: int
    handed_over: int
    waiting: int


def send_due(*, now: datetime) -> Sent:
    """Send every approved payout without an open hold, and submit every file that its rail has not confirmed.

    Safe to run at any time, twice, and beside itself: payouts are claimed with SKIP LOCKED, and a rail knows a file
    by its message id. While payouts are paused nothing leaves. Raises RailNotConnected when payouts are due on a rail
    without an account, after everything else was sent.
    """
    if not sending_allowed():
        return Sent(0, 0, 0, PayoutFile.objects.filter(handed_over_at=None).count())
    payouts = files = 0
    not_connected: RailNotConnected | None = None
    for manifest in rail_manifests().values():
        try:
            while sizes := prepare_files(manifest, now=now):
                payouts, files = payouts + sum(sizes), files + len(sizes)
        except RailNotConnected as refusal:
            not_connected = refusal
    handed_over, waiting = _submit_waiting(now)
    if not_connected:
        raise not_connected
    return Sent(payouts, files, handed_over, waiting)


def _submit_waiting(now: datetime) -> tuple[int, int]:
    """Submit every unconfirmed file to its own rail account; how many were taken, how many still wait."""
    rails = {rail.account: rail for rail in map(connect_rail, connected_rails())}
    waiting = list(PayoutFile.objects.filter(handed_over_at=None).order_by("id"))
    unanswered = dict.fromkeys(rails, 0)
    taken = 0
    for file in waiting:
        rail = rails.get(file.rail_account)
        content = bytes_of(file.content_id)
        if rail is None:
            add_problem(file, OTHER_ACCOUNT)
        elif content is None:
            add_problem(file, ERASED)
        elif unanswered[rail.account] < UNANSWERED_MAX:
            confirmed = _submit(rail, file, content)
            if confirmed:
                _mark_handed_over(file.id, now)
                taken += 1
            unanswered[rail.account] += confirmed is None
    return taken, len(waiting) - taken


def _submit(rail: Rail, file: PayoutFile, content: bytes) -> bool | None:
    """Whether the rail took the file; None when it did not answer."""
    try:
        rail.submit(file.message_id, PreparedFile(file.file_format, content))
    except RailUnavailable as error:
        log.warning("payout file %s waits: %s", file.message_id, error)
        return None
    except FileRefused as refusal:
        log.error("payout file %s: %s", file.message_id, refusal)
        PayoutFile.objects.filter(pk=file.pk).update(problems=f"file_refused: {refusal}")
        return False
    return True


@transaction.atomic(durable=True)
def _mark_handed_over(file_id: UUID, now: datetime) -> None:
    PayoutFile.objects.filter(pk=file_id, handed_over_at=None).update(handed_over_at=now, problems="")
    PayoutAttempt.objects.filter(file_id=file_id, state=PayoutAttempt.State.PREPARED).update(
        state=PayoutAttempt.State.SENT
    )
