"""A look-up of the fast path outlives the connections that it kept."""

import asyncio
from dataclasses import dataclass

from joey.edge.look_up import LookUp
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from tests.edge.test_bad_times import with_connection

END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'joey edge'"


@dataclass(frozen=True)
class Number:
    number: int


def test_when_every_kept_connection_has_died_the_next_question_is_answered(committed_db: EmbeddedPostgres) -> None:
    asyncio.run(_asked_after_all_have_died(LookUp(committed_db.urls.app, connections=4, wait_seconds=10)))


async def _asked_after_all_have_died(look_up: LookUp) -> None:
    try:
        questions = (f"SELECT {number} AS number FROM pg_sleep(0.3)" for number in range(12))
        await asyncio.gather(*(look_up.one(Number, question, ()) for question in questions))
        await asyncio.to_thread(with_connection, END_ALL)

        assert await look_up.one(Number, "SELECT 7 AS number", ()) == Number(7)
    finally:
        await look_up.close()
