"""Say of which marketplaces orders are here, and nothing else is known: their package was installed once."""

from collections.abc import Iterable

import click


def say_not_installed(marketplaces: Iterable[str]) -> None:
    """A line for each, among the troubles."""
    for marketplace in marketplaces:
        click.echo(
            f"{marketplace}: its package is not installed, so nothing of it is booked or confirmed. Install it again.",
            err=True,
        )
