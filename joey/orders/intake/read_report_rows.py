"""Turn rows of an export into the rows that a connector reads, and read them: one path with reports by protocol."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.rows import FileRows, RowFault
from joey.kit.refusals import Invalid
from joey.marketplaces.manifest_shape import RowFields
from joey.marketplaces.port import (
    Connector,
    HoldReport,
    OrderReport,
    RefundReport,
    ReportedRow,
    UnreadableReport,
)
from joey.marketplaces.read_reports import read_row, unreadable_row
from joey.orders.intake import cells
from joey.orders.intake.order_table import OrderTable
from joey.orders.intake.report_mapping import ReportColumn, ReportMapping
from joey.orders.intake.rows_of_one_line import RowsOfOneLine
from joey.orders.read_again import REFUSED
from joey.orders.storable import fitting

TIME = "%Y-%m-%d %H:%M:%S"  # of the marketplace's own clock, as its reports have it
# A spreadsheet leaves seconds out, and writes those that it does not have as 00: such a time is any of its minute.
MINUTE = "%Y-%m-%d %H:%M"
ROW = "row"


@dataclass(frozen=True)
class ReadRow:
    """A row that could be read, and its number in the file."""

    number: int
    report: OrderReport | RefundReport
    is_dated: bool  # it names its own time of change


@dataclass(frozen=True)
class RefusedReport(RowFault):
    """Why a row is refused, and what it is about: a line that is known waits for it."""

    report: UnreadableReport


class ReportRows:
    """Reads the rows of one file."""

    def __init__(
        self, connector: Connector, mapping: ReportMapping, table: OrderTable, now: datetime, *, is_workbook: bool
    ) -> None:
        self._connector, self._mapping, self._now, self._is_workbook = connector, mapping, now, is_workbook
        self._own_zone = ZoneInfo(connector.manifest.zone)
        self._zone = ZoneInfo(mapping.zone or connector.manifest.zone)
        self._named = {column: name for column in mapping.columns if (name := table.column_of(column))}
        self._shown = {column.name: name for column, name in self._named.items()}
        self._called = {each.name: f"“{self._shown.get(each.name, each.columns[0])}”" for each in mapping.columns}
        fields = connector.manifest.row_fields.get(mapping.reports) or RowFields(())
        self._changed, self._key = fields.changed, fields.needed
        self._rows_so_far = RowsOfOneLine(fields)

    def read(self, rows: FileRows) -> Iterator[tuple[int, ReadRow | RowFault]]:
        """Each row with its number: read, or why it is refused."""
        columns = {column: rows.column(name) for column, name in self._named.items()}
        for column, found in columns.items():
            if column.how == "number" and cells.are_rounded(found):
                columns[column] = [cells.ROUNDED if cells.is_long(cell) else cell for cell in found]
            if column.how == "time" and self._is_workbook and cells.are_days(found, none=self._mapping.none):
                columns[column] = [(cell or "").removesuffix(cells.MIDNIGHT) for cell in found]
        for place, number in enumerate(rows.numbers):
            given = {column: found[place] for column, found in columns.items()}
            yield number, self._read(number, given, rows.wrong.get(place))

    def _read(self, number: int, given: Mapping[ReportColumn, str], wrong: RowFault | None) -> ReadRow | RefusedReport:
        """`wrong`: why the row is refused, whatever its cells say."""
        row, faults = dict(self._mapping.constants), [wrong] if wrong else []
        for column, cell in given.items():
            try:
                if value := self._value(column, cell):
                    row[column.name] = value
            except Invalid as refusal:
                faults.append(RowFault(self._named[column], str(refusal)))
        found = faults[0] if faults else self._read_cells(number, row)
        return found if isinstance(found, ReadRow) else self._refused(row, given, found)

    def _read_cells(self, number: int, row: Mapping[str, str]) -> ReadRow | RowFault:
        reported = ReportedRow(self._mapping.reports, row, self._now)
        report = fitting(read_row(self._connector, reported), now=self._now)
        if isinstance(report, UnreadableReport):
            return self._fault(report.problem.replace("reported_at", self._changed or "reported_at"))
        assert not isinstance(report, HoldReport), "a mapping names orders or refund cases"
        if isinstance(report, OrderReport) and report.state == "unknown":
            return RowFault(ROW, str(_("its state is a code that Joey does not know")))
        if fault := self._rows_so_far.fault_of(number, row, report):
            name, why = fault
            return RowFault(self._shown.get(name, ROW), str(why))
        return ReadRow(number, report, is_dated=bool(row.get(self._changed)))

    def _refused(self, row: Mapping[str, str], given: Mapping[ReportColumn, str], fault: RowFault) -> RefusedReport:
        """Of its cells only what names the line is kept: what a wrong mapping reads may be a buyer's name."""
        unread = unreadable_row(self._connector, ReportedRow(self._mapping.reports, row, self._now), fault.reason)
        cells_read = repr(sorted((column.name, cell or "") for column, cell in given.items()))
        key = {name: row[name] for name in self._key if name in row}
        payload = {**key, REFUSED: hashlib.sha256(cells_read.encode("utf-8", "replace")).hexdigest()}
        return RefusedReport(fault.field, fault.reason, replace(unread, payload=payload))

    def _value(self, column: ReportColumn, cell: str) -> str:
        """What the connector reads; "" where the cell says nothing."""
        text = cells.cleaned(cell or "")
        if not text or text in self._mapping.none:
            return ""
        if column.words:
            if text not in column.words:
                said = {"word": cells.text_of(text)[:40], "field": column.name}
                raise Invalid(
                    _("The mapping does not say what “%(word)s” means. Add it under [words.%(field)s].") % said
                )
            return column.words[text]
        decimal = self._mapping.decimal
        match column.how:
            case "number":
                return cells.number_of(text)
            case "amount":
                return cells.amount_of(text, currency=self._connector.manifest.currency, decimal=decimal)
            case "rate":
                return cells.rate_of(text, decimal=decimal)
            case "time" | "day":
                at = cells.time_of(text, zone=self._zone, dates=self._mapping.dates, whole_day=column.how == "day")
                return at.astimezone(self._own_zone).strftime(TIME if at.second else MINUTE)
        return cells.text_of(text)

    def _fault(self, problem: str) -> RowFault:
        """The connector names its own fields, the first one first; the operator finds the columns."""
        name = problem.partition(" ")[0]
        said = re.sub(r"\w+", lambda found: self._called.get(found[0], found[0]), problem, flags=re.ASCII)
        return RowFault(self._shown.get(name, name if name in self._fields else ROW), said)

    @property
    def _fields(self) -> set[str]:
        return {column.name for column in self._mapping.columns} | set(self._mapping.constants)
