"""What a marketplace was not asked for in time has been imported, or is done without."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.cli.reason_option import reason_option


@click.command()
@click.argument("marketplace")
@reason_option
@operator_option
@data_option
def end_gap(marketplace: str, reason: str, by: str, data: Path) -> None:
    """End the gap in the reports of MARKETPLACE, which `joey sync` and /readyz name, for REASON.

    Import exports of orders and refunds of that time first: what they do not hold is never known, and money that
    waits becomes available.
    """
    with deciding(data, by, command="reports") as operator:
        from joey.kit.clock import now
        from joey.orders.end_gap import end_gap as end

        end(marketplace, reason=reason, by=operator, now=now())
    click.echo("The gap is ended. What is due becomes available within a minute.")
