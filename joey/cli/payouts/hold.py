"""Hold payouts for a reason, and release the hold."""

from pathlib import Path
from uuid import UUID

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.cli.reason_option import reason_option
from joey.kit.utc_text import utc_text


@click.command()
@data_option
def holds(data: Path) -> None:
    """List the holds in force, oldest first."""
    from joey.instance.open_instance import instance

    with instance(data, "payouts"):
        from joey.payouts.waiting_lists import holds_in_force

        found = holds_in_force()
    for hold in found:
        what = f"payout {hold.payout_id}" if hold.payout_id else "all payouts"
        click.echo(f"{hold.id}  {hold.shop_slug}  {what}  since {utc_text(hold.placed_at)}: {hold.reason}")
    if not found:
        click.echo("No hold is in force.")


@click.command()
@click.argument("slug", metavar="SHOP")
@reason_option
@click.option("--payout", "payout_id", metavar="ID", type=click.UUID, help="Only this payout of the shop.")
@operator_option
@data_option
def hold(slug: str, reason: str, payout_id: UUID | None, by: str, data: Path) -> None:
    """Hold all payouts of SHOP, by its short address. The shopkeeper reads REASON."""
    with deciding(data, by, command="payouts") as operator:
        from joey.kit.clock import now
        from joey.payouts.holds import place_hold
        from joey.payouts.queries import payout_by_id
        from joey.shops.queries import shop_by_slug

        payout = payout_by_id(payout_id) if payout_id else None
        placed = place_hold(shop_by_slug(slug), reason=reason, payout=payout, by=operator, now=now())
    click.echo(f"Held. `joey payouts release {placed.id} REASON` releases it.")


@click.command()
@click.argument("hold_id", metavar="HOLD", type=click.UUID)
@reason_option
@operator_option
@data_option
def release(hold_id: UUID, reason: str, by: str, data: Path) -> None:
    """Release HOLD, by its id, for REASON. One that asks what became of a transfer ends by `resolve`."""
    with deciding(data, by, command="payouts") as operator:
        from joey.kit.clock import now
        from joey.payouts.holds import release_hold
        from joey.payouts.waiting_lists import hold_by_id

        release_hold(hold_by_id(hold_id), by=operator, reason=reason, now=now())
    click.echo("Released. The payouts it held are sent within a minute, unless something else holds them.")
