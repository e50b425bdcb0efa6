"""Pause all payouts of a database that a restore replaces; `joey restore` runs this command in a process of its own."""

from datetime import datetime
from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.command("pause-replaced", hidden=True)
@click.argument("made_at", type=datetime.fromisoformat)
@data_option
def pause_replaced_command(made_at: datetime, data: Path) -> None:
    """Pause all payouts for good: they are paid from what was restored from the backup of MADE_AT."""
    from joey.instance.open_instance import instance

    with instance(data, "pause-replaced"):
        from joey.instance.backup.pause_after_restore import why_replaced
        from joey.kit.clock import now
        from joey.payouts.pause import pause_payouts

        pause_payouts(reason=why_replaced(made_at), now=now())
