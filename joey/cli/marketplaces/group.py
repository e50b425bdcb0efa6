"""The list of the commands about marketplaces."""

import click

from joey.cli.on_demand import OnDemand

COMMANDS = {
    "list": ("joey.cli.marketplaces.list_marketplaces:list_marketplaces", "List marketplaces and their accounts."),
    "connect": ("joey.cli.marketplaces.connect:connect", "Connect an account, once its marketplace takes it."),
    "check": ("joey.cli.marketplaces.check:check", "Ask an account whether what is unverified about it holds."),
}


@click.group(cls=OnDemand, places=COMMANDS)
def marketplaces() -> None:
    """Marketplaces: which are connected, what they can do, and what their accounts say of unverified facts."""
