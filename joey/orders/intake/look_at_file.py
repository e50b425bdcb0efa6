"""Look at an export before it is taken in: the first rows as they would be, and every row that would be refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from joey.catalog.intake.files.refused_rows import RefusedRow
from joey.catalog.intake.files.report_file import report_of, report_of_refusal, write_report
from joey.catalog.intake.files.rows import RowFault
from joey.kit import clock
from joey.kit.refusals import Refusal
from joey.marketplaces.port import ByPosition, OrderReport, RefundReport
from joey.money.money import Money
from joey.orders.intake.import_file import mapping_for
from joey.orders.intake.import_orders import Progress, connector_of, read_orders
from joey.orders.intake.read_report_rows import ReadRow
from joey.orders.intake.report_mapping import ReportMapping
from joey.sharing.positions_report import not_registered

SHOWN = 10


@dataclass(frozen=True)
class SeenRow:
    """One row as it would be taken in; `facts` are the other things that it says, by name."""

    number: int
    order: str
    line: str
    state: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SeenFile:
    """What would become of the rows of a file."""

    mapping: ReportMapping
    readable: int
    rows: tuple[SeenRow, ...]
    refused: tuple[RefusedRow, ...]
    not_registered: tuple[str, ...]  # positions that its rows name


def look_at_file(
    file: Path, marketplace: str, *, mapping: Path | None, report: Path | None, progress: Progress
) -> SeenFile:
    """Read every row and change nothing. Raises Refusal, after writing it to `report`."""
    readable, rows, refused, positions = 0, list[SeenRow](), list[RefusedRow](), set[str]()
    try:
        connector = connector_of(marketplace)
        used = mapping_for(marketplace, mapping)
        zone = ZoneInfo(connector.manifest.zone)
        for chunk in read_orders(file, connector, used, now=clock.now(), progress=progress):
            for number, found in chunk:
                if isinstance(found, RowFault):
                    refused.append(RefusedRow(number, found.field, found.reason))
                    continue
                readable += 1
                positions |= _positions(found.report)
                if len(rows) < SHOWN:
                    rows.append(_seen(found, zone))
    except Refusal as refusal:
        write_report(report, report_of_refusal(refusal))
        raise
    write_report(report, report_of(readable, 0, refused))
    unknown = not_registered(positions, marketplace=connector.code)
    return SeenFile(used, readable, tuple(rows), tuple(refused), tuple(unknown))


def _positions(report: OrderReport | RefundReport) -> set[str]:
    pieces = report.evidence if isinstance(report, OrderReport) else ()
    return {piece.key for piece in pieces if isinstance(piece, ByPosition)}


def _seen(row: ReadRow, zone: ZoneInfo) -> SeenRow:
    report = row.report
    if isinstance(report, OrderReport):
        state, facts = str(report.state), list(_of_order(report, zone))
    else:
        state = "refund, counts" if report.counts else "refund, does not count"
        facts = [("commission to give back, minor units", str(report.commission_back_minor))]
    facts.append(("changed", _in_the_file(report.reported_at, zone)))
    return SeenRow(row.number, report.external_order, report.external_line, state, tuple(facts))


def _of_order(report: OrderReport, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    yield "item", " ".join(filter(None, (report.external_item, report.title[:40], f"× {report.quantity}")))
    for name, minor in (
        ("paid", report.paid_minor), ("commission", report.commission_minor), ("service fee", report.service_fee_minor),
    ):  # fmt: skip
        yield name, Money(minor, report.currency).text
    for piece in report.evidence:
        if isinstance(piece, ByPosition):
            when = ", any second of that minute" if piece.to_the_minute else ""
            yield "position", f"{piece.key}, by the time it was {piece.at}{when}"
        else:
            yield "sub-id", piece.text[:80]
    for name, moment in (
        ("clicked", report.clicked_at), ("ordered", report.placed_at), ("paid at", report.paid_at),
        ("settled", report.settled_at),
    ):  # fmt: skip
        if moment:
            yield name, _in_the_file(moment, zone)


def _in_the_file(moment: datetime, zone: ZoneInfo) -> str:
    """By the clock of the marketplace, to be compared with the file; other times that commands print are in UTC."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone.key}"
