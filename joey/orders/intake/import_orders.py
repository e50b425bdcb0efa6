"""Take in the order reports of a console's export: the same path, lock and tables as reports by protocol.

A row is from its own time of change; one that names none is from the latest time that it names (the connector says so),
never from when it was imported: an old export does not win over newer reports. Of two exports that name the same times
the one imported later wins, by the rows that it is the first to bring. A row that is known, by what is read in it,
changes nothing, whatever came in between and whatever the form and order of the rows: an answer of the marketplace says
how a row is now, a file only how it once was.

A row that is refused and names a line that is known holds it, as a report by protocol that cannot be read does
(hold_refused.py); any other is kept nowhere.

The file is read to its end first, so of one that is broken nothing is taken in. Its rows are then taken in chunk by
chunk, each a poll and a transaction of its own: whatever else changes lines waits for one chunk at most. Killed between
two of them and run again the rows of the first are known, and the end is the same.
"""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.dialect import MOST_ABOVE, TableDialect
from joey.catalog.intake.files.opened import OpenedFile
from joey.catalog.intake.files.refused_rows import RefusedRow
from joey.catalog.intake.files.rows import RowFault
from joey.catalog.intake.files.tables import Table
from joey.catalog.intake.files.unreadable_file import UnreadableFile
from joey.catalog.intake.files.workbook import rows_of_workbook
from joey.kit import clock
from joey.kit.refusals import Invalid
from joey.marketplaces import registry
from joey.marketplaces.port import Connector, OrderReport, RefundReport, UnreadableReport
from joey.orders.intake.cells import MIDNIGHT
from joey.orders.intake.order_table import OrderTable
from joey.orders.intake.read_report_mapping import check_fields
from joey.orders.intake.read_report_rows import ReadRow, RefusedReport, ReportRows
from joey.orders.intake.report_mapping import ReportMapping
from joey.orders.mark_differing import DATED_EXPORT, EXPORT, OLDER_EXPORT
from joey.orders.take_order_reports import AskedPoll, next_poll_number, take_order_reports

ENCODINGS = ("utf-8", "gb18030")  # the last is GBK and all that was added to it
DELIMITERS = ",;\t|"
MOST_REFUSED = 10_000  # with more the mapping is wrong, not the rows

Progress = Callable[[int, int, int], None]  # (bytes read, bytes in all, rows)


@dataclass
class ImportedOrders:
    """The result for a file, in rows: `changed` of the `accepted` brought something new; `holding` of the refused hold
    lines from now on, because they may say something else of them, and are all of the poll `holding_poll`.

    Of order lines: `lines` were made or moved, of which `in_suspense` have no shop; `differing` are settled, stay as
    they are, and wait because the file says something else of them.
    """

    accepted: int = 0
    changed: int = 0
    lines: int = 0
    in_suspense: int = 0
    differing: int = 0
    holding: int = 0
    holding_poll: int | None = None
    refused: list[RefusedRow] = field(default_factory=list)


@dataclass
class _Kept:
    """The reports of a file that was read to its end, in chunks, and the times from and up to which they are."""

    file: IO[bytes]
    chunks: int = 0
    times: list[datetime] = field(default_factory=list)  # the earliest and the latest
    are_dated: bool = True
    refused: list[UnreadableReport] = field(default_factory=list)

    def add(self, rows: list[ReadRow]) -> None:
        reports = [row.report for row in rows]
        pickle.dump(reports, self.file)
        self.chunks += 1
        self.are_dated &= all(row.is_dated for row in rows)
        times = [report.reported_at for report in reports] + self.times
        self.times = [min(times), max(times)]

    def all(self) -> Iterator[list[OrderReport | RefundReport]]:
        self.file.seek(0)
        for _chunk in range(self.chunks):
            yield pickle.load(self.file)  # noqa: S301 (written above)


