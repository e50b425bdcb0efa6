"""Ask a feed now."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.import_goods import say_refused


@click.command()
@click.argument("marketplace", metavar="feed:NAME")
@data_option
@click.pass_context
def fetch(ctx: click.Context, marketplace: str, data: Path) -> None:
    """Ask feed:NAME now, whatever its schedule says. Exit code 1: no list was taken in."""
    from joey.instance.open_instance import instance

    with instance(data, "feed"):
        from joey.catalog.feeds.fetch_feed import fetch_feed
        from joey.cli.feeds.say_feed import say_feed
        from joey.kit.clock import now

        done = fetch_feed(marketplace, now=now())
        said = say_feed(done.feed)
    click.echo(f"{done.what.capitalize()}. {said}")
    if done.imported is not None:
        say_refused(done.imported.refused)
    if done.what in ("failed", "held"):
        ctx.exit(1)
