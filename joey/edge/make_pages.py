"""Make a shop page on the fast path: one prepared statement and one template, in a few threads beside the event loop.

Django needs its handler, eleven middlewares and a new thread for the same page. For a visitor without a session they
only add the same headers every time; those are worked out once (`headers`).
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import psycopg

from joey.edge.answer import Header
from joey.kit.refusals import NotFound

THREADS = 2  # while one waits for PostgreSQL the other one writes
WAITING = 500  # pages asked for and not made yet; beyond it the instance is overloaded and answers 503
WAIT_SECONDS = 4.0  # that a visitor waits

Read = Callable[[str, Mapping[str, Any]], list[tuple[Any, ...]]]


class Html(Protocol):
    """A rendered shop page."""

    @property
    def text(self) -> str: ...
    @property
    def now(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime | None: ...


class RenderShop(Protocol):
    """The storefront's own function, with the language active. Raises NotFound."""

    def __call__(self, slug: str, *, language: str, start: int, read: Read) -> Html: ...


class HeadersOf(Protocol):
    """The headers that Django would send with such a page, all of them but content-length."""

    def __call__(
        self, language: str, *, secure: bool, now: datetime, expires_at: datetime | None
    ) -> tuple[Header, ...]: ...


class TooBusy(Exception):
    """More pages are asked for than can be made."""


class TooLate(Exception):
    """PostgreSQL did not answer in time."""


@dataclass(frozen=True)
class Made:
    """A page with its headers."""

    headers: tuple[Header, ...]
    body: bytes


class MakePages:
    """`conninfo` is a libpq address; each thread opens a connection of its own with its first page."""

    def __init__(self, conninfo: str, html: RenderShop, headers: HeadersOf) -> None:
        self._conninfo = conninfo
        self._html = html
        self._headers = headers
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pages")
        self._own = threading.local()
        self._waiting = 0

    async def make(self, slug: str, *, start: int, language: str, secure: bool) -> Made | None:
        """The page; None when there is no such shop. Raises TooBusy, TooLate, and what PostgreSQL raises."""
        if self._waiting >= WAITING:
            raise TooBusy
        self._waiting += 1
        making = asyncio.get_running_loop().run_in_executor(self._threads, self._make, slug, start, language, secure)
        making.add_done_callback(self._one_less)
        done, _late = await asyncio.wait({making}, timeout=WAIT_SECONDS)
        if not done:
            raise TooLate
        return making.result()

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _one_less(self, making: "asyncio.Future[Made | None]") -> None:
        self._waiting -= 1
        if not making.cancelled():
            making.exception()  # seen: no request waits for a late failure

    def _make(self, slug: str, start: int, language: str, secure: bool) -> Made | None:
        from django.utils import translation

        with translation.override(language):
            try:
                page = self._html(slug, language=language, start=start, read=self._read)
            except NotFound:
                return None
            headers = self._headers(language, secure=secure, now=page.now, expires_at=page.expires_at)
        return Made(headers, page.text.encode())

    def _read(self, statement: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """On this thread's connection; a second time on a new one, because the first may have died while idle.

        The cursor stays, because it knows then how to read the columns.
        """
        for last_try in (False, True):
            cursor: psycopg.Cursor[tuple[Any, ...]] | None = getattr(self._own, "cursor", None)
            try:
                if cursor is None or cursor.connection.closed:
                    cursor = self._own.cursor = self._connect().cursor(binary=True)
                return cursor.execute(statement, params).fetchall()
            except psycopg.OperationalError:
                if cursor is not None:
                    cursor.connection.close()
                if last_try:
                    raise
        raise AssertionError("unreachable")

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        connection = psycopg.connect(
            self._conninfo,
            autocommit=True,
            prepare_threshold=0,
            connect_timeout=2,
            application_name="joey pages",
            tcp_user_timeout=5_000,
        )
        # Planning the statement takes longer than running it, so it is planned once for all shops.
        connection.execute("SET plan_cache_mode = force_generic_plan")
        # A shop lists an offer once, so remembering the offers already read of a page never saves a look-up.
        connection.execute("SET enable_memoize = off")
        return connection
