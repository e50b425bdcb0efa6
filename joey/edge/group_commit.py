"""Many visitors, one commit: whatever arrives while a commit runs goes into the next one.

One writer per process. A visitor is told "recorded" only after PostgreSQL said that the set is committed. After a
broken connection the same set is sent again: its ids are its identity, so nothing is written twice and nothing stays
unknown for those who still wait.
"""

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass
from uuid import UUID

import psycopg

from joey.edge.copy_in import copy_in
from joey.sharing.record_click import TOUCH_LEASES
from joey.sharing.visit_rows import AGAIN_CLICKS, AGAIN_OUTBOUND_CLICKS, COPY_CLICKS, COPY_OUTBOUND_CLICKS, stream

logger = logging.getLogger(__name__)

ROOM = 20_000  # visits waiting; beyond it the instance is drowning and says so
AT_ONCE = 2_000  # visits in one commit
PATIENCE = 2.0  # seconds a visitor waits for the commit
CROWD = 8  # visits in a commit, from which on the next one lets others join it
FULL = 48  # visits that wait, with which it goes at once
PACE = 0.006  # seconds from one commit's start to the next, that it lets others join at most
LOOK_AGAIN = 0.001  # seconds
WATCH = 0.05  # seconds between two looks at whose patience is over
RETRY = 0.25  # seconds between two tries to reach the database
TOUCH_AGAIN = 1_200.0  # seconds; the statement itself writes once an hour only, this spares asking it at every commit

LEASES_KEPT = 100_000


class QueueFull(Exception):
    """More visits wait for the database than this process may hold."""


@dataclass(slots=True)  # not frozen: that costs more than all else about it
class Visit:
    """What is written of one request, all or nothing: rows of sharing.visit_rows; the lease that it was on."""

    click: bytes = b""
    outbound_click: bytes = b""
    lease_id: UUID | None = None


_Waiting = tuple[float, "asyncio.Future[bool]", Visit]  # until when, who, what


