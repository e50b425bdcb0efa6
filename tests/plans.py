"""How PostgreSQL runs a query, as its plan says: which tables and partitions it touches, say."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from django.db import connection, transaction

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql

DAYS = 90
PARTITIONS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass"


def touched_by(read: Callable[[], object]) -> set[str]:
    """The tables in the plans of every SELECT that `read` runs. What is pruned at the start is not among them."""
    with plans_of("SELECT") as plans:
        read()
    assert plans, "nothing was read"
    return {part["Relation Name"] for plan in plans for part in parts_of(plan) if "Relation Name" in part}


@contextmanager
def plans_of(*beginnings: str, also_run: bool = False) -> Iterator[list[Any]]:
    """The plan of every statement that begins with one of these, as each was run.

    `also_run` runs each once more and takes that back, for plans that say what was really read.
    """
    plans: list[Any] = []
    options = "ANALYZE, COSTS OFF, TIMING OFF, " if also_run else ""

    def explain(execute: Callable[..., object], statement: str, params: Any, many: bool, context: Any) -> object:
        if statement.lstrip().startswith(beginnings):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.cursor.execute(f"EXPLAIN ({options}FORMAT JSON) {statement}", params)
                plan = cursor.fetchone()[0]
                plans.append(json.loads(plan) if isinstance(plan, str) else plan)
                transaction.set_rollback(also_run)
        return execute(statement, params, many, context)

    with connection.execute_wrapper(explain):
        yield plans


@contextmanager
def days_scanned(table: str) -> Iterator[set[str]]:
    """Inside a transaction: the partitions of `table` that the block reads, whatever statement reads them.

    A session counts on until PostgreSQL collects its counts, about once a second, so only what is added belongs here.
    """
    days: set[str] = set()
    before = _scans(table)
    yield days
    days |= {day for day, scans in _scans(table).items() if scans > before.get(day, 0)}


def _scans(table: str) -> dict[str, int]:
    found = sql.rows(
        "SELECT relname, seq_scan + coalesce(idx_scan, 0) AS scans FROM pg_stat_xact_user_tables WHERE relname ~ %s",
        [f"^{table}_([0-9]+|default)$"],
    )
    return {row["relname"]: row["scans"] for row in found}


def partition_of(table: str, day: date) -> str:
    """The name of one day's partition."""
    return f"{table}_{day:%Y%m%d}"


def days_of(table: str, first: int, last: int = 0) -> set[str]:
    """The partitions from `first` days from today to `last`, both included."""
    today = datetime.now(UTC).date()
    return {partition_of(table, today + timedelta(days=offset)) for offset in range(first, last + 1)}


def days_since(table: str, first: int) -> set[str]:
    """The partitions from `first` days from today on, as many as there are."""
    begin = partition_of(table, datetime.now(UTC).date() + timedelta(days=first))
    found = {name for (name,) in sql.tuples(PARTITIONS, [table])}
    return {name for name in found - {f"{table}_default"} if begin <= name}


def ninety_days(postgres: EmbeddedPostgres, table: str, fill: str) -> None:
    """Let `table` have its last 90 days, each filled by the INSERT … SELECT `fill`, given the `day`.

    The days stay for the next test of the file, which finds them empty; the fixture `own_days` takes them away.
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


@contextmanager
def own_days(postgres: EmbeddedPostgres, *tables: str) -> Iterator[None]:
    """Afterwards these tables have the days that they had before, whatever was made or dropped meanwhile."""
    with psycopg.connect(postgres.urls.owner) as owner:
        before = {table: _partitions(owner, table) for table in tables}
    yield
    with psycopg.connect(postgres.urls.owner) as owner:
        for table in tables:
            if more := _partitions(owner, table) - before[table]:
                owner.execute(f"DROP TABLE {', '.join(more)}".encode())


def _partitions(owner: psycopg.Connection, table: str) -> set[str]:
    found = owner.execute(PARTITIONS, [table])
    return {name for (name,) in found}


def parts_of(node: Any) -> Iterator[dict[str, Any]]:
    """Every node of a plan."""
    if isinstance(node, list):
        for each in node:
            yield from parts_of(each)
    elif isinstance(node, dict):
        yield node
        for each in node.values():
            yield from parts_of(each)
