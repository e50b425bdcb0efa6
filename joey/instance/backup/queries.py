"""What a database holds, read over a plain connection: for backups, which must hold the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from joey.instance.postgres.make_cluster import APP

RIGHTS = """
    SELECT table_name::text, string_agg(privilege_type, ' ' ORDER BY privilege_type)
    FROM information_schema.role_table_grants WHERE grantee = %s AND table_schema = 'public' GROUP BY 1 ORDER BY 1
"""
SHAPE = """
    SELECT 'constraints', count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        AND contype <> 'n'  -- newer servers keep NOT NULL as one
    UNION ALL SELECT 'indexes', count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT 'triggers', count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
    UNION ALL SELECT 'functions', count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


@dataclass(frozen=True)
class Holdings:
    """What a database holds at one moment. `began` tells two instances apart; a backup keeps it."""

    at: str
    began: str
    migrations: list[str]
    rows: dict[str, int]  # of every table
    last_journal: str
    last_event: str
    last_order_revision: int
    sent: dict[str, list[int]]  # instructions given to the bank, by currency: how many, minor units in all
    rights: dict[str, str]  # what the app role may do with each table; append-only tables have to stay so
    shape: dict[str, int]  # how many constraints, indexes, triggers and functions protect the rows
    bytes: int


@contextmanager
def one_moment(owner_url: str) -> Iterator[psycopg.Connection]:
    """A connection that sees one moment of the database for as long as it is open."""
    with psycopg.connect(owner_url, connect_timeout=10) as owner:
        owner.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        owner.read_only = True
        # The owner role's limits are for migrations; a large backup takes longer.
        owner.execute("SET idle_in_transaction_session_timeout = 0")
        owner.execute("SET statement_timeout = 0")
        yield owner
        owner.rollback()


def snapshot_of(owner: psycopg.Connection) -> str:
    """The name under which another program sees the same moment."""
    return str(_value(owner, "SELECT pg_export_snapshot()"))


def holdings(owner: psycopg.Connection) -> Holdings:
    """Count everything. Tables that this database does not have yet count as empty."""
    tables = _tables(owner)
    rows = {name: int(_value(owner, _count(name))) for name in tables}
    sent = (
        owner.execute(
            "SELECT p.currency, count(*), sum(p.amount_minor)::bigint FROM payouts_payoutattempt a"
            " JOIN payouts_payout p ON p.id = a.payout_id WHERE a.state NOT IN ('prepared', 'withdrawn')"
            " GROUP BY 1 ORDER BY 1"
        ).fetchall()
        if {"payouts_payoutattempt", "payouts_payout"} <= set(tables)
        else []
    )
    done = owner.execute("SELECT app, name, applied FROM django_migrations ORDER BY id").fetchall() if rows else []
    return Holdings(
        at=_moment(_value(owner, "SELECT now()")),
        began=_moment(done[0][2]) if done else "",
        migrations=sorted(f"{app}.{name}" for app, name, _ in done),
        rows=rows,
        last_journal=_last_id(owner, tables, "ledger_journal"),
        last_event=_last_id(owner, tables, "record_event"),
        last_order_revision=_highest(owner, tables, "orders_orderline", "revision"),
        sent={currency: [count, minor] for currency, count, minor in sent},
        rights=dict(owner.execute(RIGHTS, [APP]).fetchall()),
        shape=dict(owner.execute(SHAPE).fetchall()),
        bytes=int(_value(owner, "SELECT pg_database_size(current_database())")),
    )


def erased_since(owner: psycopg.Connection, at: str) -> list[tuple[str, datetime]]:
    """What was erased since that moment and when, oldest first. Where a whole shop was, only the shop.

    A minute before it counts too: an event has the time at which it was written, which is before its commit.
    """
    return owner.execute(
        """
        SELECT e.subject_key, e.happened_at FROM record_event e
        WHERE e.kind = 'texts.erased' AND e.recorded_at > %(at)s::timestamptz - interval '1 minute'
          AND (e.subject_key LIKE 'shop:%%' OR NOT EXISTS (
              SELECT FROM record_event s WHERE s.kind = 'texts.erased' AND s.subject_key LIKE 'shop:%%'
                AND s.facts ->> 'erasure' = e.facts ->> 'erasure'
          ))
        ORDER BY e.id
        """,
        {"at": at},
    ).fetchall()


def is_empty(owner: psycopg.Connection) -> bool:
    """Whether it has no tables at all."""
    return not _tables(owner)


def others_connected(owner: psycopg.Connection) -> int:
    """How many other sessions use this database."""
    return int(
        _value(
            owner,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'",
        )
    )


def _tables(owner: psycopg.Connection) -> list[str]:
    """The public tables; a partitioned table counts for its partitions."""
    found = owner.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition ORDER BY relname"
    ).fetchall()
    return [name for (name,) in found]


def _count(table: str) -> sql.Composed:
    return sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table))


def _last_id(owner: psycopg.Connection, tables: list[str], table: str) -> str:
    """The newest UUIDv7 of a table, "" where it has none."""
    last = sql.SQL("SELECT coalesce((SELECT id::text FROM {} ORDER BY id DESC LIMIT 1), '')")
    return str(_value(owner, last.format(sql.Identifier("public", table)))) if table in tables else ""


def _highest(owner: psycopg.Connection, tables: list[str], table: str, column: str) -> int:
    if table not in tables:
        return 0
    highest = sql.SQL("SELECT coalesce(max({}), 0) FROM {}")
    return int(_value(owner, highest.format(sql.Identifier(column), sql.Identifier("public", table))))


def _value(owner: psycopg.Connection, statement: Any) -> Any:
    row = owner.execute(statement).fetchone()
    assert row
    return row[0]


def _moment(at: datetime) -> str:
    return at.isoformat()
