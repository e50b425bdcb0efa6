"""Take in order reports from a file that a marketplace's console exported."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from joey.cli.data_option import data_option
from joey.cli.import_goods import FILE, OUT, ImportBar, say_refused
from joey.cli.not_installed import say_not_installed

if TYPE_CHECKING:
    from joey.catalog.intake.files.refused_rows import RefusedRow
    from joey.orders.intake.import_orders import ImportedOrders
    from joey.orders.intake.look_at_file import SeenFile, SeenRow
    from joey.orders.intake.report_mapping import ReportMapping

NAMED = 5


@click.command("import-orders")
@click.argument("file", type=FILE)
@click.option("--marketplace", required=True, metavar="CODE", help="Whose console exported it.")
@click.option(
    "--mapping", type=FILE, help="Which column is what (TOML; see docs/importing.md). [default: the marketplace's own]"
)
@click.option("--report", type=OUT, metavar="OUT.json", help="Write the result as JSON.")
@click.option("--older", is_flag=True, help="FILE was made before another export that was imported already.")
@click.option("--check", is_flag=True, help="Show ten rows as they would be taken in, and take in nothing.")
@data_option
@click.pass_context
def import_orders(
    ctx: click.Context,
    file: Path,
    marketplace: str,
    mapping: Path | None,
    report: Path | None,
    older: bool,
    check: bool,
    data: Path,
) -> None:
    """Take in the order reports of FILE, an export of a marketplace's console (CSV, .xlsx or .xls; in a zip too).

    Rows that cannot be read are reported, and the others taken in as if the marketplace had reported them to Joey.
    Exit code 1: none was.
    """
    from joey.instance.open_instance import instance

    with instance(data, "import"):
        from joey.commissions.earn_due import earn_due
        from joey.kit.clock import now
        from joey.orders.intake.import_file import import_file
        from joey.orders.intake.look_at_file import look_at_file

        bar = ImportBar(file.name, then="every row was looked at" if check else "now into the books")
        if check:
            seen = look_at_file(file, marketplace, mapping=mapping, report=report, progress=bar.move)
            bar.end()
            _say_unverified(seen.mapping, mapping)
            _say_seen(seen)
            ctx.exit(0 if seen.readable else 1)
        done = import_file(file, marketplace, mapping=mapping, older=older, report=report, progress=bar.move)
        bar.end()
        earned = earn_due(now=now())
    _say_unverified(done.mapping, mapping)
    orders = done.orders
    _say_taken(orders)
    click.echo(f"Order lines checked: {earned.lines}, journals booked: {earned.journals}.")
    _say_refused(orders.refused, done.mapping)
    say_not_installed(earned.not_installed)
    if orders.refused and not orders.accepted:
        ctx.exit(1)


def _say_unverified(used: "ReportMapping", given: Path | None) -> None:
    if used.unverified:
        whose = given or "the mapping that comes with Joey"
        click.echo(f"UNVERIFIED: the columns of {whose} are a guess. {used.unverified}", err=True)


def _say_taken(orders: "ImportedOrders") -> None:
    click.echo(
        f"Rows accepted: {orders.accepted:,}, of which {orders.changed:,} brought something new and "
        f"{orders.accepted - orders.changed:,} changed nothing. Refused: {len(orders.refused):,}. "
        f"Order lines moved: {orders.lines:,}, of which {orders.in_suspense:,} in suspense."
    )
    if orders.in_suspense:
        click.echo(
            f"Lines that have no shop, so they earn nothing yet: {orders.in_suspense:,}. `joey lines suspense` says of"
            " each why, and what to do.",
            err=True,
        )
    if orders.differing:
        click.echo(
            "Settled order lines that wait, because this export says something else of them and names no time of the"
            f" change: {orders.differing:,}. `joey lines holds` lists what is on hold, `joey lines release` ends a"
            " hold. If the export was made before another that was imported already, import it again with --older.",
            err=True,
        )
    if orders.holding:
        click.echo(
            f"Refused rows that name orders that are known: {orders.holding:,}. The money of these waits: what such a"
            " row says may be another state or other amounts. `joey reports unreadable` lists the rows. A later"
            " report that moves the order ends it; once you know from the marketplace, so does `joey reports dismiss`"
            f" with one of them, or `joey reports dismiss-poll {orders.holding_poll}` with all of them.",
            err=True,
        )


def _say_refused(rows: "Sequence[RefusedRow]", used: "ReportMapping") -> None:
    say_refused(rows)
    if rows:
        click.echo(
            "Of a refused row only the numbers of its order are kept, where that is known. If its cell is wrong, export"
            " it again; if a column is read wrongly, correct"
            f" a copy of {used.file} and give it with --mapping. Then import the whole file again: what is known"
            " already changes nothing.",
            err=True,
        )


def _say_seen(seen: "SeenFile") -> None:
    for row in seen.rows:
        for line in _lines_of(row):
            click.echo(line)
    click.echo(
        f"Rows that could be taken in: {seen.readable:,}. Refused would be: {len(seen.refused):,}."
        " Nothing was taken in."
    )
    if seen.not_registered:
        first = ", ".join(seen.not_registered[:NAMED])
        more = f" and {len(seen.not_registered) - NAMED:,} more" if len(seen.not_registered) > NAMED else ""
        click.echo(
            f"Positions that are not registered here: {first}{more}. What was ordered through them would have no shop:"
            " see `joey positions register`, or give each order to its shop after the import (`joey lines attribute`).",
            err=True,
        )
    _say_refused(seen.refused, seen.mapping)


def _lines_of(row: "SeenRow") -> Iterator[str]:
    yield f"row {row.number}: order {row.order}, line {row.line}: {row.state}"
    for name, value in row.facts:
        yield f"    {name}: {value}"
