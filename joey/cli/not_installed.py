"""Say which marketplaces a command went on without: their package is gone or broken, or their account is wrong."""

from collections.abc import Iterable

import click


def say_not_installed(marketplaces: Iterable[str]) -> None:
    """A line for each, among the troubles."""
    for marketplace in marketplaces:
        click.echo(
            f"{marketplace}: its package is not installed, so nothing of it is booked or confirmed. Install it again.",
            err=True,
        )


def faults() -> list[str]:
    """A line for each marketplace whose package or account cannot be used, if it has no line of its own (above).

    Inside `instance`.
    """
    from joey.marketplaces import registry
    from joey.orders.not_installed import not_installed

    packages = (f"{each.marketplace}: its package cannot be used: {each.problem}." for each in registry.not_usable())
    gone = not_installed()
    apart = [each for each in registry.not_connected() if each.marketplace not in gone]
    accounts = (f"{each.marketplace}: it is not connected: {each.problem}" for each in apart)
    return [f"{line.rstrip('.')}. The others went on." for line in (*packages, *accounts)]


def say_faults(found: Iterable[str]) -> None:
    """The same, among the troubles."""
    for line in found:
        click.echo(line, err=True)
