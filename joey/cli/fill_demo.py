"""Fill the demo; `joey up` runs this command in a process of its own and prints its progress."""

from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.command("fill-demo", hidden=True)
@data_option
def fill_demo_command(data: Path) -> None:
    """Fill the demo; safe to call again after it was interrupted."""
    from joey.instance.open_instance import instance

    with instance(data, "fill-demo"):
        from joey.instance.demo.fill_demo import fill_demo

        fill_demo(click.echo)
