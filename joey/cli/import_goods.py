"""Take in offers from a file, and say what became of every row."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from joey.instance.data_folder import data_option

if TYPE_CHECKING:
    from joey.catalog.intake.import_offers import Imported

SHOWN = 20  # refused rows that the terminal names
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--marketplace", required=True, metavar="CODE|feed:NAME", help="Where the offers are sold.")
@click.option("--format", "form", metavar="FORMAT", help="csv, tsv, jsonl or xml. [default: what the file looks like]")
@click.option("--mapping", type=FILE, help="Which column is what (TOML; see docs/importing.md).")
@click.option("--full", is_flag=True, help="The file is complete: withdraw what it lacks, up to a fifth.")
@click.option("--report", type=OUT, metavar="OUT.json", help="Write the result as JSON.")
@click.option(
    "--refused", type=OUT, metavar="FILE", help="Where refused rows go. [default: NAME.refused.csv and so on, here]"
)
@data_option
@click.pass_context
def import_goods(
    ctx: click.Context,
    file: Path,
    marketplace: str,
    form: str | None,
    mapping: Path | None,
    full: bool,
    report: Path | None,
    refused: Path | None,
    data: Path,
) -> None:
    """Take in the offers of FILE (CSV, TSV, JSON lines, Google Merchant RSS or Atom; gzip too), all of it or nothing.

    Rows that cannot be read are told, and kept in a file to be mended. Exit code 1: nothing was taken in.
    """
    from joey.instance.open_instance import instance

    with instance(data, "import"):
        from joey.catalog.intake.files.forms import FORMS, form_of
        from joey.catalog.intake.files.mapping import read_mapping
        from joey.catalog.intake.import_offers import import_offers
        from joey.kit.refusals import Refusal

        try:
            how = read_mapping(mapping) if mapping else None
            written = form or (how.format if how else "") or form_of(file)
            bar = Bar(file.name)
            done = import_offers(
                file,
                marketplace,
                mapping=how,
                form=written,
                complete=full,
                refused_to=refused or Path(_refused_name(file, written if written in FORMS else "txt")),
                progress=bar.move,
            )
        except Refusal as refusal:
            if report:
                _write_report(report, _failed(refusal))
            raise
        bar.end()
    if report:
        _write_report(report, _told(done))
    kept = refused or Path(_refused_name(file, written if written in FORMS else "txt"))
    _say(done, kept, marketplace)
    if done.refused and not done.accepted:
        ctx.exit(1)


class Bar:
    """One line on the terminal that is written over; where nobody watches, a line every ten seconds."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._begun = self._told = time.monotonic()
        self._watched = sys.stderr.isatty()
        self._rows = 0

    def move(self, done: int, size: int, rows: int) -> None:
        """`done` of `size` bytes are read, which are so many rows."""
        now = time.monotonic()
        self._rows = rows
        if done < size and now - self._told < (0.2 if self._watched else 10):
            return
        self._told = now
        seconds = max(now - self._begun, 0.001)
        if done < size:
            left = f"{seconds / max(done, 1) * (size - done):.0f} s left to read"
        else:
            left = "read; now into the catalogue"
        share = 100 * done // max(size, 1)
        line = f"{self._name}  {_drawn(share)} {share:3d} %  {rows:,} rows  {rows / seconds:,.0f} rows/s  {left}"
        if self._watched:
            click.echo(f"\r\x1b[K{line}", nl=False, err=True)
        elif seconds >= 10 or done == size:
            click.echo(line, err=True)

    def end(self) -> None:
        """All is in the catalogue."""
        seconds = max(time.monotonic() - self._begun, 0.001)
        start = "\r\x1b[K" if self._watched else ""
        click.echo(
            f"{start}{self._name}  {self._rows:,} rows in {seconds:.1f} s, {self._rows / seconds:,.0f} rows/s", err=True
        )


def _drawn(percent: int) -> str:
    return "█" * (percent // 5) + "░" * (20 - percent // 5)


def _refused_name(file: Path, form: str) -> str:
    """goods.csv.gz → goods.refused.csv; in the folder one stands in, since the file's own may not be ours to write."""
    name = file.name.removesuffix(".gz")
    stem = name.rpartition(".")[0] or name
    return f"{stem}.refused.{form}"


def _told(done: "Imported") -> dict[str, Any]:
    return {
        "accepted": done.accepted,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "refused": len(done.refused),
        "rows": [{"row": each.row, "field": each.field, "reason": each.reason} for each in done.refused],
    }


def _failed(refusal: Any) -> dict[str, Any]:
    """Nothing was taken in; the one row tells why, with its number where that is known, else 0."""
    row = {"row": refusal.facts.get("row") or 0, "field": refusal.field or "file", "reason": str(refusal)}
    return {"accepted": 0, "changed": 0, "unchanged": 0, "refused": 0, "rows": [row]}


def _write_report(path: Path, told: dict[str, Any]) -> None:
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _say(done: "Imported", kept: Path, marketplace: str) -> None:
    click.echo(
        f"{done.accepted:,} rows accepted: {done.changed:,} changed something ({done.new:,} new offers), "
        f"{done.unchanged:,} said what is known. {len(done.refused):,} refused."
    )
    if done.withdrawn:
        click.echo(f"{done.withdrawn:,} offers that the file lacks were withdrawn.")
    if done.hosts:
        click.echo(f"Links of {marketplace} may lead to {', '.join(sorted(done.hosts))}.")
    for row in done.refused[:SHOWN]:
        click.echo(f"row {row.row}, {row.field}: {row.reason}", err=True)
    if len(done.refused) > SHOWN:
        click.echo(f"… and {len(done.refused) - SHOWN:,} more.", err=True)
    if done.refused:
        click.echo(f"They are in {kept}: mend them there and import that file with the same options.", err=True)
