"""Fill a shop from a file, for a keeper with many goods."""

from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.command("list")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--shop", "slug", required=True, metavar="SLUG", help="The shop to fill.")
@data_option
@click.pass_context
def list_goods(ctx: click.Context, file: Path, slug: str, data: Path) -> None:
    """List the goods of a CSV FILE (columns link, shelf, note) in a shop; a price column is refused."""
    from joey.instance.errors import CommandFailed
    from joey.instance.open_instance import instance

    with instance(data, "list"):
        from joey.kit.clock import now
        from joey.shops.list_from_file import list_from_file
        from joey.shops.queries import shop_by_slug

        try:
            with file.open(encoding="utf-8", newline="") as lines:
                done = list_from_file(shop_by_slug(slug), lines, now=now())
        except UnicodeDecodeError:
            raise CommandFailed(f"{file} is not in UTF-8. Save it as UTF-8 and import it again.") from None
    click.echo(f"{done.added} listed, {done.held_back} held back by the rules, {len(done.refused)} refused.")
    for row in done.refused:
        click.echo(f"row {row.row}, {row.field}: {row.reason}", err=True)
    if done.refused:
        ctx.exit(1)
