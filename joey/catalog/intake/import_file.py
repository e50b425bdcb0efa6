"""Import offers from a file and write a report of what became of every row, also when nothing was imported."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from joey.catalog.intake.files.forms import FORMS, form_of
from joey.catalog.intake.files.read_mapping import read_mapping
from joey.catalog.intake.files.report_file import report_of, report_of_refusal, write_report
from joey.catalog.intake.import_offers import Imported, import_offers
from joey.kit.refusals import Refusal


@dataclass(frozen=True)
class ImportedFile:
    """What was imported, and the file that holds the refused rows if there are any."""

    offers: Imported
    refused_rows: Path


def import_file(
    file: Path,
    marketplace: str,
    *,
    form: str | None,
    mapping: Path | None,
    full: bool,
    report: Path | None,
    refused_rows: Path | None,
    progress: Callable[[int, int, int], None],
) -> ImportedFile:
    """Import all offers of the file or none. Raises Refusal, after writing it to `report`."""
    try:
        columns = read_mapping(mapping) if mapping else None
        form = form or (columns.format if columns else "") or form_of(file)
        refused_rows = refused_rows or Path(refused_name(file, form if form in FORMS else "txt"))
        done = import_offers(
            file, marketplace, mapping=columns, form=form, complete=full, refused_to=refused_rows, progress=progress
        )
    except Refusal as refusal:
        write_report(report, report_of_refusal(refusal))
        raise
    write_report(report, report_of(done.accepted, done.changed, done.refused))
    return ImportedFile(done, refused_rows)


def refused_name(file: Path, form: str) -> str:
    """goods.csv.gz → goods.refused.csv, in the current folder: the file's own folder may not be writable."""
    name = file.name.removesuffix(".gz")
    stem = name.rpartition(".")[0] or name
    return f"{stem}.refused.{form}"
