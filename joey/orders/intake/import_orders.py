"""Take in the order reports of a console's export: the same path, lock and tables as reports by protocol.

A row is from its own time of change; one that names none is from the latest time that it names (the connector says so),
never from when it was imported: an old export does not win over newer reports. Of two exports that name the same times
the one imported later wins, by the rows that it is the first to bring. A row that is known, by what is read in it,
changes nothing, whatever came in between and whatever the form and order of the rows: an answer of the marketplace says
how a row is now, a file only how it once was.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.opened import OpenedFile
from joey.catalog.intake.files.refused_rows import RefusedRow
from joey.catalog.intake.files.rows import RowFault
from joey.catalog.intake.files.tables import MOST_ABOVE, Table
from joey.catalog.intake.files.unreadable_file import UnreadableFile
from joey.catalog.intake.files.workbook import rows_of_workbook
from joey.kit import clock
from joey.kit.refusals import Invalid
from joey.marketplaces import registry
from joey.marketplaces.port import Connector
from joey.orders.intake.order_table import OrderTable
from joey.orders.intake.read_report_mapping import check_key
from joey.orders.intake.read_report_rows import ReadRow, ReportRows
from joey.orders.intake.report_mapping import ReportMapping
from joey.orders.replace_unread import dismiss_replaced
from joey.orders.stage_reports import Origin
from joey.orders.take_order_reports import AskedPoll, keep_poll, next_poll_number, take_with_origins

ENCODINGS = ("utf-16", "utf-8", "gb18030")  # the last is GBK and all that was added to it
DELIMITERS = ",;\t|"
QUESTION = "file"  # of the polls that are imports
MOST_REFUSED = 10_000  # with more the mapping is wrong, not the rows

Progress = Callable[[int, int, int], None]  # (bytes read, bytes in all, rows)


@dataclass
class ImportedOrders:
    """The result for a file, in rows: `changed` of the `accepted` brought something new. `lines` were made or moved."""

    accepted: int = 0
    changed: int = 0
    lines: int = 0
    refused: list[RefusedRow] = field(default_factory=list)


@dataclass
class _Taken:
    digests: list[bytes] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)  # the earliest and the latest time of change
    result: ImportedOrders = field(default_factory=ImportedOrders)


@transaction.atomic(durable=True)
def import_orders(
    path: Path,
    marketplace: str,
    *,
    mapping: ReportMapping,
    progress: Progress = lambda done, size, rows: None,
    now: datetime | None = None,
) -> ImportedOrders:
    """Take in every row that can be read, or nothing. Rows that cannot are in the result, and kept nowhere.

    Raises what `connector_of` does, and UnreadableFile for a file that is truncated, broken, or of another mapping.
    """
    connector = connector_of(marketplace)
    now = now or clock.now()
    origin = Origin(next_poll_number(), now)
    taken = _take(path, connector, mapping, origin, now, progress)
    if taken.digests:
        since, until = min(taken.times), min(max(taken.times), now)
        poll = AskedPoll(origin.poll, connector.account, QUESTION, min(since, until), until, now)
        keep_poll(connector.code, poll, taken.digests)
        dismiss_replaced(connector.code, now=now)
    return taken.result


def connector_of(marketplace: str) -> Connector:
    """The connector whose rows an export of a marketplace is read into. Raises NotConnected, and Invalid for none."""
    connector = registry.connector_for(marketplace)
    if not connector.manifest.reports_orders:
        text = _("Orders of %s cannot be taken in: its connector reads none, and nothing shared there is tracked.")
        raise Invalid(text % registry.name_of(marketplace), field="marketplace")
    return connector


def read_orders(
    path: Path, connector: Connector, mapping: ReportMapping, *, now: datetime, progress: Progress
) -> Iterator[list[tuple[int, ReadRow | RowFault]]]:
    """The rows of a file in chunks, each with its number: read, or why it is refused. Changes nothing.

    Raises what `check_key` does, and UnreadableFile.
    """
    check_key(mapping, connector.manifest.row_fields.get(mapping.reports))
    table = OrderTable(mapping)
    delimiter = mapping.delimiter or _delimiter(path)
    with OpenedFile(path, encodings=ENCODINGS) as opened:
        found = Table(
            opened,
            delimiter,
            rows=rows_of_workbook(opened, decimal=mapping.decimal) if opened.is_workbook else None,
            find_header=table.find_header,
            is_no_row=table.is_no_row,
        )
        rows = ReportRows(connector, mapping, table, now)
        read = refused = 0
        for chunk in found.chunks():
            read_now = list(rows.read(chunk))
            read += len(read_now)
            refused += sum(isinstance(each, RowFault) for _number, each in read_now)
            if refused > MOST_REFUSED:
                fault = next(each for _number, each in read_now if isinstance(each, RowFault))
                raise UnreadableFile(
                    _("More than %(most)d rows were refused, one for its %(field)s: %(reason)s. Check the mapping.")
                    % {"most": MOST_REFUSED, "field": fault.field, "reason": fault.reason}
                )
            yield read_now
            progress(opened.done, opened.size, read)


def _take(
    path: Path, connector: Connector, mapping: ReportMapping, origin: Origin, now: datetime, progress: Progress
) -> _Taken:
    taken = _Taken()
    result = taken.result
    for chunk in read_orders(path, connector, mapping, now=now, progress=progress):
        reports = [each.report for _number, each in chunk if isinstance(each, ReadRow)]
        result.refused += [
            RefusedRow(number, each.field, each.reason) for number, each in chunk if isinstance(each, RowFault)
        ]
        if not reports:
            continue
        given = [(report, origin) for report in reports]
        done = take_with_origins(connector.code, given, now=now, are_current=False)
        times = [report.reported_at for report in reports] + taken.times
        taken.times = [min(times), max(times)]
        taken.digests += done.digests
        result.accepted += len(reports)
        result.changed += len(done.digests)
        result.lines += done.lines
    return taken


def _delimiter(path: Path) -> str:
    """What separates the cells of the first lines. Raises UnreadableFile for a web page, as some consoles call .xls."""
    with OpenedFile(path, encodings=ENCODINGS) as opened:
        if opened.is_workbook:
            return ","
        head = next(opened.texts())
    if head.lstrip().startswith("<"):
        raise UnreadableFile(
            _("This is a web page, whatever it is called. Open it in a spreadsheet and save it as .xlsx.")
        )
    lines = head.split("\n", MOST_ABOVE)[:MOST_ABOVE]
    return max(DELIMITERS, key=lambda each: sum(line.count(each) for line in lines))
