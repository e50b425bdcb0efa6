"""Print what `joey import --check` saw of a file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from joey.catalog.intake.look_at_goods import SeenOffers

SHOWN = 20
NO_GOODS = "The file holds no goods: no row below its header is one. If it should, export it again."


def say_seen(seen: "SeenOffers", start: Path, *, is_written: bool) -> None:
    """The rows, what is wrong with others, and where the mapping is."""
    for goods in seen.goods:
        click.echo(f"row {goods.row}: {goods.id}: {goods.title}")
        click.echo("    " + "; ".join(f"{name}: {value}" for name, value in goods.facts))
    click.echo(
        f"Of the first rows could be taken: {seen.readable:,}. Refused would be: {len(seen.refused):,}."
        " Nothing was taken in."
    )
    if not (seen.readable or seen.refused or seen.trouble):
        click.echo(NO_GOODS, err=True)
    if seen.trouble:
        click.echo(seen.trouble, err=True)
    for what, rows in (("refused", seen.refused), ("lost or left out", seen.notes)):
        for row in rows[:SHOWN]:
            click.echo(f"{what}, row {row.row}, {row.field}: {row.reason}", err=True)
    if seen.hosts:
        click.echo(f"Links lead to {', '.join(seen.hosts[:SHOWN])}: name those you allow, as hosts = […].")
    if seen.guess is None:
        return
    if seen.guess.base:
        click.echo(f"It looks like the columns of the mapping that comes with Joey as “{seen.guess.base}”.")
    if is_written:
        click.echo(f"The mapping to start from is {start}: correct it, and give it with --mapping.")
        return
    click.echo(f"{start} is there already, so the mapping to start from was not written. It would be:")
    click.echo(seen.guess.text)
