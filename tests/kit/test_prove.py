"""A proof reads one moment of the books, however long it takes and whatever is written meanwhile."""

import psycopg
import pytest
from django.db import DatabaseError

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.prove import Check, verdicts

BEFORE = Check("nothing is wrong yet", "SELECT 1 AS wrong WHERE false")
EMPTY = Check("no one asked", "SELECT hits FROM kit_ratewindow")
ASKED = "INSERT INTO kit_ratewindow (digest, hits, ends_at) VALUES (sha256('x'), 7, now())"


def test_what_is_written_during_a_proof_is_no_part_of_it(committed_db: EmbeddedPostgres) -> None:
    judged = verdicts([BEFORE, EMPTY])
    assert next(judged).offender is None

    with psycopg.connect(committed_db.urls.owner) as other:
        other.execute(ASKED)

    assert [(verdict.rule, verdict.offender) for verdict in judged] == [("no one asked", None)]
    (now,) = verdicts([EMPTY])
    assert (now.offender, now.facts) == ({"hits": 7}, "hits 7")


def test_a_proof_writes_nothing(committed_db: EmbeddedPostgres) -> None:
    writing = Check("", "SELECT nextval('orders_revision') AS taken")

    with pytest.raises(DatabaseError, match="read-only"):
        list(verdicts([writing]))
