"""Many visitors, one commit: whatever arrives while a commit runs goes into the next one.

One writer per process. A visitor is told "recorded" only after COMMIT was answered. After a broken connection
the same set is sent again: its ids are its identity, so nothing is written twice and nothing stays unknown for
those who still wait.
"""

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass

import psycopg

from joey.sharing.record_click import (
    INSERT_CLICKS,
    INSERT_WAYS_OUT,
    TOUCH_LEASES,
    NewClick,
    NewWayOut,
    click_columns,
    way_out_columns,
)

logger = logging.getLogger(__name__)

ROOM = 20_000  # visits waiting; beyond it the instance is drowning and says so
AT_ONCE = 2_000  # visits in one commit
PATIENCE = 2.0  # seconds a visitor waits for the commit
WATCH = 0.05  # seconds between two looks at whose patience is over
RETRY = 0.25  # seconds between two tries to reach the database


class NoRoom(Exception):
    """More visits wait for the database than this process may hold."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What is written of one request, all or nothing."""

    click: NewClick | None = None
    way_out: NewWayOut | None = None


_Waiting = tuple[Visit, "asyncio.Future[bool]"]


class GroupCommit:
    """The writer. `conninfo` is a libpq address; `connection` is opened with the first visit."""

    def __init__(self, conninfo: str, *, room: int = ROOM, patience: float = PATIENCE) -> None:
        self.conninfo = conninfo
        self.room = room
        self.patience = patience
        self._queue: deque[_Waiting] = deque()
        self._watched: deque[tuple[float, asyncio.Future[bool]]] = deque()  # (until when, who), oldest first
        self._wake = asyncio.Event()
        self._connection: psycopg.AsyncConnection | None = None
        self._writer: asyncio.Task[None] | None = None
        self._sent_at: float | None = None  # when the commit in flight was sent
        self._lost = False  # the last try failed
        self._closing = False

    async def write(self, visit: Visit) -> bool:
        """True once the visit is committed; False when that is not known within `patience`. Raises NoRoom.

        False promises nothing: a commit that was on its way may still have happened.
        """
        if self._closing or self.away:
            return False
        if len(self._queue) >= self.room:
            self._drop_departed()
            if len(self._queue) >= self.room:
                raise NoRoom
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._run(), name="click writer")
        loop = asyncio.get_running_loop()
        committed: asyncio.Future[bool] = loop.create_future()
        self._queue.append((visit, committed))
        self._wake.set()
        self._watched.append((time.monotonic() + self.patience, committed))
        if len(self._watched) == 1:
            loop.call_later(WATCH, self._watch)
        return await committed

    def _watch(self) -> None:
        """Tell those whose patience is over. One timer for all: a timer for each is a third of a visit's cost."""
        now = time.monotonic()
        while self._watched and (self._watched[0][1].done() or self._watched[0][0] <= now):
            _resolve(self._watched.popleft()[1], False)  # if it was not sent yet, it will not be
        if self._watched:
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
        for _visit, committed in self._queue:
            _resolve(committed, False)
        self._queue.clear()
        await self._disconnect()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            batch = self._take()
            if batch:
                await self._commit(batch)
            elif self._lost and not self._closing:
                await self._reach()
            elif self._closing:
                return
            else:
                self._wake.clear()

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        while self._queue and len(batch) < AT_ONCE:
            waiting = self._queue.popleft()
            if not waiting[1].done():
                batch.append(waiting)
        return batch

    def _drop_departed(self) -> None:
        self._queue = deque(waiting for waiting in self._queue if not waiting[1].done())

    async def _commit(self, batch: list[_Waiting]) -> None:
        """Write the batch and tell everyone in it. Tries again while the database is away and somebody waits."""
        while batch:
            try:
                connection = self._connection or await self._connect()
                self._sent_at = time.monotonic()
                await _write(connection, [visit for visit, _committed in batch])
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                # One visit that cannot be written must not take the others with it: halve until it stands alone.
                self._sent_at = None
                if len(batch) == 1:
                    logger.error("a visit could not be written: %s", error)
                    _resolve(batch[0][1], False)
                    return
                middle = len(batch) // 2
                await self._commit(batch[:middle])
                batch = batch[middle:]
            except (psycopg.Error, OSError) as error:
                self._sent_at = None
                self._lose(error)
                await self._disconnect()
                await asyncio.sleep(RETRY)
                batch = [waiting for waiting in batch if not waiting[1].done()]
            else:
                self._sent_at = None
                self._lost = False
                for _visit, committed in batch:
                    _resolve(committed, True)
                return

    async def _reach(self) -> None:
        """Nobody waits and the database is lost: find out when it is back."""
        try:
            await self._connect()
        except (psycopg.Error, OSError) as error:
            self._lose(error)
            await asyncio.sleep(RETRY)
        else:
            self._lost = False
            logger.warning("the database is back: clicks are recorded again")

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
        if not self._lost:
            logger.error("the database is away, clicks are not recorded: %s", error)
        self._lost = True


async def _write(connection: psycopg.AsyncConnection, visits: list[Visit]) -> None:
    """All rows of the visits in one transaction; returns when COMMIT was answered."""
    clicks = [visit.click for visit in visits if visit.click is not None]
    ways_out = [visit.way_out for visit in visits if visit.way_out is not None]
    leases = {way.lease_id for way in ways_out if way.lease_id is not None}
    async with connection.pipeline(), connection.transaction():
        if clicks:
            await connection.execute(INSERT_CLICKS, click_columns(clicks))
        if ways_out:
            await connection.execute(INSERT_WAYS_OUT, way_out_columns(ways_out))
        if leases:
            await connection.execute(TOUCH_LEASES, [list(leases)])


def _resolve(committed: "asyncio.Future[bool]", outcome: bool) -> None:
    if not committed.done():
        committed.set_result(outcome)
