"""Import offers from a file."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from joey.cli.data_option import data_option
from joey.cli.say_seen_goods import NO_GOODS, say_seen

if TYPE_CHECKING:
    from joey.catalog.intake.files.refused_rows import RefusedRow, RowNote
    from joey.catalog.intake.import_offers import Imported

SHOWN = 20  # refused rows printed in the terminal
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--marketplace", required=True, metavar="CODE|feed:NAME", help="Where the offers are sold.")
@click.option("--format", "form", metavar="FORMAT", help="csv, tsv, jsonl or xml. [default: what the file looks like]")
@click.option(
    "--mapping", metavar="FILE|NAME",
    help="Which column is what (TOML; see docs/importing.md), or the name of a mapping that comes with Joey.",
)  # fmt: skip
@click.option("--check", is_flag=True, help="Show ten rows as they would be taken, and write a mapping to start from.")
@click.option("--full", is_flag=True, help="The file is complete: withdraw offers it lacks, up to a fifth.")
@click.option("--report", type=OUT, metavar="OUT.json", help="Write the result as JSON.")
@click.option(
    "--refused",
    type=OUT,
    metavar="FILE",
    help="Where refused rows go. [default: DATA/refused/MARKETPLACE/NAME.refused.csv and so on]",
)
@data_option
@click.pass_context
def import_goods(
    ctx: click.Context,
    file: Path,
    marketplace: str,
    form: str | None,
    mapping: str | None,
    check: bool,
    full: bool,
    report: Path | None,
    refused: Path | None,
    data: Path,
) -> None:
    """Import the offers of FILE (CSV, TSV, .xlsx, .xls, JSON lines, Google Merchant RSS or Atom; gzip and zip too): all
    of them or none.

    Rows that cannot be read are reported, and written to a file to be fixed. Exit code 1: nothing was imported.
    """
    from joey.instance.open_instance import instance

    with instance(data, "import"):
        from joey.catalog.intake.import_file import import_file
        from joey.catalog.intake.ready_mappings import mapping_file

        how = mapping_file(mapping) if mapping else None
        if check:
            from joey.catalog.intake.look_at_goods import look_at_goods, write_start

            seen = look_at_goods(file, marketplace, form=form, mapping=how)
            start = data / "mappings" / marketplace.replace(":", "-") / f"{file.name.partition('.')[0]}.toml"
            is_written = seen.guess is not None and write_start(seen.guess.text, file, start)
            say_seen(seen, start, is_written=is_written)
            ctx.exit(0 if seen.readable else 1)
        bar = ImportBar(file.name)
        done = import_file(
            file, marketplace,
            form=form, mapping=how, full=full, report=report, refused_rows=refused, progress=bar.move,
        )  # fmt: skip
        bar.end()
    _print(done.offers, done.refused_rows, marketplace)
    if done.offers.accepted:
        return
    if not done.offers.refused:
        click.echo(NO_GOODS, err=True)
    else:
        click.echo("If the columns are called otherwise: `joey import --check FILE` guesses which are which.", err=True)
    ctx.exit(0 if done.offers.withdrawn else 1)


class ImportBar:
    """One line on the terminal that is overwritten; if the output is no terminal, a line every ten seconds."""

    def __init__(self, name: str, then: str = "now into the catalogue") -> None:
        self._name, self._then = name, then
        self._began = self._printed = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._rows = 0

    def move(self, done: int, size: int, rows: int) -> None:
        """`done` of `size` bytes are read, which are so many rows."""
        now = time.monotonic()
        self._rows = rows
        if done < size and now - self._printed < (0.2 if self._terminal else 10):
            return
        self._printed = now
        seconds = max(now - self._began, 0.001)
        left = f"{seconds / max(done, 1) * (size - done):.0f} s left to read" if done < size else f"read; {self._then}"
        share = 100 * done // max(size, 1)
        line = f"{self._name}  {_drawn(share)} {share:3d} %  {rows:,} rows  {rows / seconds:,.0f} rows/s  {left}"
        if self._terminal:
            click.echo(f"\r\x1b[K{line}", nl=False, err=True)
        elif seconds >= 10 or done == size:
            click.echo(line, err=True)

    def end(self) -> None:
        """Replace the bar by the sum, once the import is committed: how many rows in how many seconds."""
        seconds = max(time.monotonic() - self._began, 0.001)
        start = "\r\x1b[K" if self._terminal else ""
        click.echo(
            f"{start}{self._name}  {self._rows:,} rows in {seconds:.1f} s, {self._rows / seconds:,.0f} rows/s", err=True
        )


def _drawn(percent: int) -> str:
    return "█" * (percent // 5) + "░" * (20 - percent // 5)


def _print(done: "Imported", refused_rows: Path, marketplace: str) -> None:
    click.echo(
        f"Rows accepted: {done.accepted:,}, of which {done.changed:,} changed something (new offers: {done.new:,}) and "
        f"{done.unchanged:,} changed nothing. Refused: {len(done.refused):,}."
    )
    if done.withdrawn:
        click.echo(f"Offers that the file lacks, which were withdrawn: {done.withdrawn:,}.")
    if done.hosts:
        click.echo(f"Links of {marketplace} may lead to {', '.join(sorted(done.hosts))}.")
    if done.noted:
        click.echo(f"Taken in, but not in all of their fields, or left out: {done.noted:,}.", err=True)
        say_refused(done.notes, of=done.noted)
    if done.refused:
        click.echo(f"Refused: {len(done.refused):,}.", err=True)
    say_refused(done.refused)
    if done.refused:
        click.echo(f"They are in {refused_rows}: fix them there and import that file with the same options.", err=True)


def say_refused(rows: Sequence["RefusedRow | RowNote"], of: int | None = None) -> None:
    """The first of the rows, each with its reason; there are `of` in all, if these are not."""
    for row in rows[:SHOWN]:
        click.echo(f"row {row.row}, {row.field}: {row.reason}", err=True)
    if (more := (of or len(rows)) - SHOWN) > 0:
        click.echo(f"… and {more:,} more.", err=True)
