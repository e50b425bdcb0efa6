"""The PostgreSQL that the tests run on: one throw-away cluster a session, emptied after tests that commit."""

import json
import os
import shutil
import tempfile
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from psycopg import sql

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.instance.postgres.find_binaries import SYSTEM_ROOT
from joey.site.settings import database

# Speed that only a throw-away cluster may take; what the program itself starts is always durable.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
NOTE = "tests.json"
KEPT = ("django_migrations", "django_content_type", "auth_permission")
PRISTINE = "pristine"


def other_binaries() -> Path | None:
    """Return Debian's programs when JOEY_TEST_POSTGRES names a version, else None for the embedded ones."""
    version = os.environ.get("JOEY_TEST_POSTGRES", "")
    return Path(f"/usr/lib/postgresql/{version}/bin") if version else None


def throw_away_postgres() -> EmbeddedPostgres:
    """Return a cluster that is not started yet; its addresses are known already."""
    _sweep()
    data = Path(tempfile.mkdtemp(prefix="joey-tests-"))
    (data / NOTE).write_text(json.dumps({"pid": os.getpid()}))
    return EmbeddedPostgres(data, binaries=other_binaries(), settings=HASTY)


def point_django_at(postgres: EmbeddedPostgres) -> None:
    """Let Django in this process, and Joey's own processes started from it, use this cluster."""
    urls = postgres.urls
    os.environ |= {"DATABASE_URL": urls.app, "DATABASE_OWNER_URL": urls.owner, "JOEY_DATA": str(postgres.data)}
    # pytest-django has loaded the settings before any conftest; no connection is open yet.
    settings.DATABASES["default"].update(database(urls.app, pool=True))
    settings.DATABASES["owner"].update(database(urls.owner, pool=False))
    settings.DATA = postgres.data


def migrate(postgres: EmbeddedPostgres) -> None:
    """Run all migrations as the owner and remember the rows that they brought."""
    call_command("migrate", database="owner", verbosity=0)
    with psycopg.connect(postgres.urls.owner) as owner:
        owner.execute(f"CREATE SCHEMA {PRISTINE}")
        for table in _tables_with_rows(owner):
            copy = sql.SQL("CREATE TABLE {} AS TABLE {}")
            owner.execute(copy.format(sql.Identifier(PRISTINE, table), sql.Identifier("public", table)))


def empty_again(postgres: EmbeddedPostgres) -> None:
    """Bring every table back to what it held after the migrations."""
    with psycopg.connect(postgres.urls.owner, options="-c lock_timeout=5s") as owner:
        filled = _tables_with_rows(owner)
        if not filled:
            return
        names = sql.SQL(", ").join(sql.Identifier("public", table) for table in filled)
        owner.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
        pristine = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [PRISTINE]).fetchall()
        for (table,) in pristine:  # foreign keys are checked at the commit, so the order does not matter
            columns = sql.SQL(", ").join(sql.Identifier(name) for name in _writable_columns(owner, table))
            back = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}")
            here, there = sql.Identifier("public", table), sql.Identifier(PRISTINE, table)
            owner.execute(back.format(here, columns, columns, there))


def without_triggers(owner: psycopg.Connection) -> None:
    """Let the owner write past every trigger, as someone with the files could. Roll this transaction back."""
    with_triggers = owner.execute(
        "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    for (table,) in with_triggers.fetchall():
        owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))


def throw_away(postgres: EmbeddedPostgres) -> None:
    """Stop the server and delete everything."""
    postgres.remove()
    shutil.rmtree(postgres.data, ignore_errors=True)


def _tables_with_rows(owner: psycopg.Connection) -> list[str]:
    """Names of the public tables (a partitioned one stands for its partitions) that hold a row."""
    tables = owner.execute(
        """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
          AND relname <> ALL (%s)
        ORDER BY relname
        """,
        [list(KEPT)],
    ).fetchall()
    if not tables:
        return []
    one = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    each = [one.format(sql.Literal(name), sql.Identifier("public", name)) for (name,) in tables]
    return [name for (name,) in owner.execute(sql.SQL(" UNION ALL ").join(each)).fetchall()]


def _writable_columns(owner: psycopg.Connection, table: str) -> list[str]:
    rows = owner.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [f'public."{table}"'],
    ).fetchall()
    return [name for (name,) in rows]


def _sweep() -> None:
    """Delete what test sessions left that were killed before they could."""
    for note in Path(tempfile.gettempdir()).glob(f"joey-tests-*/{NOTE}"):
        try:
            pid = json.loads(note.read_text())["pid"]
        except (OSError, ValueError, KeyError):
            continue
        if not Path(f"/proc/{pid}").exists() and SYSTEM_ROOT.parent.exists():
            throw_away(EmbeddedPostgres(note.parent))
