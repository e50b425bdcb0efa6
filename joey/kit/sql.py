"""Plain SQL for set work: one cursor idiom for every package."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection

Params = Sequence[Any] | Mapping[str, Any] | None


def execute(statement: str, params: Params = None) -> int:
    """Run one statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def rows(statement: str, params: Params = None) -> list[dict[str, Any]]:
    """All rows of a query, each as a dictionary by column name."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def tuples(statement: str, params: Params = None) -> list[tuple[Any, ...]]:
    """All rows of a query as they come, in the order of its columns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def one(statement: str, params: Params = None) -> dict[str, Any] | None:
    """The first row of a query, or None."""
    found = rows(statement, params)
    return found[0] if found else None


def value(statement: str, params: Params = None) -> Any:
    """The first column of the first row, or None."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        row = cursor.fetchone()
    return None if row is None else row[0]


def lock_until_end(name: str) -> None:
    """Be the only transaction under this name until it ends; another one waits."""
    value("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def share_until_end(name: str) -> None:
    """Be under this name with any number of others that share it; one that wants to be the only one waits."""
    value("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [name])


def inside_transaction() -> bool:
    """Whether a transaction is open: ledger and record functions insist on it."""
    return connection.in_atomic_block


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Send rows into `table` with COPY, the fast way in."""
    with (
        connection.wrap_database_errors,  # COPY goes past Django's cursor, and its errors should not look different
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as stream,
    ):
        for row in rows:
            stream.write_row(row)


def copy_out(query: str, params: Params = None) -> Iterator[str]:
    """The rows of a query as COPY writes them, one line of text each, as fast as the database gives them out."""
    with connection.cursor() as wrapper, wrapper.cursor.copy(f"COPY ({query}) TO STDOUT", params) as stream:
        for line in stream:
            yield bytes(line).decode()


def fresh_temp_table(name: str, columns: str) -> None:
    """An empty temporary table, whatever an earlier step left in it. Its rows end with the transaction.

    The session keeps the table itself: to make one and drop it, PostgreSQL writes dozens of rows into its catalogues
    and takes ten times as long as to empty it (docs/decisions/0028-a-session-keeps-its-set-tables.md).
    """
    execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DELETE ROWS; DELETE FROM pg_temp.{name}")


def analyze_temp_table(name: str) -> None:
    """Statistics of a temporary table, from 3,000 of its rows instead of 30,000: that is enough for its size and shape.

    Without them a planner that expects a few rows compares each with each.
    """
    execute(f"SET LOCAL default_statistics_target = 10; ANALYZE {name}")
