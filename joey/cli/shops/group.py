"""The list of the commands about shops."""

import click

from joey.cli.on_demand import OnDemand

COMMANDS = {
    "reports": ("joey.cli.shops.report:reports", "List reports of buyers, and appeals, that wait for an answer."),
    "answer-report": ("joey.cli.shops.report:answer_report", "Answer one of these; hide or show its item."),
    "front": ("joey.cli.shops.front:front", "Show a shop on the front page, or keep it off."),
}


@click.group(cls=OnDemand, places=COMMANDS)
def shops() -> None:
    """Shops: what buyers report of them, and which of them the front page shows."""
