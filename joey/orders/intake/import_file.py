"""Import an export by its mapping and write a report of what became of every row, also when nothing was taken in."""

from dataclasses import dataclass
from pathlib import Path

from joey.catalog.intake.files.report_file import report_of, report_of_refusal, write_report
from joey.kit.refusals import Refusal
from joey.orders.intake.import_orders import ImportedOrders, Progress, connector_of, import_orders
from joey.orders.intake.read_report_mapping import read_report_mapping, starting_mapping
from joey.orders.intake.report_mapping import ReportMapping


@dataclass(frozen=True)
class ImportedExport:
    """What was taken in, and by which mapping."""

    orders: ImportedOrders
    mapping: ReportMapping


def import_file(
    file: Path, marketplace: str, *, mapping: Path | None, older: bool, report: Path | None, progress: Progress
) -> ImportedExport:
    """Import every row that can be read. Raises Refusal, after writing it to `report`: then nothing was."""
    try:
        used = mapping_for(marketplace, mapping)
        done = import_orders(file, marketplace, mapping=used, older=older, progress=progress)
    except Refusal as refusal:
        write_report(report, report_of_refusal(refusal))
        raise
    write_report(report, report_of(done.accepted, done.changed, done.refused))
    return ImportedExport(done, used)


def mapping_for(marketplace: str, given: Path | None) -> ReportMapping:
    """The given mapping, else the one that comes with the marketplace."""
    return read_report_mapping(given or starting_mapping(connector_of(marketplace).code))
