"""Fetch order reports from the marketplaces and book what they earn."""

from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.command()
@click.argument("marketplace", required=False)
@data_option
@click.pass_context
def sync(ctx: click.Context, marketplace: str | None, data: Path) -> None:
    """Fetch order reports, of one MARKETPLACE or of all, late ones too, and book what they earn."""
    from joey.instance.open_instance import instance

    with instance(data, "sync"):
        from joey.commissions.earn_due import earn_due
        from joey.kit.clock import now
        from joey.orders.sync import sync as sync_orders

        done = sync_orders(marketplace, now=now(), recheck=True)
        earned = earn_due(now=now())
    for each in done:
        click.echo(
            f"{each.marketplace}: new reports: {each.reports}, order lines moved: {each.lines},"
            f" read up to {each.read_until:%Y-%m-%d %H:%M} UTC" + (f"; stopped: {each.trouble}" if each.trouble else "")
        )
    if not done:
        click.echo("No connected marketplace reports orders.")
    click.echo(f"Order lines checked: {earned.lines}, journals booked: {earned.journals}.")
    if any(each.trouble for each in done):
        ctx.exit(1)
