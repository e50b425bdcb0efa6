"""Pauses and resumes all payouts, and erases what people wrote about those that are over."""

from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.group()
def payouts() -> None:
    """Pause all payouts of this instance, resume them, and erase payout details."""


@payouts.command("status")
@data_option
def status(data: Path) -> None:
    """Show whether payouts are paused, and why."""
    from joey.instance.open_instance import instance

    with instance(data, "payouts"):
        from joey.payouts.pause import open_pauses
        from joey.record.kept_texts import kept_text

        pauses = open_pauses()
    for pause in pauses:
        click.echo(f"Paused since {pause.placed_at:%Y-%m-%d %H:%M} UTC: {kept_text(pause, 'reason')}")
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
    click.echo("Payouts are resumed." if pauses else "Payouts were not paused.")


@payouts.command("erase")
@click.argument("slug")
@data_option
def erase(slug: str, data: Path) -> None:
    """Erase the payout details of shop SLUG, the texts of its finished payouts, and the reasons of released holds.

    Amounts, states and journals stay and can still be proved. The bytes of the payouts' bank files go too.
    """
    from joey.instance.open_instance import instance

    with instance(data, "payouts"):
        from joey.kit.clock import now
        from joey.payouts.erase_texts import erase_shop

        done = erase_shop(slug, now=now())
    click.echo(f"{done.texts} texts erased.")
    for refusal in done.refused:
        click.echo(f"Not erased: {refusal}", err=True)
