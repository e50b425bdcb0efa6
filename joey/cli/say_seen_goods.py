"""Print what `joey import --check` saw of a file, and write the mapping to start from."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from joey.catalog.intake.look_at_goods import SeenOffers

SHOWN = 20


def say_seen(seen: "SeenOffers", file: Path, start: Path) -> None:
    """The rows, what is wrong with others, and where the mapping is; one that is there already stays as it is."""
    for goods in seen.goods:
        click.echo(f"row {goods.row}: {goods.id}: {goods.title}")
        click.echo("    " + "; ".join(f"{name}: {value}" for name, value in goods.facts))
    click.echo(
        f"Of the first rows could be taken: {seen.readable:,}. Refused would be: {len(seen.refused):,}."
        " Nothing was taken in."
    )
    for what, rows in (("refused", seen.refused), ("lost or left out", seen.notes)):
        for row in rows[:SHOWN]:
            click.echo(f"{what}, row {row.row}, {row.field}: {row.reason}", err=True)
    if seen.hosts:
        click.echo(f"Links lead to {', '.join(seen.hosts[:SHOWN])}: name those you allow, as hosts = […].")
    if seen.guess is None:
        return
    if seen.guess.base:
        click.echo(f"It looks like the columns of the mapping that comes with Joey as “{seen.guess.base}”.")
    if start.exists():
        click.echo(f"{start} is there already, so the mapping to start from was not written. It would be:")
        click.echo(seen.guess.text)
        return
    start.parent.mkdir(parents=True, exist_ok=True)
    start.write_text(
        f"# Guessed from {file.name}. Correct it, and see with --check what it reads.\n{seen.guess.text}", "utf-8"
    )
    click.echo(f"The mapping to start from is {start}: correct it, and give it with --mapping.")
