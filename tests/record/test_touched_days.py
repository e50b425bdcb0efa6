"""With 90 days of events, each hot query touches the days it must and no other."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.partitions import first_id_of
from joey.record.append import append
from joey.record.number_events import number_events
from joey.record.queries import events_of, follow
from tests.cast import NOW
from tests.plans import DAYS, days_of, days_scanned, ninety_days, own_days, parts_of, plans_of, touched_by
from tests.slow import slow

EVENTS = """
INSERT INTO record_event (id, kind, version, subject_key, facts, happened_at)
SELECT overlay(joey_first_id_of(%(day)s)::text PLACING lpad(to_hex(n), 8, '0') FROM 29)::uuid, 'person.joined', 1,
       'order_line:' || n, '{{"by": "email"}}', now()
FROM generate_series(1, {rows}) AS n
"""


@pytest.fixture(scope="module", autouse=True)
def days(postgres: EmbeddedPostgres, django_db_setup: None) -> Iterator[None]:
    with own_days(postgres, "record_event"):
        yield


@pytest.fixture(params=[200, slow(20_000)])
def ninety(committed_db: EmbeddedPostgres, request: pytest.FixtureRequest) -> None:
    ninety_days(committed_db, "record_event", EVENTS.format(rows=request.param))


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def test_what_happened_to_an_order_line_is_read_from_its_day_on(ninety: None) -> None:
    line = f"order_line:{first_id_of(ago(3))}".replace("-0000-0000-", "-7000-8000-")
    with transaction.atomic():
        append("person.made_operator", line, {}, happened_at=NOW)

    # one day earlier: the host that made the line's id may have another clock
    assert touched_by(lambda: events_of([line])) == days_of("record_event", -4)
    assert [event.subject_key for event in events_of([line])] == [line]


def test_the_last_hour_is_read_from_its_day_alone(ninety: None) -> None:
    touched = touched_by(lambda: events_of(["report:1"], since=ago(1 / 24)))

    assert touched <= days_of("record_event", -1, 1)
    assert len(touched) == len({ago(0).date(), ago(1 / 24).date(), (ago(0) + timedelta(minutes=5)).date()})


def test_a_key_without_a_day_is_looked_up_in_every_day_by_index(ninety: None) -> None:
    """Plans and pauses are numbered: nothing says when they were made, and they are few. Also rows outside all days."""
    assert touched_by(lambda: events_of(["plan:1"])) == days_of("record_event", -DAYS + 1) | {"record_event_default"}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # two hundred rows are read faster without their index
        with plans_of("SELECT") as plans:
            events_of(["plan:1"])
    read = [part for part in parts_of(plans) if part.get("Relation Name") in days_of("record_event", -DAYS + 1)]
    assert len(read) == DAYS
    assert all("subject_key" in part.get("Index Cond", part.get("Recheck Cond", "")) for part in read)


def test_a_follower_reads_only_the_days_of_the_next_events(ninety: None) -> None:
    with transaction.atomic():
        append("person.made_operator", "person:1", {}, happened_at=NOW)
    number_events()

    assert touched_by(lambda: follow(0)) == days_of("record_event", 0) | {"record_eventnumber"}


def test_numbering_reads_no_day_at_all(ninety: None) -> None:
    with transaction.atomic():
        append("person.made_operator", "person:1", {}, happened_at=NOW)

    with transaction.atomic(), days_scanned("record_event") as scanned:
        number_events()

    assert scanned == set()
