"""Pause, resume and remove a feed by address, and let one count that lacks many goods."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding_if_named, operator_if_named


@click.command()
@click.argument("marketplace", metavar="feed:NAME")
@operator_if_named
@data_option
def pause(marketplace: str, by: str | None, data: Path) -> None:
    """Ask feed:NAME no more until it is resumed. Its goods stay, and their prices expire."""
    with deciding_if_named(data, by, command="feed") as operator:
        from joey.catalog.feeds.arrange_feeds import pause_feed
        from joey.kit.clock import now

        pause_feed(marketplace, by=operator, now=now())
    click.echo("Done.")


@click.command()
@click.argument("marketplace", metavar="feed:NAME")
@operator_if_named
@data_option
def resume(marketplace: str, by: str | None, data: Path) -> None:
    """Go on with feed:NAME, which is paused or held: it is asked within a minute."""
    with deciding_if_named(data, by, command="feed") as operator:
        from joey.catalog.feeds.arrange_feeds import ask_soon
        from joey.kit.clock import now

        ask_soon(marketplace, by=operator, now=now())
    click.echo("Done.")


@click.command()
@click.argument("marketplace", metavar="feed:NAME")
@operator_if_named
@data_option
def shrink(marketplace: str, by: str | None, data: Path) -> None:
    """Let the list of feed:NAME, which is held, count the next time: goods that it lacks are withdrawn."""
    with deciding_if_named(data, by, command="feed") as operator:
        from joey.catalog.feeds.arrange_feeds import let_it_shrink
        from joey.kit.clock import now

        let_it_shrink(marketplace, by=operator, now=now())
    click.echo("Done. It is asked within a minute.")


@click.command()
@click.argument("marketplace", metavar="feed:NAME")
@operator_if_named
@data_option
def remove(marketplace: str, by: str | None, data: Path) -> None:
    """Forget the address of feed:NAME, and its list. The goods stay, and their prices expire."""
    with deciding_if_named(data, by, command="feed") as operator:
        from joey.catalog.feeds.arrange_feeds import remove_feed
        from joey.kit.clock import now

        remove_feed(marketplace, by=operator, now=now())
    click.echo("Done.")
