"""Keep to the rate that a marketplace allows an account, all processes of the instance together.

Each call waits for its turn. The next turn is a row, and one statement that is committed at once takes it and moves it
on: two workers and every web process share one rate, and none waits for a lock of another. Calls that a person waits
for have turns of their own, which work in bulk cannot use up. What the marketplace throttles is not asked again, by any
process, before the time that it named; where it named none, the wait is longer each time that it throttles again.

No turn is further ahead than calls wait for one, and no throttle than it was long when it was heard. What is, was
written by a clock that was ahead, as before a correction or in a snapshot that was restored, and counts as over.

Inside a transaction, whose lock on the row would last until it ends, and while the database is unavailable, a process
keeps the pace by itself. What it hears of a throttle meanwhile is handed on when it can.
"""

import logging
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection

from joey.kit import sql
from joey.marketplaces.manifest_shape import Quota

log = logging.getLogger(__name__)

MAX_WAIT_SECONDS = 10.0  # a turn that is further off is refused, and none is taken
LONGEST_PAUSE_SECONDS = 1.0  # after a turn, of an account that may make one call a second
# A throttle of no named length: the first wait, the longest, and how long after a wait the next one is longer for it.
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, FORGOTTEN_AFTER_SECONDS = 5.0, 600.0, 600.0
BULK, PEOPLE = "bulk", "people"
ALL_METHODS = ""

_IS_TRUE = "t.free_at <= clock_timestamp() + (t.wait_seconds + 1) * interval '1 second'"  # of a throttle
_IS_NEAR = "t.free_at <= clock_timestamp() + %(most)s * interval '1 second'"
# A turn that is not given counts as one that is just too far off. A throttle never moves the turns of other methods.
_TAKE_TURN = f"""
    WITH throttle AS (
        SELECT free_at, words FROM marketplaces_callturn t
        WHERE marketplace = %(marketplace)s AND account = %(account)s AND kind IN ('', %(method)s)
          AND free_at > clock_timestamp() AND {_IS_TRUE}
        ORDER BY free_at DESC LIMIT 1
    ), turn AS (
        INSERT INTO marketplaces_callturn AS t (marketplace, account, kind, free_at, wait_seconds, words)
        SELECT %(marketplace)s, %(account)s, %(lane)s, clock_timestamp() + %(pause)s * interval '1 second', 0, ''
        WHERE NOT EXISTS (
            SELECT FROM throttle WHERE free_at > clock_timestamp() + %(most)s * interval '1 second')
        ON CONFLICT (marketplace, account, kind) DO UPDATE
        SET free_at = %(pause)s * interval '1 second'
            + CASE WHEN {_IS_NEAR} THEN greatest(t.free_at, clock_timestamp()) ELSE clock_timestamp() END
        WHERE {_IS_NEAR}
           OR t.free_at > clock_timestamp() + (%(most)s + {LONGEST_PAUSE_SECONDS}) * interval '1 second'
        RETURNING free_at - %(pause)s * interval '1 second' AS begins_at
    )
    SELECT extract(epoch FROM greatest(
               coalesce((SELECT begins_at FROM turn), clock_timestamp() + (%(most)s + 1) * interval '1 second'),
               (SELECT free_at FROM throttle)
           ) - clock_timestamp())::float8, coalesce((SELECT words FROM throttle), '')
"""
_THROTTLE = f"""
    INSERT INTO marketplaces_callturn AS t (marketplace, account, kind, free_at, wait_seconds, words)
    VALUES (%(marketplace)s, %(account)s, %(method)s, clock_timestamp() + %(seconds)s * interval '1 second', %(wait)s,
        %(words)s)
    ON CONFLICT (marketplace, account, kind) DO UPDATE
    SET free_at = excluded.free_at, wait_seconds = excluded.wait_seconds, words = excluded.words
    WHERE t.free_at < excluded.free_at OR NOT {_IS_TRUE}
    RETURNING free_at
"""
_LAST_THROTTLE = f"""
    SELECT extract(epoch FROM free_at - clock_timestamp())::float8, wait_seconds FROM marketplaces_callturn t
    WHERE marketplace = %(marketplace)s AND account = %(account)s AND kind = %(method)s
      AND {_IS_TRUE}
"""

_in_bulk: ContextVar[bool] = ContextVar("in_bulk", default=False)


