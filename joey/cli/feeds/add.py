"""Add the address of a feed."""

from datetime import time
from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding_if_named, operator_if_named


@click.command()
@click.argument("marketplace", metavar="feed:NAME")
@click.option(
    "--address", prompt="Address of the list (not shown)", hide_input=True, metavar="URL",
    help="Where the list is. Without it you are asked, so that no shell keeps a password that is in it.",
)  # fmt: skip
@click.option("--mapping", default="", metavar="FILE|NAME", help="As for `joey import`. A file is read each time.")
@click.option("--every", type=int, default=24, show_default=True, metavar="HOURS", help="How often it is asked.")
@click.option("--at", metavar="HH:MM", help="At which time of the day, in the zone of the pages. [default: any]")
@click.option("--adds-only", is_flag=True, help="The list is not everything: goods that it lacks stay.")
@operator_if_named
@data_option
def add(
    marketplace: str,
    address: str,
    mapping: str,
    every: int,
    at: str | None,
    adds_only: bool,
    by: str | None,
    data: Path,
) -> None:
    """Fetch the goods of feed:NAME from an address, on a schedule. Given again, it replaces what was kept."""
    try:
        moment = time.fromisoformat(at) if at else None
    except ValueError:
        raise click.BadParameter("Write the time as HH:MM.", param_hint="--at") from None
    with deciding_if_named(data, by, command="feed") as operator:
        from joey.catalog.feeds.arrange_feeds import add_feed
        from joey.kit.clock import now

        feed = add_feed(
            marketplace, address, mapping=mapping, every_hours=every, at=moment, is_complete=not adds_only,
            by=operator, now=now(),
        )  # fmt: skip
    click.echo(f"{feed.pk} at {feed.host} is asked within a minute. `joey feed fetch {feed.pk}` asks it at once.")
