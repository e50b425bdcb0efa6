"""Run background jobs in a deployment."""

from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.command()
@data_option
def work(data: Path) -> None:
    """Work through background jobs until stopped. Requires DATABASE_URL and JOEY_URL."""
    from joey.instance.deployed_environment import deployed_environment
    from joey.instance.processes.run_worker import run_worker

    run_worker(deployed_environment(data))
