"""Orders that shops miss, while their marketplaces are asked for them."""

from pathlib import Path
from uuid import UUID

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.kit.utc_text import utc_text

LIST_MOST = 200


@click.command()
@data_option
def lost(data: Path) -> None:
    """List the orders that are asked for, those without an answer first, each with when one is due."""
    from joey.instance.open_instance import instance

    with instance(data, "lines"):
        from joey.orders.lost_orders import open_lost_orders

        found = open_lost_orders(limit=LIST_MOST)
    for each in found:
        due, until = ("answer due", each.answer_by) if each.state == "asking" else ("asked for", each.ask_until)
        trouble = f": {each.trouble}" if each.trouble else ""
        click.echo(
            f"{each.id}  {each.shop}  {each.marketplace}  {each.number}  {each.state},"
            f" {due} until {utc_text(until)}{trouble}"
        )
    if not found:
        click.echo("No order is asked for.")


@click.command("ask-lost")
@click.argument("lost_id", metavar="REQUEST", type=click.UUID)
@operator_option
@data_option
def ask_lost(lost_id: UUID, by: str, data: Path) -> None:
    """Ask the marketplace now for the order of REQUEST, by its id, and print the answer."""
    with deciding(data, by, command="lines") as operator:
        from joey.insight.explain_lost_orders import answer_in_words
        from joey.kit.clock import now
        from joey.orders.answer_lost_orders import ask_again
        from joey.orders.lost_orders import lost_order_of

        done = ask_again(lost_id, by=operator, now=now())
        shown = lost_order_of(done.shop_id, done.pk)
        answer = answer_in_words(shown, now=now(), time_text=utc_text)
    click.echo(f"{done.state}: {answer}" + (f" ({shown.trouble})" if shown.trouble else ""))
