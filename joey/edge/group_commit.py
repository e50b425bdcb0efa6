"""Many visitors, one commit: the clicks that arrive while a commit runs go into the next one.

One writer per process. A click counts as recorded only after PostgreSQL committed its set. After a broken connection
the same set is sent again: its ids are its identity, so nothing is written twice and nothing stays unknown for the
requests that still wait.
"""

import asyncio
import logging
import time
from collections import deque
from contextvars import Context
from dataclasses import dataclass
from uuid import UUID

import psycopg

from joey.kit.worker_counts import CLICKS_NOT_RECORDED, QUEUED, counts
from joey.sharing.write_clicks import write_clicks

logger = logging.getLogger(__name__)

MAX_QUEUED = 20_000  # clicks waiting; beyond it the process is overloaded and refuses
MAX_BATCH = 2_000  # clicks in one commit
WAIT_SECONDS = 2.0  # how long a request waits for its commit
BATCHING_FROM = 8  # clicks in a commit, from which on the next one waits for others to join
BATCH_FULL = 48  # clicks queued, with which a commit starts at once
MAX_BATCH_DELAY_SECONDS = 0.006  # from one commit's start to the next, while others may join
JOIN_POLL_SECONDS = 0.001
TIMEOUT_POLL_SECONDS = 0.05
RETRY_SECONDS = 0.25  # between two tries to reach the database
TOUCH_LEASE_SECONDS = 1_200.0  # the statement itself writes once an hour only; this avoids sending it with each commit
LEASES_KEPT = 100_000


class QueueFull(Exception):
    """The write queue is full."""


@dataclass(slots=True)  # not frozen: that costs more than everything else about it
class PendingClick:
    """What one request writes, all or nothing: rows of sharing.click_rows, and the lease its outbound click used."""

    click: bytes = b""
    outbound_click: bytes = b""
    lease_id: UUID | None = None


_Waiting = tuple[float, "asyncio.Future[bool]", PendingClick]  # until when, its answer, the rows


