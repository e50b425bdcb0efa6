"""Order lines that cannot be booked: list them with their reasons, and retry one."""

from pathlib import Path
from uuid import UUID

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.kit.utc_text import utc_text


@click.command()
@data_option
def quarantine(data: Path) -> None:
    """List the lines that cannot be booked, oldest first, each with its reason."""
    from joey.instance.open_instance import instance

    with instance(data, "lines"):
        from joey.commissions.queries import quarantined_lines

        found = quarantined_lines()
    for line in found:
        why = f"{line.reason}: {line.detail}" if line.detail else line.reason
        since = utc_text(line.since)
        click.echo(f"{line.line_id}  {line.marketplace}  order {line.external_order}  since {since}  {why}")
    if not found:
        click.echo("Every order line can be booked.")


@click.command()
@click.argument("line_id", metavar="LINE", type=click.UUID)
@operator_option
@data_option
def retry(line_id: UUID, by: str, data: Path) -> None:
    """Book LINE, by its id, after what kept it from being booked was fixed."""
    with deciding(data, by, command="lines") as operator:
        from joey.commissions.retry_quarantined import retry_quarantined
        from joey.kit.clock import now

        retry_quarantined(line_id, by=str(operator.pk), now=now())
    click.echo("Booked.")
