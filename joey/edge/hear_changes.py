"""Learn from PostgreSQL which shops changed: triggers notify one channel at the commit.

Without a connection no page is kept, and all kept pages are dropped: changes in between were not heard.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from contextvars import Context

import psycopg

logger = logging.getLogger(__name__)

CHANNEL = "joey_pages"  # its triggers are in the migrations of shops and catalog
EVERYTHING = "*"
RETRY_SECONDS = 1.0


class Changes:
    """Calls `forget` with a shop's address, and `forget_all` when very much changed or the connection was lost."""

    def __init__(self, conninfo: str, *, forget: Callable[[str], None], forget_all: Callable[[], None]) -> None:
        self._conninfo = conninfo
        self._forget = forget
        self._forget_all = forget_all
        self._task: asyncio.Task[None] | None = None
        self.listening = False

    def begin(self) -> None:
        """Start to listen, with the first page that a visitor wants."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="changes of shops", context=Context())  # of no request

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                if self.listening:
                    logger.warning("changes of shops are not heard any more, so no page is kept: %s", error)
            finally:
                self.listening = False
                self._forget_all()
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._conninfo, autocommit=True, connect_timeout=2, application_name="joey pages"
        )
        try:
            await connection.execute(f"LISTEN {CHANNEL}")
            self.listening = True
            async for word in connection.notifies():
                if word.payload == EVERYTHING:
                    self._forget_all()
                else:
                    self._forget(word.payload)
        finally:
            with contextlib.suppress(psycopg.Error, OSError):
                await connection.close()
