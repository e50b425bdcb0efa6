"""Serve the web faces in a deployment."""

import os
import sys
from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.instance.deployed_environment import deployed_environment
from joey.instance.processes.server_command import WEB, granian


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=os.cpu_count() or 1, show_default=True, type=click.IntRange(1, 256))
@data_option
def serve(host: str, port: int, workers: int, data: Path) -> None:
    """Serve the web faces. Requires DATABASE_URL and JOEY_URL."""
    environment = deployed_environment(data)
    sys.stdout.flush()
    command = granian(WEB, host=host, port=port, workers=workers)
    # This process is replaced, so that signals reach the server itself.
    os.execve(command[0], command, environment)  # noqa: S606
