"""The health page says when the partitions of the coming days are missing, long before rows need them."""

import psycopg
from django.db import connection

from joey.insight.health import health
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.clock import now
from joey.kit.jobs import make_partitions
from joey.kit.partitions import DAYS_LEFT_MIN
from tests.plans import days_of


def missing() -> list[str]:
    return [trouble for trouble in health(now=now()).troubles if "partitions" in trouble]


def test_missing_days_are_a_trouble_until_the_job_has_made_them(committed_db: EmbeddedPostgres) -> None:
    assert missing() == []
    connection.close()
    with psycopg.connect(committed_db.urls.owner) as owner:
        owner.execute(f"DROP TABLE {', '.join(days_of('record_event', DAYS_LEFT_MIN - 1, 14))}".encode())

    (trouble,) = missing()
    assert "record_event." in trouble

    make_partitions(timestamp=0)
    assert missing() == []
