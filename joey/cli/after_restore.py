"""Make a restored database safe before it is used: what the bank knows already is taken over, all payouts pause."""

import os
from datetime import datetime
from pathlib import Path

import click
import psycopg

from joey.cli.data_folder import data_option


@click.command()
@click.option("--made-at", required=True, type=datetime.fromisoformat, help="When the copy was made.")
@data_option
def after_restore(made_at: datetime, data: Path) -> None:
    """Called by `joey restore` on the restored database; JOEY_BEFORE_URL names the one that it replaces, if any."""
    from joey.cli.instance import instance

    with instance(data, "restore"):
        from joey.kit.clock import now
        from joey.payouts.pause import pause_payouts

        if before_url := os.environ.get("JOEY_BEFORE_URL"):
            _carry_over(before_url)
        reason = f"Restored from the copy of {made_at:%Y-%m-%d %H:%M} UTC. Compare the books with the bank first."
        pause_payouts(reason=reason, now=now())
        click.echo(
            "All payouts are paused. Compare the payouts since the copy with the bank's statement, then let them go "
            "with `joey payouts release` or in the office."
        )


def _carry_over(before_url: str) -> None:
    from joey.cli.queries import one_moment
    from joey.kit.clock import now
    from joey.payouts.carry_over import carry_over

    try:
        with one_moment(before_url) as before:
            done = carry_over(before, now=now())
    except psycopg.Error as error:  # the tables there may be older than this Joey, or damaged
        click.echo(f"What was paid since could not be taken over from the present database: {error}")
        return
    if done.payouts:
        amounts = ", ".join(amount.text for amount in done.amounts)
        click.echo(
            f"{done.payouts} payouts that were sent since ({amounts}) are in the restored books: not paid twice."
        )
    for key in done.homeless:
        click.echo(f"The bank was also told to pay {key}, for a shop that the copy does not know. Note it down.")
