"""Find offers of the same item at other marketplaces."""

from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.command()
@click.option("--again", is_flag=True, help="Discard all comparisons and start over, as after a change of the rules.")
@data_option
def match(again: bool, data: Path) -> None:
    """Compare offers that changed with those of other marketplaces; the worker does it every two minutes."""
    from joey.instance.open_instance import instance

    with instance(data, "match"):
        from joey.catalog.same_item.follow import catch_up, forget_everything
        from joey.kit.clock import now

        if again:
            forget_everything()
        done = catch_up(now=now())
    click.echo(f"{done.compared} offers compared with {done.pairs} others that share something with them.")
