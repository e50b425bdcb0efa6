"""Pause and resume all payouts: after a restore nothing is paid before an operator has compared the books."""

from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.group()
def payouts() -> None:
    """Pause and resume all payouts of this instance."""


@payouts.command("status")
@data_option
def status(data: Path) -> None:
    """Show whether payouts are paused, and why."""
    from joey.instance.open_instance import instance

    with instance(data, "payouts"):
        from joey.payouts.pause import open_pauses

        pauses = open_pauses()
    for pause in pauses:
        click.echo(f"Paused since {pause.placed_at:%Y-%m-%d %H:%M} UTC: {pause.reason}")
    click.echo("`joey payouts release` resumes them." if pauses else "Payouts are not paused.")


@payouts.command("pause")
@click.argument("reason")
@data_option
def pause(reason: str, data: Path) -> None:
    """Send nothing to the bank until `release`; REASON is what operators and the terminal read."""
    from joey.instance.open_instance import instance

    with instance(data, "payouts"):
        from joey.kit.clock import now
        from joey.payouts.pause import pause_payouts

        pause_payouts(reason=reason, now=now())
    click.echo("Payouts are paused. `joey payouts release` resumes them.")


@payouts.command("release")
@data_option
def release(data: Path) -> None:
    """Resume payouts, after comparing the books with the bank's statement."""
    from joey.instance.open_instance import instance

    with instance(data, "payouts"):
        from joey.kit.clock import now
        from joey.payouts.pause import end_pause, open_pauses

        pauses = open_pauses()
        for pause in pauses:
            end_pause(pause, now=now())
    click.echo("Payouts are sent again." if pauses else "Payouts were not paused.")
