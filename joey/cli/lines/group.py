"""The list of the commands about order lines."""

import click

from joey.cli.on_demand import OnDemand

COMMANDS = {
    "suspense": ("joey.cli.lines.suspense:suspense", "List lines that no shop can be named for."),
    "retry-suspense": ("joey.cli.lines.suspense:retry_suspense", "Try again to find the shops of lines in suspense."),
    "attribute": ("joey.cli.lines.suspense:attribute", "Give a line in suspense to a shop."),
    "lost": ("joey.cli.lines.lost:lost", "List orders that shops miss and the marketplaces are asked for."),
    "ask-lost": ("joey.cli.lines.lost:ask_lost", "Ask the marketplace for one of these now."),
    "disputes": ("joey.cli.lines.dispute:disputes", "List disputes that wait for an answer."),
    "answer-dispute": ("joey.cli.lines.dispute:answer_dispute", "Answer one of these and close it."),
    "holds": ("joey.cli.lines.hold:holds", "List lines whose commission is held."),
    "hold": ("joey.cli.lines.hold:hold", "Hold what a line earned."),
    "release": ("joey.cli.lines.hold:release", "Release a hold."),
    "quarantine": ("joey.cli.lines.quarantine:quarantine", "List lines that cannot be booked."),
    "retry": ("joey.cli.lines.quarantine:retry", "Book a line that could not be booked before."),
}


@click.group(cls=OnDemand, places=COMMANDS)
def lines() -> None:
    """Order lines that wait for an operator: in suspense, missed by a shop, disputed, held, or not bookable."""
