"""The PostgreSQL that the tests run on: one throw-away cluster a session, emptied after tests that commit."""

import json
import os
import pwd
import shutil
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg import sql

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.instance.postgres.find_binaries import SYSTEM_ROOT
from joey.instance.postgres.make_cluster import DATABASE, IDENT_MAP, OWNER, SUPERUSER, write_for_server
from joey.site.settings import database

# Speed that only a throw-away cluster may take; what the program itself starts is always durable.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
NOTE = "tests.json"
KEPT = ("django_migrations", "django_content_type", "auth_permission")
PRISTINE = "pristine"
LARGE = 1_000_000  # bytes of a table from which on it is truncated
DAYS_AHEAD = 3
CHANNEL = "Pay by Test, licence Z2000"
MEMORY = Path("/dev/shm")
MEMORY_ENOUGH = 2_000_000_000  # bytes that are free


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
    # Some tests name the gateways of real marketplaces. Those that search at one say how often.
    os.environ["JOEY_SEARCHES_PER_DAY"] = "0"
    settings.JOEY_SEARCHES_PER_DAY = 0
    connection_created.connect(_have_a_temporary_schema)
    os.environ["JOEY_LICENSED_CHANNEL_CNY"] = CHANNEL
    settings.JOEY_LICENSED_CHANNELS = {"CNY": CHANNEL}