class GroupCommit:
    """The writer. `conninfo` is a libpq address; `connection` is opened with the first visit."""

    def __init__(self, conninfo: str, *, room: int = ROOM, patience: float = PATIENCE) -> None:
        self.conninfo = conninfo
        self.room = room
        self.patience = patience
        self._queue: deque[_Waiting] = deque()  # in the order of their coming
        self._in_flight: list[_Waiting] = []  # those that the writer has in its hands, for the watch
        self._wake = asyncio.Event()
        self._watching = False
        self._connection: psycopg.AsyncConnection | None = None
        self._writer: asyncio.Task[None] | None = None
        self._sent_at: float | None = None  # when the commit in flight was sent
        self._lost = False  # the last try failed
        self._told = False  # the log says so
        self._closing = False
        self._touched: dict[UUID, float] = {}  # lease → when it was last touched from here

    def send(self, visit: Visit) -> "asyncio.Future[bool]":
        """True once the visit is committed; False when that is not known within `patience`. Raises QueueFull.

        False promises nothing: a commit that was on its way may still have happened.
        """
        loop = asyncio.get_running_loop()
        committed: asyncio.Future[bool] = loop.create_future()
        if self._closing or self.away:
            committed.set_result(False)
            return committed
        if len(self._queue) >= self.room:
            self._drop_departed()
            if len(self._queue) >= self.room:
                raise QueueFull
        self._queue.append((time.monotonic() + self.patience, committed, visit))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._run(), name="click writer")
        self._wake.set()
        if not self._watching:
            self._watching = True
            loop.call_later(WATCH, self._watch)
        return committed

    def _watch(self) -> None:
        """Tell those whose patience is over. One timer for all: a timer for each is a third of a visit's cost."""
        now = time.monotonic()
        for waiting in self._in_flight:
            if waiting[0] <= now:
                _resolve(waiting, False)
        while self._queue and (self._queue[0][1].done() or self._queue[0][0] <= now):
            _resolve(self._queue.popleft(), False)  # not sent yet, so it never will be
        self._watching = bool(self._queue or self._in_flight)
        if self._watching:
            asyncio.get_running_loop().call_later(WATCH, self._watch)

    @property
    def away(self) -> bool:
        """Whether the database is known not to answer: nobody has to wait to find that out again."""
        return self._lost or (self._sent_at is not None and time.monotonic() - self._sent_at > self.patience)

    async def close(self, within: float = 5.0) -> None:
        """Write what waits, then stop. Whoever could not be written is told so."""
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
                crowd, due = len(self._in_flight) >= CROWD, time.monotonic() + PACE
                await self._commit(self._in_flight)
                self._in_flight = []
                if crowd:
                    await self._let_others_join(due)
            elif self._lost and not self._closing:
                await self._reach()
            elif self._closing:
                return
            else:
                self._wake.clear()

    async def _let_others_join(self, until: float) -> None:
        """Until FULL wait for the next commit, at most `until` (time.monotonic).

        A few large commits cost everybody less than many small ones; but where the machine is fast, a crowd gathers
        long before PACE is over, and would only wait.
        """
        for _look in range(round(PACE / LOOK_AGAIN)):
            if len(self._queue) >= FULL or self._closing or time.monotonic() >= until:
                return
            await asyncio.sleep(LOOK_AGAIN)

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        while self._queue and len(batch) < AT_ONCE:
            waiting = self._queue.popleft()
            if not waiting[1].done():
                batch.append(waiting)
        return batch

    def _drop_departed(self) -> None:
        self._queue = deque(waiting for waiting in self._queue if not waiting[1].done())

    async def _commit(self, batch: list[_Waiting], *, again: bool = False) -> None:
        """Write the batch and tell everyone in it. Tries again while the database is away and somebody waits.

        `again`: a connection broke over these before, so they may be there already.
        """
        while batch:
            try:
                connection = self._connection or await self._connect()
                self._sent_at = time.monotonic()
                await self._write(connection, [visit for _until, _committed, visit in batch], again=again)
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                # One visit that cannot be written must not take the others with it: halve until it stands alone.
                self._sent_at = None
                if len(batch) == 1:
                    logger.error("a visit could not be written: %s", error)
                    _resolve(batch[0], False)
                    return
                middle = len(batch) // 2
                await self._commit(batch[:middle], again=again)
                batch = batch[middle:]
            except (psycopg.Error, OSError) as error:
                again = again or self._sent_at is not None
                self._sent_at = None
                self._lose(error)
                await self._disconnect()
                await asyncio.sleep(RETRY)
                batch = [waiting for waiting in batch if not waiting[1].done()]
            else:
                self._sent_at = None
                self._regain()
                for waiting in batch:
                    _resolve(waiting, True)
                return

    async def _write(self, connection: psycopg.AsyncConnection, visits: list[Visit], *, again: bool) -> None:
        """All rows of the visits in one transaction; returns when it is committed."""
        statements, streams = [], []
        if clicks := [visit.click for visit in visits if visit.click]:
            statements.append(AGAIN_CLICKS if again else COPY_CLICKS)
            streams.append(stream(clicks))
        if outbound_clicks := [visit.outbound_click for visit in visits if visit.outbound_click]:
            statements.append(AGAIN_OUTBOUND_CLICKS if again else COPY_OUTBOUND_CLICKS)
            streams.append(stream(outbound_clicks))
        now = time.monotonic()
        leases = {visit.lease_id for visit in visits if visit.lease_id is not None}
        due = [lease for lease in leases if self._touched.get(lease, -TOUCH_AGAIN) <= now - TOUCH_AGAIN]
        if due:
            listed = ", ".join(f"'{lease}'" for lease in due)  # UUIDs of ours: nothing to escape in them
            statements.append(TOUCH_LEASES.replace("%s", f"ARRAY[{listed}]"))
        await copy_in(connection, ";".join(statements), streams)
        if len(self._touched) > LEASES_KEPT:
            self._touched.clear()
        self._touched.update(dict.fromkeys(due, now))

    async def _reach(self) -> None:
        """Nobody waits and the database is lost: find out when it is back."""
        try:
            await self._connect()
        except (psycopg.Error, OSError) as error:
            self._lose(error)
            await asyncio.sleep(RETRY)
        else:
            self._lost = False  # whether it takes clicks in, the next visitor's will show

    async def _connect(self) -> psycopg.AsyncConnection:
        self._connection = await psycopg.AsyncConnection.connect(
            self.conninfo,
            connect_timeout=2,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
            tcp_user_timeout=5_000,  # ms; a host that is gone is noticed, a slow one is waited for
            application_name="joey edge",
        )
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def _lose(self, error: Exception) -> None:
        if not self._told:
            logger.error("the database is away, clicks are not recorded: %s", error)
        self._lost = self._told = True

    def _regain(self) -> None:
        if self._told:
            logger.warning("the database is back: clicks are recorded again")
        self._lost = self._told = False


def _resolve(waiting: _Waiting, outcome: bool) -> None:
    if not waiting[1].done():
        waiting[1].set_result(outcome)
