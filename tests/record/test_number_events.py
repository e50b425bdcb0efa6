"""Events get dense numbers in the order of commits, whatever the order in which they were written."""

import os
import random
import signal
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection, connections, transaction

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.record.append import append
from joey.record.number_events import number_events
from joey.record.prove import CHECKS
from joey.record.queries import follow
from tests.at_once import die_after, outcomes
from tests.cast import NOW

WRITE = (
    "WITH written AS (INSERT INTO record_event (kind, version, subject_key, facts, happened_at)"
    " VALUES ('person.made_operator', 1, %s, '{}', now()) RETURNING id)"
    " INSERT INTO record_unnumbered (event_id) SELECT id FROM written"
)


def write(*subjects: str) -> None:
    with transaction.atomic():
        for subject in subjects:
            append("person.made_operator", subject, {}, happened_at=NOW)


def numbered() -> list[tuple[int, str]]:
    return [(each.number, each.event.subject_key) for each in follow(0)]


def holds() -> None:
    for check in CHECKS:
        assert check.first_offender() is None, check.rule


def test_events_are_numbered_from_one_without_a_gap(committed_db: EmbeddedPostgres) -> None:
    write("a", "b")
    write("c")

    assert number_events() == 3
    assert number_events() == 0
    write("d")
    number_events()

    assert numbered() == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]
    assert [each.event.subject_key for each in follow(2, limit=1)] == ["c"]
    assert follow(4) == []
    holds()


def test_two_that_commit_in_the_other_order_are_both_seen_by_a_follower(committed_db: EmbeddedPostgres) -> None:
    with psycopg.connect(committed_db.urls.app) as first, psycopg.connect(committed_db.urls.app) as second:
        first.execute(WRITE, ["written first"])
        second.execute(WRITE, ["committed first"])
        second.commit()

        number_events()
        seen = follow(0)
        first.commit()
        number_events()
        seen += follow(seen[-1].number)

    assert [(each.number, each.event.subject_key) for each in seen] == [(1, "committed first"), (2, "written first")]
    assert seen[0].id > seen[1].id, "by id, the follower would have missed the second"
    holds()


def test_one_run_keeps_the_order_of_commits_where_the_server_knows_it(committed_db: EmbeddedPostgres) -> None:
    if sql.value("SHOW track_commit_timestamp") != "on":
        pytest.skip("this server does not keep commit times")
    with psycopg.connect(committed_db.urls.app) as first, psycopg.connect(committed_db.urls.app) as second:
        first.execute(WRITE, ["a1"])
        second.execute(WRITE, ["b1"])
        first.execute(WRITE, ["a2"])
        second.commit()
        first.commit()

    number_events()

    assert [subject for _number, subject in numbered()] == ["b1", "a1", "a2"]


def test_what_is_rolled_back_takes_no_number(committed_db: EmbeddedPostgres) -> None:
    write("a")
    with psycopg.connect(committed_db.urls.app) as other:
        other.execute(WRITE, ["never"])
        other.rollback()
    write("b")

    number_events()

    assert numbered() == [(1, "a"), (2, "b")]
    holds()


def test_a_transaction_left_open_holds_up_no_other(committed_db: EmbeddedPostgres) -> None:
    with psycopg.connect(committed_db.urls.app) as slow:
        slow.execute(WRITE, ["slow"])
        write("quick")

        assert number_events() == 1
        assert numbered() == [(1, "quick")]
        slow.rollback()


def test_two_sequencers_at_once_give_each_number_once(committed_db: EmbeddedPostgres) -> None:
    write(*(str(n) for n in range(200)))

    given = outcomes(number_events, number_events, number_events)

    assert sum(int(str(each)) for each in given) == 200
    assert [number for number, _subject in numbered()] == list(range(1, 201))
    holds()


@pytest.mark.parametrize("moment", ["pg_try_advisory_xact_lock", "DELETE FROM record_unnumbered"])
def test_a_sequencer_killed_midway_loses_and_doubles_nothing(committed_db: EmbeddedPostgres, moment: str) -> None:
    write("a")
    number_events()
    write("b", "c")

    die_after(moment, number_events)

    assert numbered() == [(1, "a")]
    assert number_events() == 2
    assert numbered() == [(1, "a"), (2, "b"), (3, "c")]
    holds()


def test_a_writer_killed_after_its_event_leaves_neither_event_nor_gap(committed_db: EmbeddedPostgres) -> None:
    die_after("INSERT INTO record_event", lambda: write("never"))
    write("a")

    number_events()

    assert numbered() == [(1, "a")]
    holds()


def test_a_follower_killed_at_any_point_misses_nothing(committed_db: EmbeddedPostgres) -> None:
    """It keeps its cursor with its work, in one transaction; writers and the sequencer go on in any order."""
    shuffled = random.Random(8)
    with psycopg.connect(committed_db.urls.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE copied (number bigint PRIMARY KEY, subject text)")
    try:
        for turn in range(12):
            with psycopg.connect(committed_db.urls.app) as one, psycopg.connect(committed_db.urls.app) as two:
                one.execute(WRITE, [f"{turn}a"])
                two.execute(WRITE, [f"{turn}b"])
                pair = shuffled.sample([one, two], 2)
                pair[0].commit()
                number_events()
                run_and_kill(copy_next, after_statements=turn % 6)
                pair[1].commit()
            number_events()
        copy_next()

        assert sql.tuples("SELECT number, subject FROM copied ORDER BY number") == numbered()
        assert len(numbered()) == 24
        holds()
    finally:
        connections.close_all()
        with psycopg.connect(committed_db.urls.owner, autocommit=True) as owner:
            owner.execute("DROP TABLE copied")


def copy_next() -> None:
    with transaction.atomic():
        cursor = sql.value("SELECT coalesce(max(number), 0) FROM copied")
        for each in follow(cursor):
            sql.execute("INSERT INTO copied VALUES (%s, %s)", [each.number, each.event.subject_key])


def run_and_kill(work: Callable[[], None], *, after_statements: int) -> None:
    """Run `work` in a process of its own that dies after that many statements, or at its end."""
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]  # a child must not share its parent's sockets
    child = os.fork()
    if child == 0:
        left = [after_statements]

        def count(execute: Callable[..., object], *args: object) -> object:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return execute(*args)

        try:
            with connection.execute_wrapper(count):
                work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
