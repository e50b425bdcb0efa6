"""Two locks around every contact with a rail, kept by the session until the rail has answered or did not.

A hold and a pause wait for the first: when they return, nothing is being sent or will be. The second lets one process
at a time speak with a rail about a file, so that an answer is never booked over a later one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import OperationalError
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable

from joey.kit import sql
from joey.kit.refusals import Unavailable

_SENDING = "payouts:sending"
WAIT = "45s"  # longer than a rail may take to answer


class BeingSent(Unavailable):
    """A file is leaving, and its rail takes longer than a call may last."""

    code = "payouts_being_sent"


@contextmanager
def submitting() -> Iterator[None]:
    """Held while a file leaves. Many processes may send at once."""
    sql.value("SELECT pg_advisory_lock_shared(hashtextextended(%s, 0))", [_SENDING])
    try:
        yield
    finally:
        sql.value("SELECT pg_advisory_unlock_shared(hashtextextended(%s, 0))", [_SENDING])


def wait_until_nothing_is_sent() -> None:
    """Wait for every file that is leaving; until the end of the caller's transaction none starts to leave.

    Raises BeingSent.
    """
    assert sql.inside_transaction(), "what stops the sending is committed before the next file may leave"
    before = sql.value("SELECT current_setting('lock_timeout')")
    sql.value("SELECT set_config('lock_timeout', %s, true)", [WAIT])
    try:
        sql.lock_until_end(_SENDING)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise BeingSent(
            _("A file is being handed to the bank, which is slow to answer. Nothing changed; try again in a minute.")
        ) from None
    sql.value("SELECT set_config('lock_timeout', %s, true)", [before])


@contextmanager
def sole_contact(file_id: UUID) -> Iterator[bool]:
    """Whether this process may speak with the rail about the file; False while another process does."""
    key = f"payout_file:{file_id}"
    mine = bool(sql.value("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key]))
    try:
        yield mine
    finally:
        if mine:
            sql.value("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
