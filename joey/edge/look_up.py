"""Read one row for the fast path within a time limit, so that an unavailable database does not hold up the page."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

Row = TypeVar("Row")

WAIT_SECONDS = 2.0  # for one row
MAX_QUERIES = 1_000  # under way; more means that the database does not answer


class DatabaseUnavailable(Exception):
    """PostgreSQL did not answer in time."""


class LookUp:
    """A small pool of read connections, opened with the first question."""

    def __init__(self, conninfo: str, *, connections: int = 4, wait_seconds: float = WAIT_SECONDS) -> None:
        self.wait_seconds = wait_seconds
        self._connections = connections
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] = AsyncConnectionPool(
            conninfo,
            min_size=1,
            max_size=connections,
            open=False,
            timeout=wait_seconds / 2,
            reconnect_timeout=2,  # then it gives up until the next question
            kwargs={
                "autocommit": True,
                "connect_timeout": 2,
                "application_name": "joey edge",
                "tcp_user_timeout": 5_000,
            },
        )
        self._opened = False
        self._under_way: dict[tuple[Any, ...], asyncio.Task[Any]] = {}

    async def one(self, row: Callable[..., Row], query: str, params: Sequence[Any]) -> Row | None:
        """The first row of the query as `row`, or None. Raises DatabaseUnavailable.

        A question that is being asked already is not asked again: a link that many open at once is one query.
        """
        if not self._opened:
            self._opened = True
            await self._pool.open(wait=False)
        question = (query, *params)
        asking = self._under_way.get(question)
        if asking is None:
            if len(self._under_way) >= MAX_QUERIES:
                raise DatabaseUnavailable
            # Never cancelled: cancelling a query means talking to the server that does not answer. It ends when the
            # server or the kernel says so, and no request waits for it.
            asking = self._under_way[question] = asyncio.create_task(self._ask(row, query, params))
            asking.add_done_callback(partial(self._ended, question))
        await asyncio.wait({asking}, timeout=self.wait_seconds)
        if not asking.done():
            raise DatabaseUnavailable
        found: Row | None = asking.result()
        return found

    async def close(self) -> None:
        """Close the connections, waiting a second at most."""
        if self._opened:
            await self._pool.close(timeout=1)

    async def _ask(self, row: Callable[..., Row], query: str, params: Sequence[Any]) -> Row | None:
        for dead in range(self._connections + 1):
            try:
                async with self._pool.connection() as connection, connection.cursor(row_factory=_row_of(row)) as cursor:
                    await cursor.execute(query, params)
                    return await cursor.fetchone()
            except (psycopg.OperationalError, PoolTimeout, OSError) as error:
                # All connections of the pool may have died while they were idle; each is dropped when it fails.
                if dead == self._connections or isinstance(error, PoolTimeout):
                    raise DatabaseUnavailable from error
        return None

    def _ended(self, question: tuple[Any, ...], asking: "asyncio.Task[Any]") -> None:
        self._under_way.pop(question, None)
        if not asking.cancelled():
            asking.exception()  # seen: no request waits for a late failure


def _row_of(row: Callable[..., Row]) -> Any:
    return class_row(row)  # type: ignore[arg-type]
