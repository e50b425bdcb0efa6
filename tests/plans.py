"""Which tables and partitions a query touches, as its plan says."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from django.db import connection

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres

DAYS = 90


def touched_by(read: Callable[[], object]) -> set[str]:
    """The tables in the plans of every SELECT that `read` runs. What is pruned at the start is not among them."""
    plans: list[Any] = []

    def explain(execute: Callable[..., object], statement: str, params: Any, many: bool, context: Any) -> object:
        if statement.lstrip().startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", params)
                plans.append(cursor.fetchone()[0])
        return execute(statement, params, many, context)

    with connection.execute_wrapper(explain):
        read()
    assert plans, "nothing was read"
    return {name for plan in plans for name in _names(json.loads(plan) if isinstance(plan, str) else plan)}


def partition_of(table: str, day: date) -> str:
    """The name of one day's partition."""
    return f"{table}_{day:%Y%m%d}"


def days_of(table: str, first: int, last: int = 0) -> set[str]:
    """The partitions from `first` days from today to `last`, both included."""
    today = datetime.now(UTC).date()
    return {partition_of(table, today + timedelta(days=offset)) for offset in range(first, last + 1)}


@contextmanager
def ninety_days(postgres: EmbeddedPostgres, table: str, fill: str) -> Iterator[None]:
    """Let `table` have its last 90 days, each filled by the INSERT … SELECT `fill`, given the `day`.

    Afterwards it has the days that it had before, whatever a test made meanwhile.
    """
    today = datetime.now(UTC).date()
    with psycopg.connect(postgres.urls.owner) as owner:
        before = _partitions(owner, table)
        for offset in range(-DAYS + 1, 1):
            day = today + timedelta(days=offset)
            if partition_of(table, day) not in before:
                owner.execute(
                    f"CREATE TABLE {partition_of(table, day)} PARTITION OF {table}"
                    f" FOR VALUES FROM (joey_first_id_of('{day}')) TO (joey_first_id_of(date '{day}' + 1))".encode()
                )
            owner.execute(fill.encode(), {"day": day})
        owner.execute(f"ANALYZE {table}".encode())
    try:
        yield
    finally:
        connection.close()
        with psycopg.connect(postgres.urls.owner) as owner:
            owner.execute(f"DROP TABLE {', '.join(_partitions(owner, table) - before)}".encode())


def _partitions(owner: psycopg.Connection, table: str) -> set[str]:
    found = owner.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [table])
    return {name for (name,) in found}


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _names(each)
    elif isinstance(node, dict):
        if "Relation Name" in node:
            yield node["Relation Name"]
        for each in node.values():
            yield from _names(each)
