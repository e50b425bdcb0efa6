"""Approve or refuse one payout."""

from pathlib import Path
from uuid import UUID

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.cli.reason_option import reason_option


@click.command()
@click.argument("payout_id", metavar="PAYOUT", type=click.UUID)
@operator_option
@data_option
def approve(payout_id: UUID, by: str, data: Path) -> None:
    """Approve PAYOUT, by its id. From 10,000.00 a second operator has to approve it as well."""
    with deciding(data, by, command="payouts") as operator:
        from joey.kit.clock import now
        from joey.payouts.decide import approve as approve_payout
        from joey.payouts.models import Payout
        from joey.payouts.queries import payout_by_id

        payout = approve_payout(payout_by_id(payout_id), by=operator, now=now())
        approved = payout.state == Payout.State.APPROVED
    if approved:
        click.echo("Approved. It is sent within a minute, unless it is held or paused.")
    else:
        click.echo("Noted. A second operator has to approve it as well.")


@click.command()
@click.argument("payout_id", metavar="PAYOUT", type=click.UUID)
@reason_option
@operator_option
@data_option
def refuse(payout_id: UUID, reason: str, by: str, data: Path) -> None:
    """Refuse PAYOUT, by its id; the money is available again. The shopkeeper reads REASON."""
    with deciding(data, by, command="payouts") as operator:
        from joey.kit.clock import now
        from joey.payouts.decide import refuse as refuse_payout
        from joey.payouts.queries import payout_by_id

        refuse_payout(payout_by_id(payout_id), by=operator, reason=reason, now=now())
    click.echo("Refused. The money is available again.")
