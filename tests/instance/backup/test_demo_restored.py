"""In a demo time may be pretended: what `joey settle --as-of` made available is no reason to refuse its backup."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from tests.journeys.running import joey
from tests.mutations.books import committed_books

RULE = "17. What was released had its reports read up to its day"
NOT_READ = """
    ALTER TABLE orders_poll DISABLE TRIGGER USER;
    UPDATE orders_poll SET since = since - interval '20 days', until = until - interval '20 days';
    UPDATE orders_synccursor SET read_until = read_until - interval '20 days',
                                 last_success_at = last_success_at - interval '20 days';
    ALTER TABLE orders_poll ENABLE TRIGGER USER
"""


@pytest.mark.long
def test_a_demo_in_which_time_was_pretended_is_backed_up_restored_and_proved(
    postgres: EmbeddedPostgres, django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> None:
    demo, elsewhere, backup = tmp_path / "demo", tmp_path / "elsewhere", str(tmp_path / "backup")
    demo.mkdir()
    with closing(sqlite3.connect(demo / "sandbox.sqlite3")) as world:
        world.execute("CREATE TABLE sold (id)")
    with django_db_blocker.unblock(), committed_books(postgres):
        with psycopg.connect(postgres.urls.owner) as owner:
            owner.execute(NOT_READ)
        urls = {"DATABASE_URL": postgres.urls.app, "DATABASE_OWNER_URL": postgres.urls.owner}

        refused = joey("prove", "--data", str(tmp_path), timeout=120, **urls)
        made = joey("backup", backup, "--data", str(demo), timeout=120, **urls)
    try:
        came = joey("restore", backup, "--data", str(elsewhere), timeout=120)
        proof = joey("prove", "--data", str(elsewhere), timeout=120)

        assert f"Does not hold: {RULE}" in refused.stdout + refused.stderr
        assert made.returncode == 0, made.stdout + made.stderr
        assert came.returncode == 0, came.stdout + came.stderr
        assert proof.returncode == 0, proof.stdout + proof.stderr
    finally:
        EmbeddedPostgres(elsewhere).remove()
