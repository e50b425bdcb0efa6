"""Read a kept report again: a later version of its connector may understand what an earlier one did not."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from joey.marketplaces.port import AnyReport, Connector, ReportedRow, ReportKind, UnreadableReport
from joey.marketplaces.read_reports import LEFT_OUT, read_row
from joey.orders.storable import fitting

# In the payload of a row that an import refused: a digest of its cells. Only those that name its line are kept.
REFUSED = "refused_row_sha256"

# Of a report `r`, what ReportAsKept needs but for its problem.
KEPT_COLUMNS = """
    r.id, r.kind, r.external_order, r.stamped_at AS reported_at, r.poll_id, r.payload,
    (SELECT asked_at FROM orders_poll WHERE id = r.poll_id) AS asked_at
"""


@dataclass(frozen=True)
class ReportAsKept:
    """A report as it was kept."""

    id: UUID
    kind: ReportKind
    external_order: str
    reported_at: datetime
    poll_id: int
    asked_at: datetime  # when its poll was
    payload: str
    problem: str
    held: str = ""  # for what it holds its line


def read_again(connector: Connector, kept: ReportAsKept) -> AnyReport:
    """What the connector makes of it today."""
    payload = json.loads(kept.payload)
    if REFUSED in payload or LEFT_OUT in payload:
        return UnreadableReport(kept.kind, kept.external_order, kept.reported_at, payload, kept.problem)
    row = ReportedRow(kept.kind, payload, kept.reported_at)
    # What was from the future when it came does not become true with time: later reports were taken in since.
    report = fitting(read_row(connector, row), now=kept.asked_at)
    return replace(report, payload=payload)  # as it was kept, whatever the connector now leaves out
