"""Fetch order reports from the marketplaces and book what they earn."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.not_installed import faults, say_faults, say_not_installed
from joey.instance.data_folder import user_of
from joey.instance.demo.connect_sandbox import sandbox_accounts
from joey.instance.errors import CommandFailed
from joey.kit.utc_text import utc_text


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
        from joey.orders.sync import sync_own_accounts

        done = sync_orders(marketplace, now=now(), recheck=True)
        own = [] if marketplace else sync_own_accounts(now=now(), recheck=True)
        earned = earn_due(now=now())
        found = faults()
    for each in (*done, *own):
        if each.read_until is None and each.trouble:
            click.echo(f"{each.marketplace}: not asked: {each.trouble}")
            continue
        if each.read_until is None:
            click.echo(f"{each.marketplace}: not asked, its reports come from exports: `joey import-orders`")
            continue
        click.echo(
            f"{each.marketplace}: new reports: {each.reports}, order lines moved: {each.lines},"
            f" read up to {utc_text(each.read_until)}" + (f"; stopped: {each.trouble}" if each.trouble else "")
        )
        if each.notice:
            click.echo(f"{each.marketplace}: asked again later, and no money waits for it: {each.notice}")
        for since, until in each.gaps:
            click.echo(
                f"{each.marketplace}: from {utc_text(since)} to {utc_text(until)} nothing was asked for,"
                " and the marketplace answers for that time no more. Import exports of its orders and refunds"
                " (`joey import-orders`), then end the gap: `joey reports end-gap`. Until then no more money becomes"
                " available."
            )
    if not done:
        click.echo("No connected marketplace reports orders.")
    click.echo(f"Order lines checked: {earned.lines}, journals booked: {earned.journals}.")
    say_faults(found)
    say_not_installed(earned.not_installed)
    if not done and _is_stopped_demo(data):
        raise CommandFailed(
            "The demo's marketplaces answer only while Joey runs. Start it with `make up` or `joey up`, then try again."
        )
    if found or earned.not_installed or any(each.trouble for each in done):
        ctx.exit(1)


def _is_stopped_demo(data: Path) -> bool:
    """Whether the folder's marketplaces are those of the sandbox, which only a running `joey up` starts."""
    user = user_of(data)
    return sandbox_accounts(data).is_file() and (user is None or user.command != "up")
