"""Order lines in suspense: no shop could be named for them yet."""

from pathlib import Path
from uuid import UUID

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.cli.reason_option import reason_option
from joey.instance.errors import CommandFailed
from joey.kit.utc_text import utc_text

LIST_MOST = 200


@click.command()
@data_option
def suspense(data: Path) -> None:
    """List order lines in suspense, newest first, each with its reason and what its report named."""
    from joey.instance.open_instance import instance

    with instance(data, "lines"):
        from joey.orders.queries import lines_in_suspense

        found = lines_in_suspense(limit=LIST_MOST)
    for line in found:
        named = ", ".join(f"{piece.kind} “{piece.key}”: {piece.outcome}" for piece in line.evidence)
        click.echo(
            f"{line.id}  {line.marketplace}  {line.external_order}  {line.paid.text}  {line.suspense}"
            f"  since {utc_text(line.first_seen_at)}{f'  {named}' if named else ''}"
        )
    if not found:
        click.echo("No order line is in suspense.")


@click.command("retry-suspense")
@click.argument("marketplace", required=False)
@data_option
def retry_suspense(marketplace: str | None, data: Path) -> None:
    """Try again to find the shop of every line in suspense, at MARKETPLACE or at all.

    What was reported of each is read again, by the version of the marketplace's package that is installed now. A line
    is never given to the nearest match.
    """
    from joey.instance.open_instance import instance

    with instance(data, "lines"):
        from joey.kit.clock import now
        from joey.orders import retry_suspense as verb
        from joey.orders.queries import marketplaces_with_lines

        known = marketplaces_with_lines()
        if marketplace and marketplace not in known:
            raise CommandFailed(f"No order was reported by “{marketplace}”. Reported by: {', '.join(known) or 'none'}.")
        moment = now()
        found = verb.retry_suspense(marketplace, now=moment) if marketplace else verb.retry_all_suspense(now=moment)
    click.echo(f"{found} order lines found their shop.")


@click.command()
@click.argument("line_id", metavar="LINE", type=click.UUID)
@click.argument("slug", metavar="SHOP")
@reason_option
@operator_option
@data_option
def attribute(line_id: UUID, slug: str, reason: str, by: str, data: Path) -> None:
    """Give LINE, which is in suspense, to SHOP for ever.

    The shopkeeper reads REASON, which says what proves that the order is the shop's.
    """
    with deciding(data, by, command="lines") as operator:
        from joey.kit.clock import now
        from joey.orders.attribute_line import attribute_line
        from joey.shops.queries import shop_by_slug

        attribute_line(line_id, shop_by_slug(slug), reason=reason, by=operator, now=now())
    click.echo("The line is the shop's. It is booked within a minute, as if that had been known from the start.")
