"""The list of the payouts' commands."""

import click

from joey.cli.on_demand import OnDemand

COMMANDS = {
    "list": ("joey.cli.payouts.show:show", "List payouts in progress, those to decide first."),
    "approve": ("joey.cli.payouts.decide:approve", "Approve a payout."),
    "refuse": ("joey.cli.payouts.decide:refuse", "Refuse a payout; the money is available again."),
    "holds": ("joey.cli.payouts.hold:holds", "List the holds in force."),
    "hold": ("joey.cli.payouts.hold:hold", "Hold a payout, or all payouts of a shop."),
    "release": ("joey.cli.payouts.hold:release", "Release a hold."),
    "transfers": ("joey.cli.payouts.transfers:transfers", "List transfers that are unknown or contradicted."),
    "resolve": ("joey.cli.payouts.transfers:resolve", "Write down what became of a transfer."),
    "limits": ("joey.cli.payouts.limits:limits", "List the limits on payouts in force."),
    "set-limits": ("joey.cli.payouts.limits:set_limits", "Publish other limits for a currency."),
    "status": ("joey.cli.payouts.pause:status", "Show whether all payouts are paused, and why."),
    "pause": ("joey.cli.payouts.pause:pause", "Send nothing to the bank."),
    "resume": ("joey.cli.payouts.pause:resume", "Send again, after comparing the books with the bank's statement."),
}


@click.group(cls=OnDemand, places=COMMANDS)
def payouts() -> None:
    """Decide on payouts, hold or pause them, and end what is stuck at the bank.

    Each decision keeps who made it (--by, or JOEY_OPERATOR) and the reason given.
    """
