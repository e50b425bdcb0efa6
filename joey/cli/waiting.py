"""What waits for an operator, and every state in which something can rest."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.without_database import without_database
from joey.kit.utc_text import utc_text


@click.command()
@click.option("--states", is_flag=True, help="Print every state in which something can rest, as Markdown.")
@data_option
def waiting(states: bool, data: Path) -> None:
    """List what waits for an operator, since when, and the command that ends it."""
    if states:
        _print_states()
        return
    from joey.instance.open_instance import instance

    with instance(data, "waiting"):
        from joey.insight.waiting import waiting as what_waits
        from joey.kit.clock import now

        moment = now()
        found = what_waits(now=moment)
        for each in found:
            verbs = ", ".join(f"`joey {verb.command}`" for verb in each.verbs) or "look at the office"
            since = f"{utc_text(each.since)}, {_in_words(each.age(moment).total_seconds())} ago"
            click.echo(f"{each.label}: {each.count}, the oldest since {since}: {verbs}")
    if not found:
        click.echo("Nothing waits for an operator.")


def _print_states() -> None:
    without_database()
    from joey.insight.resting_states import as_markdown

    click.echo(as_markdown(), nl=False)


def _in_words(seconds: float) -> str:
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "less than a minute"
