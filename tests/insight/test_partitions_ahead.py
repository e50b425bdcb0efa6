"""The health page says when the partitions of the coming days are missing, long before rows need them."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from joey.insight.health import health
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.clock import now
from joey.kit.jobs import make_partitions
from joey.kit.partitions import DAYS_LEFT_MIN, partitioned_tables
from tests.plans import days_since, own_days


@pytest.fixture(autouse=True)
def days(committed_db: EmbeddedPostgres) -> Iterator[None]:
    with own_days(committed_db, *partitioned_tables()):
        yield


def missing() -> list[str]:
    return [trouble for trouble in health(now=now()).troubles if "partitions" in trouble]


def test_missing_days_are_a_trouble_until_the_job_has_made_them(committed_db: EmbeddedPostgres) -> None:
    assert missing() == []
    dropped = days_since("record_event", DAYS_LEFT_MIN - 1)
    connection.close()
    with psycopg.connect(committed_db.urls.owner) as owner:
        owner.execute(f"DROP TABLE {', '.join(dropped)}".encode())

    (trouble,) = missing()
    assert "record_event." in trouble

    make_partitions(timestamp=0)
    assert missing() == []
