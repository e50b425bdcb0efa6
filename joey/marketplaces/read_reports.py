"""Read the rows that a connector brings, one at a time: here a broken row becomes an unreadable report.

Every connector's rows pass here, those of a package outside too, so none has to catch what its own reading raises.
"""

import hashlib
import logging
from collections.abc import Iterator
from datetime import datetime

from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.port import (
    AnyReport,
    Connector,
    OrderReport,
    RefundReport,
    ReportedRow,
    UnreadableField,
    UnreadableReport,
)

log = logging.getLogger(__name__)


def read_reports(
    connector: Connector, question: Question, since: datetime, until: datetime
) -> Iterator[tuple[datetime, list[AnyReport]]]:
    """The connector's answer for [since, until), a window at a time, each row read or unreadable."""
    for window_end, rows in connector.rows(question, since, until):
        yield window_end, [read_row(connector, row) for row in rows]


def read_row(connector: Connector, row: ReportedRow) -> AnyReport:
    """What the row says, or the same as unreadable. Raises nothing."""
    try:
        report = connector.read(row)
        if isinstance(report, (OrderReport, RefundReport, UnreadableReport)):
            return report
        problem = "it was read as no report"
    except UnreadableField as field:
        problem = str(field)
    except Exception as surprise:  # noqa: BLE001 - kept by its name; its text may quote the row, and so the buyer
        problem = type(surprise).__name__
    try:
        return connector.unreadable(row, problem)
    except Exception as fault:  # noqa: BLE001 - logged; its text may quote the row, too
        log.error("the connector of %s fails at a row that cannot be read: %s", connector.code, type(fault).__name__)
        return _bare(row, problem)


def _bare(row: ReportedRow, problem: str) -> UnreadableReport:
    """The row without all that it says: what names the buyer could not be left out. Two rows are two reports."""
    try:
        text = repr(row.row)
    except (ValueError, RecursionError):  # as of whole numbers of thousands of digits
        text = row.window_end.isoformat()
    left_out = {"left_out": "all of the row", "sha256": hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()}
    return UnreadableReport(row.kind, "", row.window_end, left_out, problem)
