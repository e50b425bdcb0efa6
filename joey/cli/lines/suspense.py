"""Order lines in suspense: no shop could be named for them yet."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.instance.errors import CommandFailed

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
        named = ", ".join(f"{piece.kind} “{piece.key}”: {piece.problem or piece.shop}" for piece in line.evidence)
        click.echo(
            f"{line.id}  {line.marketplace}  {line.external_order}  {line.paid.text}  {line.suspense}"
            f"  since {line.first_seen_at:%Y-%m-%d %H:%M} UTC{f'  {named}' if named else ''}"
        )
    if not found:
        click.echo("No order line is in suspense.")


@click.command()
@click.argument("marketplace", required=False)
@data_option
def attribute(marketplace: str | None, data: Path) -> None:
    """Try again to find the shop of every line in suspense, at MARKETPLACE or at all.

    Register or lease the position first. A line is never given to the nearest match.
    """
    from joey.instance.open_instance import instance

    with instance(data, "lines"):
        from joey.kit.clock import now
        from joey.orders.queries import marketplaces_with_lines
        from joey.orders.retry_suspense import retry_suspense

        known = marketplaces_with_lines()
        if marketplace and marketplace not in known:
            raise CommandFailed(f"No order was reported by “{marketplace}”. Reported by: {', '.join(known) or 'none'}.")
        found = sum(retry_suspense(code, now=now()) for code in ([marketplace] if marketplace else known))
    click.echo(f"{found} order lines found their shop.")