def import_orders(
    path: Path,
    marketplace: str,
    *,
    mapping: ReportMapping,
    older: bool = False,
    progress: Progress = lambda done, size, rows: None,
    now: datetime | None = None,
) -> ImportedOrders:
    """Take in every row that can be read. Rows that cannot are in the result, and hold the lines that they name.

    `older`: the file was made before another that was imported already, so what it says contradicts no settled line.

    Raises what `connector_of` does, and UnreadableFile for a file that is truncated, broken, or of another mapping: of
    such a file nothing is taken in.
    """
    connector = connector_of(marketplace)
    now = now or clock.now()
    result = ImportedOrders()
    with TemporaryFile() as file:
        kept = _Kept(file)
        for chunk in read_orders(path, connector, mapping, now=now, progress=progress):
            result.refused += [
                RefusedRow(number, each.field, each.reason) for number, each in chunk if isinstance(each, RowFault)
            ]
            kept.refused += [each.report for _number, each in chunk if isinstance(each, RefusedReport)]
            if rows := [each for _number, each in chunk if isinstance(each, ReadRow)]:
                kept.add(rows)
        question = OLDER_EXPORT if older else DATED_EXPORT if kept.are_dated else EXPORT
        since, until = (kept.times[0], min(kept.times[1], now)) if kept.times else (now, now)

        def next_poll() -> AskedPoll:
            return AskedPoll(next_poll_number(), connector.account, question, min(since, until), until, now)

        for reports in kept.all():
            done = take_order_reports(connector.code, reports, now=now, poll=next_poll())
            result.accepted += len(reports)
            result.changed += done.reports
            result.lines += done.lines
            result.in_suspense += done.in_suspense
            result.differing += done.differing
        if kept.refused:  # after the others: the line of one may be in this file
            poll = next_poll()
            result.holding = take_order_reports(connector.code, kept.refused, now=now, poll=poll).reports
            result.holding_poll = poll.number
    return result


def connector_of(marketplace: str) -> Connector:
    """The connector whose rows an export of a marketplace is read into. Raises NotConnected, and Invalid for none."""
    connector = registry.connector_for(marketplace)
    if not connector.manifest.reports_orders:
        text = _(
            "Orders of %s cannot be taken in: what is shared there is not tracked, so no order could be matched to a"
            " shop. Nothing was changed. `joey marketplaces list` says which report orders."
        )
        raise Invalid(text % registry.name_of(marketplace), field="marketplace")
    return connector


def read_orders(
    path: Path, connector: Connector, mapping: ReportMapping, *, now: datetime, progress: Progress
) -> Iterator[list[tuple[int, ReadRow | RowFault]]]:
    """The rows of a file in chunks, each with its number: read, or why it is refused. Changes nothing.

    Raises what `check_fields` does, and UnreadableFile.
    """
    check_fields(mapping, connector.manifest.row_fields.get(mapping.reports))
    table = OrderTable(mapping)
    delimiter = mapping.delimiter or _delimiter(path)
    with OpenedFile(path, encodings=ENCODINGS) as opened:
        found = Table(
            opened,
            TableDialect(delimiter),
            rows=rows_of_workbook(opened, decimal=mapping.decimal, midnight=MIDNIGHT) if opened.is_workbook else None,
            find_header=table.find_header,
            is_no_row=table.is_no_row,
        )
        rows = ReportRows(connector, mapping, table, now, is_workbook=opened.is_workbook)
        read = refused = 0
        for chunk in found.chunks():
            read_now = list(rows.read(chunk))
            read += len(read_now)
            refused += sum(isinstance(each, RowFault) for _number, each in read_now)
            if refused > MOST_REFUSED:
                fault = next(each for _number, each in read_now if isinstance(each, RowFault))
                raise UnreadableFile(
                    _("More than %(most)d rows were refused, one for its %(field)s: %(reason)s. %(how)s")
                    % {
                        "most": MOST_REFUSED,
                        "field": fault.field,
                        "reason": fault.reason.rstrip("."),
                        "how": mapping.how_to_correct,
                    }
                )
            yield read_now
            progress(opened.done, opened.size, read)


def _delimiter(path: Path) -> str:
    """What separates the cells of the first lines. Raises UnreadableFile for XML."""
    with OpenedFile(path, encodings=ENCODINGS) as opened:
        if opened.is_workbook:
            return ","
        head = next(opened.texts())
    if head.lstrip().startswith("<"):
        raise UnreadableFile(_("This is XML, and no table of orders. Export it as CSV or as a workbook."))
    lines = head.split("\n", MOST_ABOVE)[:MOST_ABOVE]
    return max(DELIMITERS, key=lambda each: sum(line.count(each) for line in lines))
