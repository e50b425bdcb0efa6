"""Run everything on this machine."""

from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Joey's port.")
@click.option("--sandbox-port", default=8001, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-demo", is_flag=True, help="Start empty, without demo and sandbox.")
@data_option
def up(port: int, sandbox_port: int, no_demo: bool, data: Path) -> None:
    """Run everything on this machine until Ctrl-C: database, web, worker, sandbox."""
    from joey.instance.processes.supervisor import run_instance

    run_instance(data, port=port, sandbox_port=None if no_demo else sandbox_port)