class Throttled(Exception):
    """There is no turn within MAX_WAIT_SECONDS, but in so many `seconds`; the text is the marketplace's, or empty."""

    def __init__(self, words: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(words)


@contextmanager
def in_bulk() -> Iterator[None]:
    """No keeper or buyer waits for what is asked in this block: reading reports, refreshing offers, asking for lost
    orders, and whatever an operator has done in many calls.
    """
    before = _in_bulk.set(True)
    try:
        yield
    finally:
        _in_bulk.reset(before)


class Pace:
    """The turns of one account's calls. Safe to share between threads."""

    def __init__(self, marketplace: str, account: str, quota: Quota) -> None:
        self._account = {"marketplace": marketplace, "account": account}
        self._pauses = {BULK: 1 / (quota.calls_per_second - quota.kept_for_people)}
        if quota.kept_for_people:
            self._pauses[PEOPLE] = 1 / quota.kept_for_people
        self._own = _OwnTurns()

    def wait_for_turn(self, method: str) -> None:
        """Sleep until one more call of `method` may be made. Raises Throttled."""
        self._hand_on()
        throttled, words = self._own.throttled(method)
        if throttled > MAX_WAIT_SECONDS:
            raise Throttled(words, throttled)
        lane = BULK if _in_bulk.get() or PEOPLE not in self._pauses else PEOPLE
        pause = self._pauses[lane]
        shared = self._shared(_TAKE_TURN, method=method, lane=lane, pause=pause, most=MAX_WAIT_SECONDS)
        ((seconds, words),) = shared or [(self._own.take(lane, pause), "")]
        if seconds > MAX_WAIT_SECONDS:
            raise Throttled(words, seconds)
        time.sleep(max(0.0, seconds, throttled))

    def throttle(self, seconds: float | None, words: str, method: str = ALL_METHODS) -> float:
        """The marketplace answered that it takes no calls of `method`, or none at all, for so many seconds.

        None: it did not say for how many. Returns the seconds until one more call may be made.
        """
        if seconds is None:
            shared = self._shared(_LAST_THROTTLE, method=method) or []
            seconds, wait = _unnamed(*max([self._own.last_throttle(method), *shared]))
        else:
            wait = seconds
        self._own.throttle(_Throttle(time.monotonic() + seconds, wait, words[:200]), method)
        self._hand_on()
        return seconds

    def _hand_on(self) -> None:
        """Tell the other processes of the throttles that they do not know of yet."""
        for method, heard in self._own.not_shared():
            seconds = heard.until - time.monotonic()
            if self._shared(_THROTTLE, method=method, seconds=seconds, wait=heard.wait, words=heard.words) is None:
                return
            self._own.is_shared(method, heard)

    def _shared(self, statement: str, **values: Any) -> list[tuple[Any, ...]] | None:
        """What one statement, committed at once, found; None where this process has to go by its own turns."""
        if connection.in_atomic_block:
            return None
        was_connected = connection.connection is not None
        try:
            return sql.tuples(statement, self._account | values)
        except Exception as trouble:  # noqa: BLE001 - whatever is wrong with the database, the call can be made
            log.warning("calls of %s keep the pace of this process only: %s", self._account["marketplace"], trouble)
            was_connected = False  # a connection that broke is opened again by the next statement
            return None
        finally:
            if not was_connected:
                connection.close()  # a caller that gave its connection back keeps none while the marketplace answers


def _unnamed(seconds: float, wait: float) -> tuple[float, float]:
    """Seconds until a throttle of no named length ends, and how long that is, after one that ends in `seconds`.

    While the last one goes on, it is the same one, which several calls were answered at once.
    """
    if seconds > 0:
        return seconds, wait
    longer = 2 * wait if seconds > -FORGOTTEN_AFTER_SECONDS else 0.0
    wait = min(max(longer, FIRST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
    return wait, wait


@dataclass(frozen=True)
class _Throttle:
    """One that this process heard of: until when by its monotonic clock, and how long it was when it was heard."""

    until: float
    wait: float
    words: str


class _OwnTurns:
    """The same in this process's memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}
        self._throttles: dict[str, _Throttle] = {}
        self._not_shared: set[str] = set()  # methods whose throttle the other processes do not know of

    def take(self, lane: str, pause: float) -> float:
        """Seconds until the turn begins. One that is too far off is not taken."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._free_at.get(lane, 0.0))
            if turn <= now + MAX_WAIT_SECONDS:
                self._free_at[lane] = turn + pause
            return turn - now

    def throttled(self, method: str) -> tuple[float, str]:
        """For how many seconds more a call of the method is throttled, and the marketplace's words."""
        with self._lock:
            found = [self._throttles[each] for each in (ALL_METHODS, method) if each in self._throttles]
        last = max(found, key=lambda each: each.until, default=None)
        return (last.until - time.monotonic(), last.words) if last else (0.0, "")

    def last_throttle(self, method: str) -> tuple[float, float]:
        """In how many seconds it ends, below zero when it is over; and how long it was."""
        with self._lock:
            last = self._throttles.get(method)
        return (last.until - time.monotonic(), last.wait) if last else (-math.inf, 0.0)

    def throttle(self, heard: _Throttle, method: str) -> None:
        """One that is known already and ends later stays."""
        with self._lock:
            known = self._throttles.get(method)
            if known is None or known.until < heard.until:
                self._throttles[method] = heard
                self._not_shared.add(method)

    def not_shared(self) -> list[tuple[str, _Throttle]]:
        with self._lock:
            return [(method, self._throttles[method]) for method in self._not_shared]

    def is_shared(self, method: str, heard: _Throttle) -> None:
        with self._lock:
            if self._throttles[method] is heard:
                self._not_shared.discard(method)
