"""Erase what people wrote about payouts that are over."""

from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.command()
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
