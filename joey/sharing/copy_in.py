"""One message to PostgreSQL that holds several COPYs, and its end: all of it is committed then, or nothing is.

Statements sent together are one transaction without BEGIN and COMMIT around them
(https://www.postgresql.org/docs/current/protocol-flow.html, "Multiple Statements in a Simple Query"): that leaves as
many waits for the server as there are COPYs, plus one. psycopg's own `copy()` takes a single COPY.
"""

from collections.abc import Iterator, Sequence

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Wait

_NEEDED = (
    psycopg.AsyncConnection.wait,
    *(getattr(psycopg.pq.PGconn, name) for name in ("send_query", "put_copy_data", "put_copy_end", "flush", "is_busy")),
)


async def copy_in(connection: psycopg.AsyncConnection, statements: str, streams: Sequence[bytes]) -> None:
    """Run `statements`, each COPY in it fed with the next of `streams`; returns once PostgreSQL has committed.

    Raises what psycopg raises: the error of a statement (all is undone then), or OperationalError for a connection
    that broke (the outcome is unknown then).
    """
    await connection.wait(_conversation(connection.pgconn, statements.encode(), iter(streams)))


def _conversation(server: PGconn, statements: bytes, streams: Iterator[bytes]) -> PQGen[None]:
    refused: PGresult | None = None
    server.send_query(statements)
    while True:
        yield from _flush(server)
        while server.is_busy():
            if (yield Wait.R):
                server.consume_input()
        result = server.get_result()
        if result is None:  # ReadyForQuery, which comes after the commit
            break
        if result.status == ExecStatus.COPY_IN:
            while not server.put_copy_data(next(streams)):
                yield Wait.W
            while not server.put_copy_end():
                yield Wait.W
        elif result.status == ExecStatus.FATAL_ERROR and refused is None:
            refused = result
    if refused is not None:
        raise psycopg.errors.error_from_result(refused)


def _flush(server: PGconn) -> PQGen[None]:
    while server.flush():
        if (yield Wait.RW) & Wait.R:
            server.consume_input()
