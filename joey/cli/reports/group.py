"""The list of the commands about order reports."""

import click

from joey.cli.on_demand import OnDemand

COMMANDS = {
    "unreadable": ("joey.cli.reports.unreadable:unreadable", "List reports that could not be read."),
    "show": ("joey.cli.reports.unreadable:show", "Print one report as the marketplace sent it."),
    "retry": ("joey.cli.reports.unreadable:retry", "Read reports again."),
    "end-gap": ("joey.cli.reports.end_gap:end_gap", "Say that what was never asked for has been imported."),
    "dismiss": ("joey.cli.reports.unreadable:dismiss", "Give up a report."),
    "dismiss-poll": ("joey.cli.reports.unreadable:dismiss_poll", "Give up what one poll or file brought."),
}


@click.group(cls=OnDemand, places=COMMANDS)
def reports() -> None:
    """Order reports that could not be read: they are kept as they came and tried again every hour. And missing ones."""
