"""Hold what one order line earned, for a reason, and release the hold."""

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

    with instance(data, "lines"):
        from joey.commissions.holds_in_force import held_lines

        found = held_lines()
    for held in found:
        since = utc_text(held.opened_at)
        why = f"{held.hold_class}: {held.reason}" if held.reason else held.hold_class
        amount = held.amount.text if held.amount else "all"
        click.echo(f"{held.hold_id}  {held.shop_slug}  order {held.external_order}  {amount}  since {since}  {why}")
    if not found:
        click.echo("No commission is held.")


@click.command()
@click.argument("line_id", metavar="LINE", type=click.UUID)
@click.option("--amount", default="", metavar="AMOUNT", help="Only so much of it, such as 1.50 in its currency.")
@reason_option
@operator_option
@data_option
def hold(line_id: UUID, amount: str, reason: str, by: str, data: Path) -> None:
    """Hold what LINE earned, by the line's id, or an amount of it. The shopkeeper reads REASON; no other line is
    touched.
    """
    with deciding(data, by, command="lines") as operator:
        from joey.commissions.holds import place_hold
        from joey.commissions.holds_in_force import commission_of_line, read_part
        from joey.kit.clock import now

        commission = commission_of_line(line_id)
        part = read_part(commission, amount)
        placed = place_hold(commission, reason=reason, amount_minor=part, by=operator, now=now())
    click.echo(f"Held. `joey lines release {placed.id} REASON` releases it.")


@click.command()
@click.argument("hold_id", metavar="HOLD", type=click.UUID)
@reason_option
@operator_option
@data_option
def release(hold_id: UUID, reason: str, by: str, data: Path) -> None:
    """Release HOLD, by its id. The shopkeeper reads REASON."""
    with deciding(data, by, command="lines") as operator:
        from joey.commissions.holds import release_hold
        from joey.commissions.holds_in_force import commission_hold_by_id
        from joey.kit.clock import now

        release_hold(commission_hold_by_id(hold_id), by=operator, reason=reason, now=now())
    click.echo("Released. What still waits of it becomes available once it is settled and its waiting days are over.")
