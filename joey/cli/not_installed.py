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
    """A line for each package or account that cannot be used, if its marketplace has no line of its own (above).

    Inside `instance`.
    """
    from joey.marketplaces import registry
    from joey.marketplaces.find_packages import OF_A_PACKAGE
    from joey.orders.not_installed import not_installed

    gone = not_installed()
    apart = [each for each in registry.faults() if each.says is OF_A_PACKAGE or each.marketplace not in gone]
    return [f"{each.text.rstrip('.')}." + (" The others went on." if each.marketplace else "") for each in apart]


def say_faults(found: Iterable[str]) -> None:
    """The same, among the troubles."""
    for line in found:
        click.echo(line, err=True)
