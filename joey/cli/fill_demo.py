"""Fill the demo in a process of its own, one line of progress at a time; `joey up` calls it."""

from importlib.util import find_spec
from pathlib import Path

import click

from joey.instance.data_folder import data_option

DEMO = "joey.instance.demo.fill_demo"


def has_demo() -> bool:
    """Say whether this Joey brings a demo."""
    return find_spec(DEMO) is not None


@click.command("fill-demo", hidden=True)
@data_option
def fill_demo_command(data: Path) -> None:
    """Fill the demo; safe to call again after it was interrupted."""
    from joey.instance.open_instance import instance

    with instance(data, "fill-demo"):
        from joey.instance.demo.fill_demo import fill_demo

        fill_demo(click.echo)
