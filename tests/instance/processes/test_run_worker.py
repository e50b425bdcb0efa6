"""Jobs of a killed worker run again; nothing waits for ever behind their locks."""

import asyncio

import psycopg
from procrastinate import App, PsycopgConnector

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.instance.processes.run_worker import retry_stalled_jobs


def jobs(postgres: EmbeddedPostgres) -> list[tuple[str, str]]:
    with psycopg.connect(postgres.urls.app) as app:
        return app.execute("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id").fetchall()


def killed_worker_left(postgres: EmbeddedPostgres, task: str, queueing_lock: str | None) -> None:
    """A job that is being done by a worker whose last sign of life is a minute old."""
    with psycopg.connect(postgres.urls.app) as app:
        app.execute(
            """
            WITH worker AS (
                INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id
            )
            INSERT INTO procrastinate_jobs (task_name, queue_name, status, lock, queueing_lock, worker_id)
            SELECT %s, 'default', 'doing', %s, %s, id FROM worker
            """,
            [task, task, queueing_lock],
        )


def retry_stalled_once(postgres: EmbeddedPostgres) -> int:
    async def once() -> int:
        app = App(connector=PsycopgConnector(conninfo=postgres.urls.app))
        async with app.open_async():
            return await retry_stalled_jobs(app)

    return asyncio.run(once())


def test_a_killed_workers_job_runs_again(committed_db: EmbeddedPostgres) -> None:
    killed_worker_left(committed_db, "orders.sync", None)

    assert retry_stalled_once(committed_db) == 1

    assert jobs(committed_db) == [("orders.sync", "todo")]


def test_a_killed_workers_job_that_is_queued_again_only_releases_its_lock(
    committed_db: EmbeddedPostgres,
) -> None:
    killed_worker_left(committed_db, "orders.sync", "orders.sync")
    with psycopg.connect(committed_db.urls.app) as app:
        app.execute(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, lock, queueing_lock)"
            " VALUES ('orders.sync', 'default', 'orders.sync', 'orders.sync')"
        )

    retry_stalled_once(committed_db)

    assert jobs(committed_db) == [("orders.sync", "aborted"), ("orders.sync", "todo")]


def test_a_living_workers_job_is_left_to_it(committed_db: EmbeddedPostgres) -> None:
    killed_worker_left(committed_db, "orders.sync", None)
    with psycopg.connect(committed_db.urls.app) as app:
        app.execute("UPDATE procrastinate_workers SET last_heartbeat = now()")

    assert retry_stalled_once(committed_db) == 0

    assert jobs(committed_db) == [("orders.sync", "doing")]


def test_tests_that_commit_start_empty(committed_db: EmbeddedPostgres) -> None:
    assert jobs(committed_db) == []  # the tests above left some
