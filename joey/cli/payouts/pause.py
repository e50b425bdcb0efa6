"""Pause all payouts of this instance, and resume them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, deciding_if_named, operator_if_named, operator_option
from joey.cli.reason_option import reason_option
from joey.instance.errors import CommandFailed
from joey.kit.utc_text import utc_text

if TYPE_CHECKING:
    from joey.payouts.models import PayoutPause


@click.command()
@data_option
def status(data: Path) -> None:
    """Show whether payouts are paused, and why."""
    from joey.instance.open_instance import instance

    with instance(data, "payouts"):
        from joey.payouts.pause import open_pauses

        pauses = open_pauses()
    for pause in pauses:
        click.echo(_since(pause))
    click.echo("`joey payouts resume REASON` resumes them." if pauses else "Payouts are not paused.")


@click.command()
@reason_option
@operator_if_named
@data_option
def pause(reason: str, by: str | None, data: Path) -> None:
    """Send nothing to the bank until `resume`; REASON is what operators and the terminal read."""
    with deciding_if_named(data, by, command="payouts") as operator:
        from joey.kit.clock import now
        from joey.payouts.pause import pause_payouts

        pause_payouts(reason=reason, by=operator, now=now())
    click.echo("Payouts are paused. `joey payouts resume REASON` resumes them.")


@click.command()
@reason_option
@click.option("--all", "every", is_flag=True, help="End several pauses; without it they are listed, and none ends.")
@operator_option
@data_option
def resume(reason: str, every: bool, by: str, data: Path) -> None:
    """Resume payouts, after comparing the books with the bank's statement; REASON says what was compared."""
    with deciding(data, by, command="payouts") as operator:
        from joey.kit.clock import now
        from joey.payouts.left_out import waits_for_left_out
        from joey.payouts.pause import end_pause, open_pauses

        in_force = open_pauses()
        asking = [pause for pause in in_force if waits_for_left_out(pause.id)]
        pauses = [pause for pause in in_force if pause not in asking]
        if len(pauses) > 1 and not every:
            raise CommandFailed(
                "\n".join(_since(pause) for pause in pauses)
                + "\nThese were placed for different reasons. --all ends them together; in the office each ends alone."
            )
        for pause in pauses:
            end_pause(pause, reason=reason, now=now(), by=operator)
        still = [f"{_since(pause)}\n`joey payouts resolve` by two operators ends that pause." for pause in asking]
    click.echo("\n".join(still) or ("Payouts are resumed." if pauses else "Payouts were not paused."))


def _since(pause: "PayoutPause") -> str:
    from joey.record.kept_texts import kept_text

    return f"Paused since {utc_text(pause.placed_at)}: {kept_text(pause, 'reason')}"
