"""Erase what people wrote about something."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding_if_named, operator_if_named
from joey.cli.reason_option import reason_option


@click.command()
@click.argument("subject")
@reason_option
@operator_if_named
@data_option
def erase(subject: str, reason: str, by: str | None, data: Path) -> None:
    """Erase the texts about SUBJECT, for REASON; what happened and its figures stay and can still be proved.

    SUBJECT is a kind and an id: shop:SLUG (its names, payout details, finished payouts and the reasons of operators),
    report:LISTING (what buyers reported), listing:ID, order_line:ID, payout:ID, payee:ID, payout_file:FILE, lease:ID,
    order_report:ID (why one that cannot be read was given up), marketplace:CODE (why its gaps were ended), pause:ID,
    erasure:ID.
    """
    with deciding_if_named(data, by, command="erase") as operator:
        from joey.insight.erase_subject import erase_subject
        from joey.kit.clock import now

        done = erase_subject(subject, reason=reason, by=operator, now=now())
    click.echo(f"Texts erased: {done.texts}.")
    for refusal in done.refused:
        click.echo(f"Not erased: {refusal}", err=True)
