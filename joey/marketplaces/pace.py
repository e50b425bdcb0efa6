"""Keep to the rate that a marketplace allows an account, all processes of the instance together.

Each call waits for its turn. The next turn is a row, and one statement that is committed at once takes it and moves it
on: two workers and every web process share one rate, and none waits for a lock of another. Calls that a person waits
for have turns of their own, which work in bulk cannot use up. What the marketplace throttles is not asked again, by any
process, before the time that it named.

Inside a transaction, whose lock on the row would last until it ends, and while the database is unavailable, a process
keeps the pace by itself.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection

from joey.kit import sql
from joey.marketplaces.manifest_shape import Quota

log = logging.getLogger(__name__)

MAX_WAIT_SECONDS = 10.0  # a turn that is further off is refused, and none is taken
BULK, PEOPLE = "bulk", "people"
ALL_METHODS = ""

# A turn that is not given counts as one that is just too far off. A throttle never moves the turns of other methods.
_TAKE_TURN = """
    WITH throttle AS (
        SELECT free_at, words FROM marketplaces_callturn
        WHERE marketplace = %(marketplace)s AND account = %(account)s AND kind IN ('', %(method)s)
          AND free_at > clock_timestamp()
        ORDER BY free_at DESC LIMIT 1
    ), turn AS (
        INSERT INTO marketplaces_callturn AS t (marketplace, account, kind, free_at, words)
        SELECT %(marketplace)s, %(account)s, %(lane)s, clock_timestamp() + %(pause)s * interval '1 second', ''
        WHERE NOT EXISTS (
            SELECT FROM throttle WHERE free_at > clock_timestamp() + %(most)s * interval '1 second')
        ON CONFLICT (marketplace, account, kind) DO UPDATE
        SET free_at = greatest(t.free_at, clock_timestamp()) + %(pause)s * interval '1 second'
        WHERE t.free_at <= clock_timestamp() + %(most)s * interval '1 second'
        RETURNING free_at - %(pause)s * interval '1 second' AS begins_at
    )
    SELECT extract(epoch FROM greatest(
               coalesce((SELECT begins_at FROM turn), clock_timestamp() + (%(most)s + 1) * interval '1 second'),
               (SELECT free_at FROM throttle)
           ) - clock_timestamp())::float8, coalesce((SELECT words FROM throttle), '')
"""
_THROTTLE = """
    INSERT INTO marketplaces_callturn AS t (marketplace, account, kind, free_at, words)
    VALUES (%(marketplace)s, %(account)s, %(method)s, clock_timestamp() + %(seconds)s * interval '1 second', %(words)s)
    ON CONFLICT (marketplace, account, kind) DO UPDATE
    SET free_at = greatest(t.free_at, excluded.free_at), words = excluded.words
    RETURNING 0::float8, words
"""

_in_bulk: ContextVar[bool] = ContextVar("in_bulk", default=False)
_Turn = tuple[float, str]  # seconds until it begins; the marketplace's words where it throttles


class Throttled(Exception):
    """There is no turn within MAX_WAIT_SECONDS, but in so many `seconds`; the text is the marketplace's, or empty."""

    def __init__(self, words: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(words)


@contextmanager
def in_bulk() -> Iterator[None]:
    """No person waits for what is asked in this block: reading reports, refreshing offers."""
    before = _in_bulk.set(True)
    try:
        yield
    finally:
        _in_bulk.reset(before)


class Pace:
    """The turns of one account's calls. Safe to share between threads."""

    def __init__(self, marketplace: str, account: str, quota: Quota) -> None:
        self._account = {"marketplace": marketplace, "account": account}
        self._pauses = {
            BULK: 1 / (quota.calls_per_second - quota.kept_for_people),
            PEOPLE: 1 / quota.kept_for_people,
        }
        self._own = _OwnTurns()

    def wait_for_turn(self, method: str) -> None:
        """Sleep until one more call of `method` may be made. Raises Throttled."""
        lane = BULK if _in_bulk.get() else PEOPLE
        pause = self._pauses[lane]
        shared = self._shared(_TAKE_TURN, method=method, lane=lane, pause=pause, most=MAX_WAIT_SECONDS)
        seconds, words = shared or self._own.take(lane, method, pause)
        if seconds > MAX_WAIT_SECONDS:
            raise Throttled(words, seconds)
        time.sleep(max(0.0, seconds))

    def throttle(self, seconds: float, words: str, method: str = ALL_METHODS) -> None:
        """The marketplace answered that it takes no calls of `method`, or none at all, for so many seconds."""
        if not self._shared(_THROTTLE, method=method, seconds=seconds, words=words[:200]):
            self._own.throttle(seconds, words, method)

    def _shared(self, statement: str, **values: Any) -> _Turn | None:
        """What one statement, committed at once, found; None where this process has to go by its own turns."""
        if connection.in_atomic_block:
            return None
        was_connected = connection.connection is not None
        try:
            ((seconds, words),) = sql.tuples(statement, self._account | values)
        except Exception as trouble:  # noqa: BLE001 - whatever is wrong with the database, the call can be made
            log.warning("calls of %s keep the pace of this process only: %s", self._account["marketplace"], trouble)
            was_connected = False  # a connection that broke is opened again by the next statement
            return None
        finally:
            if not was_connected:
                connection.close()  # a caller that gave its connection back keeps none while the marketplace answers
        return float(seconds), str(words)


class _OwnTurns:
    """The same in this process's memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}
        self._throttles: dict[str, tuple[float, str]] = {}

    def take(self, lane: str, method: str, pause: float) -> _Turn:
        with self._lock:
            now = time.monotonic()
            until, words = max(self._throttles.get(each, (0.0, "")) for each in (ALL_METHODS, method))
            turn = max(now, self._free_at.get(lane, 0.0))
            if max(turn, until) <= now + MAX_WAIT_SECONDS:
                self._free_at[lane] = turn + pause
            return max(turn, until) - now, words if until > now else ""

    def throttle(self, seconds: float, words: str, method: str) -> None:
        with self._lock:
            self._throttles[method] = max(self._throttles.get(method, (0.0, "")), (time.monotonic() + seconds, words))