def _have_a_temporary_schema(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Make the session's schema of temporary tables before a test does so and takes it back.

    Each time it comes or goes, PostgreSQL forgets the plan of everything that is prepared (tests/proof.py).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_my_temp_schema()")
        if cursor.fetchone() == (0,):
            cursor.execute("CREATE TEMP TABLE first (); DROP TABLE first")


def migrate(postgres: EmbeddedPostgres) -> None:
    """Run all migrations as the owner and remember the rows that they brought.

    With few days ahead: each statement opens every partition of its table, and prove, which tests end with, reads all.
    """
    with patch("joey.kit.partitions.DAYS_AHEAD", DAYS_AHEAD):
        call_command("migrate", database="owner", verbosity=0)
    with psycopg.connect(postgres.urls.owner) as owner:
        owner.execute(f"CREATE SCHEMA {PRISTINE}")
        owner.execute(_each("CREATE TABLE {1} AS TABLE {0}", _filled(owner)))
    _keep_temporary_tables_in_memory(postgres)


def _keep_temporary_tables_in_memory(postgres: EmbeddedPostgres) -> None:
    """A step of Joey makes a dozen of them, three files each, and a disk's file system is slow to make files."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < MEMORY_ENOUGH:
        return
    folder = _memory_of(postgres)
    folder.mkdir(mode=0o700)
    if postgres.run_as:
        os.chown(folder, postgres.run_as.uid, postgres.run_as.gid)
    with _connect_past_triggers(postgres) as connection:
        connection.execute(sql.SQL("CREATE TABLESPACE memory LOCATION {}").format(str(folder)))
        connection.execute("GRANT CREATE ON TABLESPACE memory TO PUBLIC")
        connection.execute(sql.SQL("ALTER DATABASE {} SET temp_tablespaces = memory").format(sql.Identifier(DATABASE)))


def _memory_of(postgres: EmbeddedPostgres) -> Path:
    return MEMORY / postgres.data.name


def empty_again(postgres: EmbeddedPostgres) -> None:
    """Bring every table back to what it held after the migrations.

    TRUNCATE takes along every table that refers to the truncated ones, and makes new files for each of them and of
    their indexes: a quarter of a second after any test. Deleting the few rows past triggers and foreign keys takes a
    tenth of that. What has grown large, also by rows that were deleted, is truncated all the same.
    """
    with _past_triggers(postgres) as connection:
        filled = _filled(connection)
        connection.execute(_each("LOCK TABLE {0} IN ACCESS EXCLUSIVE MODE", filled))  # no one is still writing
        large = sql.SQL(", ").join(sql.Identifier("public", table) for table, size in filled.items() if size > LARGE)
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(large) if large.as_string() else "SELECT")
        connection.execute(_each("DELETE FROM {0}", filled))
        kept = [table for (table,) in connection.execute(_PRISTINE_TABLES).fetchall()]
        connection.execute(_each("DELETE FROM {0}", kept))
        connection.execute(_each("INSERT INTO {0} OVERRIDING SYSTEM VALUE SELECT * FROM {1}", kept))


def keep_as(postgres: EmbeddedPostgres, schema: str) -> None:
    """Copy every table that holds a row into a schema of this name."""
    with psycopg.connect(postgres.urls.owner) as owner:
        owner.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        owner.execute(_each("CREATE TABLE {1} AS TABLE {0}", _filled(owner), schema))


def bring_back(postgres: EmbeddedPostgres, schema: str) -> None:
    """Let every table hold what it held when `keep_as` copied it."""
    empty_again(postgres)
    again = sql.SQL("DELETE FROM {0}; INSERT INTO {0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM {2}")
    with _past_triggers(postgres) as connection:
        for table, names in connection.execute(_WRITABLE_COLUMNS, [schema]).fetchall():
            columns = sql.SQL(", ").join(map(sql.Identifier, names))
            places = sql.Identifier("public", table), sql.Identifier(schema, table)
            connection.execute(again.format(places[0], columns, places[1]))


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
    if kept := _kept.pop(postgres.urls.owner, None):
        kept.close()
    postgres.remove()
    shutil.rmtree(_memory_of(postgres), ignore_errors=True)
    shutil.rmtree(postgres.data, ignore_errors=True)


_PRISTINE_TABLES = f"SELECT tablename FROM pg_tables WHERE schemaname = '{PRISTINE}'"

# What can be written of the tables that a schema has a copy of: what the database works out itself cannot.
_WRITABLE_COLUMNS = """
    SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid JOIN pg_tables t ON t.tablename = c.relname
    WHERE c.relnamespace = 'public'::regnamespace AND t.schemaname = %s
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY 1 ORDER BY 1
"""

# Sizes in bytes; a partitioned table stands for its partitions.
_TABLES_WITH_PAGES = """
    SELECT root.relname, sum(pg_relation_size(leaf.oid))::bigint
    FROM pg_class root LEFT JOIN pg_inherits ON inhparent = root.oid
    JOIN pg_class leaf ON leaf.oid = coalesce(inhrelid, root.oid)
    WHERE root.relnamespace = 'public'::regnamespace AND root.relkind IN ('r', 'p') AND NOT root.relispartition
      AND root.relname <> ALL (%s)
    GROUP BY 1 HAVING sum(pg_relation_size(leaf.oid)) > 0
"""


def _filled(connection: psycopg.Connection) -> dict[str, int]:
    """The public tables that hold a row, or did, with their sizes."""
    return dict(connection.execute(_TABLES_WITH_PAGES, [list(KEPT)]).fetchall())


def _each(statement: str, tables: Iterable[str], schema: str = PRISTINE) -> sql.Composed:
    """The statement for every table, as one; {0} is the table and {1} its copy in the schema."""
    one = sql.SQL(statement)
    return sql.SQL("; ").join(
        [sql.SQL("SELECT")]
        + [one.format(sql.Identifier("public", name), sql.Identifier(schema, name)) for name in tables]
    )


@contextmanager
def _past_triggers(postgres: EmbeddedPostgres) -> Iterator[psycopg.Connection]:
    """One transaction of the superuser, in a session that is kept for the next: a new one knows no table yet."""
    kept = _kept.get(postgres.urls.owner)
    if kept is None or not _answers(kept):
        kept = _kept[postgres.urls.owner] = _connect_past_triggers(postgres)
    with kept.transaction():
        yield kept


_kept: dict[str, psycopg.Connection] = {}


def _answers(connection: psycopg.Connection) -> bool:
    try:
        connection.execute("SELECT")
    except psycopg.Error:
        connection.close()
        return False
    return True


def _connect_past_triggers(postgres: EmbeddedPostgres) -> psycopg.Connection:
    """As the superuser, whom no cluster of Joey lets in: the first time of each start this opens it for the tests."""
    url = postgres.urls.owner.replace(f"//{OWNER}@", f"//{SUPERUSER}@")
    options = "-c lock_timeout=5s -c session_replication_role=replica"
    for turn in range(50):
        try:
            return psycopg.connect(url, options=options, autocommit=True)
        except psycopg.OperationalError:
            if turn == 0:
                _let_superuser_in(postgres)
            time.sleep(0.1)
    return psycopg.connect(url, options=options, autocommit=True)


def _let_superuser_in(postgres: EmbeddedPostgres) -> None:
    pid = postgres.pid()
    assert pid, "PostgreSQL does not run"
    for name, rule in (
        ("pg_hba.conf", f"local {DATABASE} {SUPERUSER} peer map={IDENT_MAP}\n"),
        ("pg_ident.conf", f'{IDENT_MAP} "{pwd.getpwuid(os.geteuid()).pw_name}" {SUPERUSER}\n'),
    ):
        file = postgres.cluster / name
        write_for_server(file, file.read_text() + rule, postgres.run_as)
    os.kill(pid, signal.SIGHUP)


def _sweep() -> None:
    """Delete what test sessions left that were killed before they could."""
    for note in Path(tempfile.gettempdir()).glob(f"joey-tests-*/{NOTE}"):
        try:
            pid = json.loads(note.read_text())["pid"]
        except (OSError, ValueError, KeyError):
            continue
        if not Path(f"/proc/{pid}").exists() and SYSTEM_ROOT.parent.exists():
            try:
                note.rename(note.with_suffix(".taken"))
            except FileNotFoundError:  # by the session beside this one
                continue
            throw_away(EmbeddedPostgres(note.parent))
