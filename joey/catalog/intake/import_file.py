"""Import offers from a file and write a report of what became of every row, also when nothing was imported."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

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
        refused_rows = refused_rows or refused_file(file, marketplace, form if form in FORMS else "txt")
        done = import_offers(
            file, marketplace, mapping=columns, form=form, complete=full, refused_to=refused_rows, progress=progress
        )
    except Refusal as refusal:
        write_report(report, report_of_refusal(refusal))
        raise
    write_report(report, report_of(done.accepted, done.changed, done.refused, done.notes, done.noted))
    return ImportedFile(done, refused_rows)


def refused_file(file: Path, marketplace: str, form: str) -> Path:
    """goods.csv.gz of feed:tea → DATA/refused/feed-tea/goods.refused.csv: the file's own folder may not be writable.

    Two feeds may be called alike, and the rows that one file of refused rows still has replace it.
    """
    name = file.name.removesuffix(".gz")
    stem = (name.rpartition(".")[0] or name).removesuffix(".refused")
    return Path(settings.DATA) / "refused" / marketplace.replace(":", "-") / f"{stem}.refused.{form}"
