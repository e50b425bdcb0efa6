"""Disputes about order lines: what a marketplace found, or what a shop appealed."""

from pathlib import Path
from uuid import UUID

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.cli.reason_option import reason_option
from joey.kit.utc_text import utc_text

LIST_MOST = 200


@click.command()
@data_option
def disputes(data: Path) -> None:
    """List the disputes that wait for an answer, oldest first, each with what the marketplace and the shop say."""
    from joey.instance.open_instance import instance

    with instance(data, "lines"):
        from joey.marketplaces.registry import closed_because
        from joey.orders.disputes import open_disputes

        found = [(each, str(closed_because(each.marketplace, each.reason))) for each in open_disputes(limit=LIST_MOST)]
    for each, reason in found:
        said = "".join(f": {text}" for text in (reason, each.text) if text)
        click.echo(
            f"{each.id}  {each.shop or 'no shop'}  {each.marketplace}  order {each.external_order}  {each.cause}"
            f"  since {utc_text(each.opened_at)}{said}"
        )
    if not found:
        click.echo("No dispute is open.")


@click.command("answer-dispute")
@click.argument("dispute_id", metavar="DISPUTE", type=click.UUID)
@reason_option
@operator_option
@data_option
def answer_dispute(dispute_id: UUID, reason: str, by: str, data: Path) -> None:
    """Answer DISPUTE, by its id, and close it. The shopkeeper reads REASON; what was held of the order is released with
    the next booking.
    """
    with deciding(data, by, command="lines") as operator:
        from joey.kit.clock import now
        from joey.orders.close_dispute import close_dispute

        close_dispute(dispute_id, answer=reason, by=operator, now=now())
    click.echo("Answered. The shopkeeper reads it on the order's page.")
