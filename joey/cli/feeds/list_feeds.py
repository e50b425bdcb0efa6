"""Show the feeds by address. An address may hold a password, so only its host is shown."""

from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.command("list")
@data_option
def list_feeds(data: Path) -> None:
    """Show each feed, what came of it last, and when it is asked next. Times are in UTC."""
    from joey.instance.open_instance import instance

    with instance(data, "feed"):
        from joey.catalog.feeds.queries import all_feeds
        from joey.cli.feeds.say_feed import say_feed

        found = [say_feed(feed) for feed in all_feeds()]
    click.echo("\n".join(found) or "No feed has an address. `joey feed add` adds one.")
