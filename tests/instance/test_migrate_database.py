"""Migrations run as the owner, leave their fingerprint, and bind the app role to rows."""

import psycopg
import pytest
from django.core.management import call_command

from joey.instance.migrate_database import is_migrated, note_migrated
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres


def test_the_fingerprint_says_whether_this_joeys_migrations_ran(committed_db: EmbeddedPostgres) -> None:
    owner_url = committed_db.urls.owner
    with psycopg.connect(owner_url) as owner:
        owner.execute("COMMENT ON SCHEMA public IS 'joey migrations of another version'")
    assert not is_migrated(owner_url)

    note_migrated(owner_url)

    assert is_migrated(owner_url)


def test_every_table_belongs_to_the_owner_and_the_app_role_can_read_it(committed_db: EmbeddedPostgres) -> None:
    with psycopg.connect(committed_db.urls.owner) as owner:
        tables = owner.execute(
            "SELECT tablename, tableowner, has_table_privilege('joey_app', quote_ident(tablename), 'SELECT')"
            " FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()

    assert len(tables) > 20
    assert {(owner, readable) for _, owner, readable in tables} == {("joey_owner", True)}


def test_the_app_role_can_neither_change_tables_nor_empty_them(committed_db: EmbeddedPostgres) -> None:
    for sql in (
        "ALTER TABLE people_personsession ADD COLUMN more int",
        "DROP TABLE people_personsession",
        "TRUNCATE people_personsession",
    ):
        with psycopg.connect(committed_db.urls.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(sql)


def test_running_them_again_changes_nothing(committed_db: EmbeddedPostgres) -> None:
    with psycopg.connect(committed_db.urls.owner) as owner:
        before = owner.execute("SELECT count(*) FROM django_migrations").fetchone()

    call_command("migrate", database="owner", verbosity=0)

    with psycopg.connect(committed_db.urls.owner) as owner:
        assert owner.execute("SELECT count(*) FROM django_migrations").fetchone() == before