class GroupCommit:
    """The writer. `conninfo` is a libpq address; the connection is opened with the first click."""

    def __init__(self, conninfo: str, *, max_queued: int = MAX_QUEUED, wait_seconds: float = WAIT_SECONDS) -> None:
        self.conninfo = conninfo
        self.max_queued = max_queued
        self.wait_seconds = wait_seconds
        self._queue: deque[_Waiting] = deque()  # in the order of arrival
        self._in_flight: list[_Waiting] = []  # those that the writer is committing, for the timeouts
        self._wake = asyncio.Event()
        self._timing = False
        self._connection: psycopg.AsyncConnection | None = None
        self._writer: asyncio.Task[None] | None = None
        self._sent_at: float | None = None  # when the commit in flight was sent
        self._lost = False  # the last try failed
        self._logged = False  # the log has the failure
        self._closing = False
        self._touched: dict[UUID, float] = {}  # lease → when it was last touched from here

    def send(self, pending: PendingClick) -> "asyncio.Future[bool]":
        """True once the rows are committed; False when that is unknown after `wait_seconds`. Raises QueueFull.

        False promises nothing: a commit that was on its way may still have happened.
        """
        loop = asyncio.get_running_loop()
        committed: asyncio.Future[bool] = loop.create_future()
        if self._closing or self.unavailable:
            committed.set_result(False)
            counts.add(CLICKS_NOT_RECORDED)
            return committed
        if len(self._queue) >= self.max_queued:
            self._drop_cancelled()
            if len(self._queue) >= self.max_queued:
                raise QueueFull
        self._queue.append((time.monotonic() + self.wait_seconds, committed, pending))
        counts.values[QUEUED] = len(self._queue)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._run(), name="click writer", context=Context())  # of no request
        self._wake.set()
        if not self._timing:
            self._timing = True
            loop.call_later(TIMEOUT_POLL_SECONDS, self._time_out)
        return committed

    def _time_out(self) -> None:
        """Answer the requests whose time is over. One timer for all: a timer for each is a third of a click's cost."""
        now = time.monotonic()
        for waiting in self._in_flight:
            if waiting[0] <= now:
                _resolve(waiting, False)
        while self._queue and (self._queue[0][1].done() or self._queue[0][0] <= now):
            _resolve(self._queue.popleft(), False)  # not sent yet, so it never will be
        self._timing = bool(self._queue or self._in_flight)
        if self._timing:
            asyncio.get_running_loop().call_later(TIMEOUT_POLL_SECONDS, self._time_out)

    @property
    def unavailable(self) -> bool:
        """Whether the database is known not to answer, so that no request has to wait to find that out again."""
        return self._lost or (self._sent_at is not None and time.monotonic() - self._sent_at > self.wait_seconds)

    async def close(self, within: float = 5.0) -> None:
        """Write what waits, then stop. Requests whose rows could not be written get False."""
        self._closing = True
        self._wake.set()
        if self._writer is not None:
            await asyncio.wait({self._writer}, timeout=within)
            self._writer.cancel()
        for waiting in (*self._in_flight, *self._queue):
            _resolve(waiting, False)
        self._queue.clear()
        await self._disconnect()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._in_flight = self._take()
            if self._in_flight:
                crowded = len(self._in_flight) >= BATCHING_FROM
                due = time.monotonic() + MAX_BATCH_DELAY_SECONDS
                await self._commit(self._in_flight)
                self._in_flight = []
                if crowded:
                    await self._let_others_join(due)
            elif self._lost and not self._closing:
                await self._try_to_connect()
            elif self._closing:
                return
            else:
                self._wake.clear()

    async def _let_others_join(self, until: float) -> None:
        """Wait until BATCH_FULL clicks are queued, at most until `until` (time.monotonic).

        A few large commits cost less than many small ones; but where the machine is fast, a batch gathers long before
        the delay is over, and would only wait.
        """
        for _poll in range(round(MAX_BATCH_DELAY_SECONDS / JOIN_POLL_SECONDS)):
            if len(self._queue) >= BATCH_FULL or self._closing or time.monotonic() >= until:
                return
            await asyncio.sleep(JOIN_POLL_SECONDS)

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        while self._queue and len(batch) < MAX_BATCH:
            waiting = self._queue.popleft()
            if not waiting[1].done():
                batch.append(waiting)
        counts.values[QUEUED] = len(self._queue)
        return batch

    def _drop_cancelled(self) -> None:
        self._queue = deque(waiting for waiting in self._queue if not waiting[1].done())

    async def _commit(self, batch: list[_Waiting], *, repeat: bool = False) -> None:
        """Write the batch and answer its requests. Retries while the database is unavailable and a request waits.

        `repeat`: a connection broke over these before, so they may be there already.
        """
        while batch:
            try:
                connection = self._connection or await self._connect()
                sent_at = self._sent_at = time.monotonic()
                await self._write(connection, [pending for _until, _committed, pending in batch], repeat=repeat)
                counts.add_commit(time.monotonic() - sent_at, len(batch))
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                # One click that cannot be written must not take the others with it: halve until it is alone.
                self._sent_at = None
                if len(batch) == 1:
                    logger.error("a click could not be written: %s", error)
                    _resolve(batch[0], False)
                    return
                middle = len(batch) // 2
                await self._commit(batch[:middle], repeat=repeat)
                batch = batch[middle:]
            except (psycopg.Error, OSError) as error:
                repeat = repeat or self._sent_at is not None
                self._sent_at = None
                self._lose(error)
                await self._disconnect()
                await asyncio.sleep(RETRY_SECONDS)
                batch = [waiting for waiting in batch if not waiting[1].done()]
            else:
                self._sent_at = None
                self._regain()
                for waiting in batch:
                    _resolve(waiting, True)
                return

    async def _write(self, connection: psycopg.AsyncConnection, pending: list[PendingClick], *, repeat: bool) -> None:
        """All rows in one transaction, with the leases that are due to be touched."""
        now = time.monotonic()
        leases = {each.lease_id for each in pending if each.lease_id is not None}
        due = [lease for lease in leases if self._touched.get(lease, -TOUCH_LEASE_SECONDS) <= now - TOUCH_LEASE_SECONDS]
        await write_clicks(
            connection,
            clicks=[each.click for each in pending if each.click],
            outbound_clicks=[each.outbound_click for each in pending if each.outbound_click],
            leases=due,
            repeat=repeat,
        )
        if len(self._touched) > LEASES_KEPT:
            self._touched.clear()
        self._touched.update(dict.fromkeys(due, now))

    async def _try_to_connect(self) -> None:
        """No request waits and the database is lost: find out when it is back."""
        try:
            await self._connect()
        except (psycopg.Error, OSError) as error:
            self._lose(error)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            self._lost = False  # whether it accepts clicks, the next one will show

    async def _connect(self) -> psycopg.AsyncConnection:
        self._connection = await psycopg.AsyncConnection.connect(
            self.conninfo,
            connect_timeout=2,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=5_000,  # ms; notices a host that is gone, waits for a slow one
            application_name="joey edge",
        )
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def _lose(self, error: Exception) -> None:
        if not self._logged:
            logger.error("the database is unavailable, clicks are not recorded: %s", error)
        self._lost = self._logged = True

    def _regain(self) -> None:
        if self._logged:
            logger.warning("the database is back: clicks are recorded again")
        self._lost = self._logged = False


def _resolve(waiting: _Waiting, outcome: bool) -> None:
    if not waiting[1].done():
        waiting[1].set_result(outcome)
        if not outcome:
            counts.add(CLICKS_NOT_RECORDED)
