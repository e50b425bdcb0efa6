"""Read the rows that a connector brings, one at a time: here a broken row becomes an unreadable report.

Every connector's rows pass here, those of a package outside too, so none has to catch what its own reading raises, nor
to leave out what names the buyer (without_buyer.py). A row that broke a rule of JSON (joey/kit/json_rows.py) is shown
to none: it stays unreadable whenever it is tried.
"""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from joey.kit.json_rows import AT_FAULT, fault_of
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.port import (
    AnyReport,
    Connector,
    ReportedRow,
    UnreadableField,
    UnreadableReport,
)
from joey.marketplaces.without_buyer import without_buyer, without_contacts

log = logging.getLogger(__name__)

LEFT_OUT = "left_out"  # in the payload of a report whose row is not kept
Kept = TypeVar("Kept", bound=AnyReport)
_OURS = frozenset({LEFT_OUT, "sha256"})


def read_reports(
    connector: Connector, question: Question, since: datetime, until: datetime
) -> Iterator[tuple[datetime, list[AnyReport]]]:
    """The connector's answer for [since, until), a window at a time, each row read or unreadable."""
    for window_end, rows in connector.rows(question, since, until):
        yield window_end, [read_row(connector, row) for row in rows]


def read_row(connector: Connector, row: ReportedRow) -> AnyReport:
    """What the row says, or the same as unreadable. Raises nothing."""
    try:
        if fault := fault_of(row.row):
            raise UnreadableField(f"it is not JSON that can be relied on: {fault}")
        report = connector.read(row)
        if isinstance(report, AnyReport):
            return _without_buyer(connector, report)
        problem = "it was read as no report"
    except UnreadableField as field:
        problem = str(field)
    except Exception as surprise:  # noqa: BLE001 - kept by its name; its text may quote the row, and so the buyer
        problem = type(surprise).__name__
    return unreadable_row(connector, row, problem)


def unreadable_row(connector: Connector, row: ReportedRow, problem: str) -> UnreadableReport:
    """The row as unreadable for this reason, with what it is about as far as that can be made out. Raises nothing."""
    # What is kept of a row that broke a rule says so, whatever its connector leaves out: it is tried again.
    mark = {AT_FAULT: row.row[AT_FAULT]} if isinstance(row.row, Mapping) and AT_FAULT in row.row else {}
    try:
        unread = _without_buyer(connector, connector.unreadable(row, problem))
        return replace(unread, payload={**unread.payload, **mark})
    except Exception as fault:  # noqa: BLE001 - logged; its text may quote the row, too
        log.error("the connector of %s fails at a row that cannot be read: %s", connector.code, type(fault).__name__)
        return _bare(row, problem, mark)


def _without_buyer(connector: Connector, report: Kept) -> Kept:
    """The report as it may be kept and shown."""
    payload = without_buyer(report.payload, connector.manifest.report_fields | _OURS)
    shown = {name: getattr(report, name, None) for name in ("title", "reason", "external_item")}
    masked: dict[str, Any] = {name: without_contacts(text) for name, text in shown.items() if isinstance(text, str)}
    return replace(report, payload=payload, **masked)


def _bare(row: ReportedRow, problem: str, mark: Mapping[str, object]) -> UnreadableReport:
    """The row without all that it says: what names the buyer could not be left out."""
    return UnreadableReport(row.kind, "", row.window_end, {**left_out(row.row, row.window_end), **mark}, problem)


def left_out(row: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """The payload in the place of a row of which nothing is kept; `at` is its time. Two rows are two reports."""
    try:
        text = repr(row)
    except (ValueError, RecursionError):  # as of whole numbers of thousands of digits
        text = at.isoformat()
    return {LEFT_OUT: "all of the row", "sha256": hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()}
