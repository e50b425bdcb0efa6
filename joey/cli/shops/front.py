"""Which shops the front page shows, where an operator decides it."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.cli.reason_option import reason_option


@click.command()
@click.argument("shop", metavar="SHOP")
@click.argument("front", metavar="WHERE", type=click.Choice(["shown", "kept_off", "by_rule"]))
@reason_option
@operator_option
@data_option
def front(shop: str, front: str, reason: str, by: str, data: Path) -> None:
    """Show SHOP, by its short address, on the front page (shown), keep it off (kept_off), or leave it to the rule."""
    with deciding(data, by, command="shops") as operator:
        from joey.kit.clock import now
        from joey.shops.discoverable import decide_front
        from joey.shops.queries import shop_by_slug

        decide_front(shop_by_slug(shop), front=front, reason=reason, by=operator, now=now())
    click.echo("Done.")
