"""Transfers of which nothing certain is known, and ending that by two operators."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.cli.reason_option import reason_option

OUTCOMES = ["settled", "rejected", "returned", "overpaid", "overpaid_again", "not_paid"]


@click.command()
@data_option
def transfers(data: Path) -> None:
    """List transfers that are unknown or contradicted, oldest first, with what is known about each."""
    from joey.instance.open_instance import instance

    with instance(data, "payouts"):
        from joey.payouts.open_questions import facts_about, open_questions, transfer_by_key

        found = [(each, facts_about(transfer_by_key(each.transfer))) for each in open_questions()]
    for each, facts in found:
        click.echo(
            f"{each.transfer}  {each.shop_slug}  {each.amount.text}  {each.cause}, now {each.state}"
            f"  in {each.message_id}  since {each.since:%Y-%m-%d %H:%M} UTC"
        )
        for fact in facts:
            about = " ".join(part for part in (fact.who or "the bank", fact.outcome, fact.amount) if part)
            reason = f": {fact.reason}" if fact.reason else ""
            click.echo(f"    {fact.at:%Y-%m-%d %H:%M} UTC  {about}{reason}")
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
        from joey.payouts.open_questions import transfer_by_key
        from joey.payouts.resolve import resolve as resolve_transfer

        attempt = transfer_by_key(transfer)
        decision = resolve_transfer(attempt, outcome=outcome, by=operator, reason=reason, borne_by=borne_by, now=now())
        is_carried_out = decision.carried_out
    if is_carried_out:
        click.echo(f"Resolved: {outcome}. The payouts that it held go on.")
    else:
        click.echo("Written down. It is booked once a second operator finds the same.")
