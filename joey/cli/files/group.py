"""The list of the commands about payout files."""

import click

from joey.cli.on_demand import OnDemand

COMMANDS = {
    "list": ("joey.cli.files.waiting_files:files", "List payout files that wait."),
    "ask": ("joey.cli.files.waiting_files:ask", "Ask the bank about one file now."),
    "withdraw": ("joey.cli.files.waiting_files:withdraw", "Withdraw a file that has not left."),
    "give-up": ("joey.cli.files.waiting_files:give_up", "Wait no longer for what the bank says of a file."),
    "mark-refused": ("joey.cli.files.waiting_files:mark_refused", "Find that the bank paid nothing of a file."),
    "dismiss": ("joey.cli.files.waiting_files:dismiss", "Take off a file what the bank says of others' transfers."),
}


@click.group(cls=OnDemand, places=COMMANDS)
def files() -> None:
    """Payout files that wait for the bank or for an operator, and what can be done with one."""
