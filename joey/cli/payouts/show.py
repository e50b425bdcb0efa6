"""Payouts in progress, with the ids that the other commands take."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.kit.utc_text import utc_text


@click.command("list")
@data_option
def show(data: Path) -> None:
    """List payouts in progress, those that wait for a decision first."""
    from joey.instance.open_instance import instance

    with instance(data, "payouts"):
        from joey.payouts.waiting_lists import payouts_in_progress

        found = payouts_in_progress()
    for payout in found:
        once = f", approved once by {payout.approved_once_by}" if payout.approved_once_by else ""
        rule = ", approved by rule within a minute" if payout.left_to_the_rule else ""
        since = utc_text(payout.requested_at)
        click.echo(f"{payout.id}  {payout.shop_slug}  {payout.amount.text}  {payout.state}{rule}{once}  since {since}")
    if not found:
        click.echo("No payout is in progress.")
