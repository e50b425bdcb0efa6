"""The list of the commands about feeds by address."""

import click

from joey.cli.on_demand import OnDemand

COMMANDS = {
    "add": ("joey.cli.feeds.add:add", "Fetch a list of goods from an address, on a schedule."),
    "list": (
        "joey.cli.feeds.list_feeds:list_feeds",
        "Show each feed, what came of it last, and when it is asked next.",
    ),
    "fetch": ("joey.cli.feeds.fetch:fetch", "Ask a feed now."),
    "pause": ("joey.cli.feeds.arrange:pause", "Ask a feed no more until it is resumed."),
    "resume": (
        "joey.cli.feeds.arrange:resume",
        "Go on with a feed that is paused or held; it is asked within a minute.",
    ),
    "shrink": ("joey.cli.feeds.arrange:shrink", "Let the list of a held feed count, and withdraw what it lacks."),
    "remove": ("joey.cli.feeds.arrange:remove", "Forget the address of a feed. Its goods stay."),
}


@click.group(cls=OnDemand, places=COMMANDS)
def feed() -> None:
    """Feeds by address: lists of goods that the worker fetches on a schedule."""
