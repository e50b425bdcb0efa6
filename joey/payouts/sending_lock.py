"""Two locks around every contact with a rail, kept by the session until the rail has answered or did not.

A hold and a pause wait for the first: when they return, nothing is being sent or will be. The second lets one process
at a time speak with a rail about a file, so that an answer is never booked over a later one.

A session may end before its process and the call do, and its locks with it. So a file that leaves is marked as well,
in the commit before its first byte, until the call has ended. A mark that is not taken away counts as long as a call
may last.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import sleep
from uuid import UUID

from django.db import OperationalError
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable

from joey.kit import sql
from joey.kit.refusals import Unavailable
from joey.payouts.models import PayoutFile, PayoutSubmission
from joey.payouts.rails.port import LONGEST_CALL

_SENDING = "payouts:sending"
WAIT = "45s"  # longer than a rail may take to answer
LEAVES_FOR = LONGEST_CALL + timedelta(seconds=5)  # since its submission was written, which is committed before the call


class BeingSent(Unavailable):
    """A file is leaving, and its rail takes longer than a call may last."""

    code = "payouts_being_sent"


@contextmanager
def submitting() -> Iterator[None]:
    """Held while a file leaves. Many processes may send at once."""
    before = _wait_for_locks(WAIT, in_transaction=False)  # a stop may wait with the lock for a mark
    try:
        sql.value("SELECT pg_advisory_lock_shared(hashtextextended(%s, 0))", [_SENDING])
    finally:
        _wait_for_locks(before, in_transaction=False)
    try:
        yield
    finally:
        sql.value("SELECT pg_advisory_unlock_shared(hashtextextended(%s, 0))", [_SENDING])


def wait_until_nothing_is_sent() -> None:
    """Wait for every file that is leaving; until the end of the caller's transaction none starts to leave.

    With the lock, what is still marked belongs to a session that ended. Its process may be in the call yet, so this
    waits as long as that may last. Raises BeingSent.
    """
    assert sql.inside_transaction(), "what stops the sending is committed before the next file may leave"
    before = _wait_for_locks(WAIT, in_transaction=True)
    try:
        sql.lock_until_end(_SENDING)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise BeingSent(
            _("A file is being handed to the bank, which is slow to answer. Nothing changed; try again in a minute.")
        ) from None
    _wait_for_locks(before, in_transaction=True)
    sleep(_leaves_for(PayoutFile.objects.all()).total_seconds())


@contextmanager
def sole_contact(file_id: UUID) -> Iterator[bool]:
    """Whether this process may speak with the rail about the file; False while another process does, or may.

    What the caller marks as leaving (`mark_leaving`) is so until the end of the block.
    """
    key = f"payout_file:{file_id}"
    if not sql.value("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key]):
        yield False
        return
    file = PayoutFile.objects.filter(pk=file_id)
    try:
        if _leaves_for(file):
            yield False
            return
        try:
            yield True
        finally:
            file.filter(is_leaving=True).update(is_leaving=False)
    finally:
        sql.value("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def mark_leaving(file_id: UUID) -> None:
    """In the transaction that writes the submission."""
    PayoutFile.objects.filter(pk=file_id).update(is_leaving=True)


def _wait_for_locks(at_most: str, *, in_transaction: bool) -> str:
    """For how long this session waits for a lock from now on, or until the transaction ends; how long it did."""
    before = str(sql.value("SELECT current_setting('lock_timeout')"))
    sql.value("SELECT set_config('lock_timeout', %s, %s)", [at_most, in_transaction])
    return before


def _leaves_for(files: "QuerySet[PayoutFile]") -> timedelta:
    """How long at most the bytes of one of these files may be on their way yet, by the database's clock."""
    submitted = PayoutSubmission.objects.filter(file__in=files.filter(is_leaving=True))
    since: timedelta | None = submitted.aggregate(since=Max(F("recorded_at") - Now()))["since"]
    return timedelta(0) if since is None else max(timedelta(0), since + LEAVES_FOR)
