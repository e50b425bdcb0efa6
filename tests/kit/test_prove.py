"""A proof reads one moment of the books, however long it takes and whatever is written meanwhile."""

import threading

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.kit.prove import AT_ONCE, Check, verdicts

ASKED = "INSERT INTO kit_ratewindow (digest, hits, ends_at) VALUES (sha256('x'), 7, now())"
EMPTY = Check("no one asked", "SELECT hits FROM kit_ratewindow")
ME = Check("", "SELECT pg_backend_pid() AS process")


def test_what_is_written_during_a_proof_is_no_part_of_it(committed_db: EmbeddedPostgres) -> None:
    written = threading.Event()

    def asks() -> str:
        with psycopg.connect(committed_db.urls.owner) as other:
            other.execute(ASKED)
        written.set()
        return EMPTY.query

    def comes_later() -> str:
        written.wait(10)
        return EMPTY.query

    judged = verdicts([Check("asks", asks), Check("beside it", comes_later), EMPTY])

    assert [(verdict.rule, verdict.offender) for verdict in judged] == [
        ("asks", None),
        ("beside it", None),
        ("no one asked", None),
    ]
    (now,) = verdicts([EMPTY])
    assert (now.offender, now.facts) == ({"hits": 7}, "hits 7")


def test_rules_are_judged_two_at_a_time_and_come_in_their_order(committed_db: EmbeddedPostgres) -> None:
    both = threading.Barrier(AT_ONCE)

    def waits_for_the_other() -> str:
        both.wait(10)
        return ME.query

    judged = list(verdicts([Check(str(number), waits_for_the_other) for number in range(2 * AT_ONCE)]))

    assert [verdict.rule for verdict in judged] == ["0", "1", "2", "3"]
    assert len({str(verdict.offender) for verdict in judged}) == AT_ONCE


def test_a_caller_that_has_seen_enough_waits_for_no_more_rules(committed_db: EmbeddedPostgres) -> None:
    judged = 0

    def counted() -> str:
        nonlocal judged
        judged += 1
        return "SELECT 1 AS wrong FROM pg_sleep(0.05)"

    found = verdicts([Check("", counted)] * 50)
    assert next(found).offender
    found.close()

    assert judged < 10
    with psycopg.connect(committed_db.urls.owner) as other:
        idle = other.execute("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'").fetchone()
    assert idle == (0,)


def test_what_is_being_judged_is_cancelled_when_its_caller_has_seen_enough(committed_db: EmbeddedPostgres) -> None:
    begun = threading.Event()
    ended: list[str] = []

    def begins() -> str:
        begun.wait(10)
        return "SELECT 1 AS wrong"

    def takes_long() -> str:
        begun.set()
        try:
            sql.execute("SELECT pg_sleep(20)")
        except DatabaseError as error:
            ended.append(str(error))
            raise
        return EMPTY.query

    found = verdicts([Check("", begins), Check("", takes_long)])
    assert next(found).offender
    found.close()

    assert [error.strip() for error in ended] == ["canceling statement due to user request"]


def test_a_proof_judges_on_connections_outside_the_pool(committed_db: EmbeddedPostgres) -> None:
    outside: list[bool] = []

    def looks() -> str:
        outside.append(connection.pool is None)  # type: ignore[attr-defined]
        return ME.query

    list(verdicts([Check("", looks), Check("", looks)]))

    assert connection.pool is not None  # type: ignore[attr-defined]
    assert outside == [True, True]


def test_a_rule_that_cannot_be_judged_says_so_and_stops_no_other(committed_db: EmbeddedPostgres) -> None:
    def reads_what_is_gone() -> str:
        return dict[str, str]()["text"]

    checks = [EMPTY, Check("", "SELECT 1 / 0 AS wrong"), Check("", reads_what_is_gone), EMPTY]
    found = [each.facts for each in verdicts(checks)]
    with transaction.atomic():
        inside = [each.facts for each in verdicts(checks)]

    assert found == inside == ["", "not judged DataError: division by zero", "not judged KeyError: 'text'", ""]


def test_a_database_that_is_gone_says_nothing_of_a_rule(committed_db: EmbeddedPostgres) -> None:
    def asks() -> str:
        raise OperationalError("the connection is lost")

    with pytest.raises(OperationalError, match="the connection is lost"):
        list(verdicts([Check("", asks), EMPTY]))


def test_a_rule_whose_transaction_cannot_be_ended_says_so(committed_db: EmbeddedPostgres) -> None:
    def fail() -> None:
        raise ConnectionError("the server is gone")

    def ends_badly() -> str:
        transaction.on_commit(fail)
        return EMPTY.query

    with pytest.raises(ConnectionError, match="the server is gone"):
        list(verdicts([Check("", ends_badly), EMPTY, EMPTY]))


def test_a_proof_writes_nothing(committed_db: EmbeddedPostgres) -> None:
    writing = Check("", "SELECT nextval('orders_revision') AS taken")

    (judged,) = verdicts([writing])

    assert "read-only" in judged.facts


def test_a_proof_inside_a_transaction_sees_what_that_wrote(committed_db: EmbeddedPostgres) -> None:
    with transaction.atomic():
        sql.execute(ASKED)
        (seen,) = verdicts([EMPTY])
        transaction.set_rollback(True)

    assert seen.offender == {"hits": 7}
    assert not connection.in_atomic_block
