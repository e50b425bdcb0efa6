"""The background worker: it runs jobs, retries those of killed workers, and keeps this host's search index up to date.

A killed worker leaves its jobs marked as running, and their locks held: nothing of that kind would ever run again.
Jobs are safe to run twice, so they are returned to the queue once the worker has been silent for a while.
"""

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING

from joey.instance.processes.keep_index import keep_index

if TYPE_CHECKING:
    from procrastinate import App

SILENT_SECONDS = 30.0  # three missed heartbeats
CHECK_EVERY_SECONDS = 10.0


def run_worker(environment: dict[str, str]) -> None:
    """Set Django up with this environment and work through jobs until a signal stops the process."""
    os.environ.update(environment, DJANGO_SETTINGS_MODULE="joey.site.settings")
    import django

    django.setup()
    from joey.instance.processes.note_settings import note_settings

    note_settings(environment)
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector
    from procrastinate.contrib.django.utils import connector_params
    from procrastinate.psycopg_connector import PsycopgConnector

    assert isinstance(app.connector, DjangoConnector)
    # One connection waits for jobs, more are opened while they run; procrastinate's default keeps four open when idle.
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=5)
    with app.replace_connector(connector) as worker_app:
        asyncio.run(_work(worker_app))


async def _work(app: "App") -> None:
    async with app.open_async():
        beside = [asyncio.create_task(_retry_stalled_regularly(app)), asyncio.create_task(keep_index())]
        try:
            await app.run_worker_async(concurrency=2, delete_jobs="successful", shutdown_graceful_timeout=10)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)


async def _retry_stalled_regularly(app: "App") -> None:
    from procrastinate.exceptions import ConnectorException

    while True:
        with contextlib.suppress(ConnectorException):  # the database is unavailable: the worker itself reports it
            await retry_stalled_jobs(app)
        await asyncio.sleep(CHECK_EVERY_SECONDS)


async def retry_stalled_jobs(app: "App", silent_seconds: float = SILENT_SECONDS) -> int:
    """Return jobs of silent workers to the queue, and return how many there were.

    A job whose next run is queued already is closed instead: that run only waits for the lock.
    """
    from procrastinate.exceptions import UniqueViolation
    from procrastinate.jobs import Status

    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_seconds))
    for job in stalled:
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            await app.job_manager.finish_job(job, status=Status.ABORTED, delete_job=False)
    return len(stalled)
