"""The background worker, the second chance for jobs whose worker was killed, and the search index of this host.

A killed worker leaves its jobs marked as being done, and their locks with them: nothing of that kind would ever
run again. Jobs are written to be safe to run twice, so they are given back once the worker is silent.
"""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from joey.instance.data_folder import data_option
from joey.instance.processes.keep_index import keep_index

if TYPE_CHECKING:
    from procrastinate import App

SILENT_SECONDS = 30.0  # three missed heartbeats
LOOK_EVERY_SECONDS = 10.0


@click.command()
@data_option
def work(data: Path) -> None:
    """Work through background jobs. DATABASE_URL and JOEY_URL say what and as what."""
    from joey.cli.serve import deployed

    os.environ.update(deployed(data), DJANGO_SETTINGS_MODULE="joey.site.settings")
    import django

    django.setup()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector
    from procrastinate.contrib.django.utils import connector_params
    from procrastinate.psycopg_connector import PsycopgConnector

    assert isinstance(app.connector, DjangoConnector)
    # One that waits for jobs, and more while they run; procrastinate's own choice keeps four connections when idle.
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=5)
    with app.replace_connector(connector) as worker_app:
        asyncio.run(_work(worker_app))


async def _work(app: "App") -> None:
    async with app.open_async():
        beside = [asyncio.create_task(_keep_giving_back(app)), asyncio.create_task(keep_index())]
        try:
            await app.run_worker_async(concurrency=2, delete_jobs="successful", shutdown_graceful_timeout=10)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)


async def _keep_giving_back(app: "App") -> None:
    from procrastinate.exceptions import ConnectorException

    while True:
        with contextlib.suppress(ConnectorException):  # the database is away: the worker itself says so
            await give_back(app)
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def give_back(app: "App", silent_seconds: float = SILENT_SECONDS) -> int:
    """Let jobs of silent workers run again and return how many; one that already waits again is closed instead."""
    from procrastinate.exceptions import UniqueViolation
    from procrastinate.jobs import Status

    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_seconds))
    for job in stalled:
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:  # its next run is queued already, and waits only for this one's lock
            await app.job_manager.finish_job(job, status=Status.ABORTED, delete_job=False)
    return len(stalled)
