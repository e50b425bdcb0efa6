"""Transfers of which nothing certain is known, and ending that by two operators."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.cli.reason_option import reason_option
from joey.kit.utc_text import utc_text

OUTCOMES = ["settled", "rejected", "returned", "overpaid", "overpaid_again", "not_paid"]


@click.command()
@data_option
def transfers(data: Path) -> None:
    """List transfers that are unknown, contradicted or left out by a restore, with what is known about each."""
    from joey.instance.open_instance import instance

    with instance(data, "payouts"):
        from joey.payouts.open_questions import open_questions

        found = open_questions()
    for each in found:
        shop, file = each.shop_slug or "of no shop here", each.message_id or "no file here"
        click.echo(
            f"{each.transfer}  {shop}  {each.amount.text}  {each.cause}, now {each.state}"
            f"  in {file}  since {utc_text(each.since)}"
        )
        for fact in each.facts:
            about = " ".join(part for part in (fact.who or "the bank", fact.outcome, fact.amount) if part)
            reason = f": {fact.reason}" if fact.reason else ""
            click.echo(f"    {utc_text(fact.at)}  {about}{reason}")
    if not found:
        click.echo("The bank's answers fit every transfer.")


@click.command()
@click.argument("transfer")
@click.argument("outcome", type=click.Choice(OUTCOMES))
@reason_option
@click.option(
    "--borne-by", type=click.Choice(["shop", "platform"]), default="shop", help="Who bears what was overpaid."
)
@operator_option
@data_option
def resolve(transfer: str, outcome: str, reason: str, borne_by: str, by: str, data: Path) -> None:
    """Write down what became of TRANSFER; once a second operator agrees, it is booked.

    REASON says how you know: a line of the bank's statement, a call with its number.
    """
    with deciding(data, by, command="payouts") as operator:
        from joey.kit.clock import now
        from joey.payouts.left_out import left_out_by_key
        from joey.payouts.open_questions import transfer_by_key
        from joey.payouts.resolve import resolve as resolve_transfer
        from joey.payouts.resolve_left_out import resolve_left_out

        found = {"outcome": outcome, "reason": reason, "borne_by": borne_by}
        if left_out := left_out_by_key(transfer):
            is_carried_out = resolve_left_out(left_out, by=operator, now=now(), **found)
        else:
            is_carried_out = resolve_transfer(transfer_by_key(transfer), by=operator, now=now(), **found).carried_out
    if is_carried_out:
        click.echo(f"Resolved: {outcome}. The payouts that it held go on.")
    else:
        click.echo("Written down. It is booked once a second operator finds the same.")
