"""Read a kept report again: a later version of its connector may understand what an earlier one did not."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from joey.kit import sql
from joey.marketplaces.port import AnyReport, Connector, ReportedRow
from joey.marketplaces.read_reports import read_row
from joey.orders.storable import fitting

# Of a report `r`, what ReportAsKept needs but for its problem.
KEPT_COLUMNS = """
    r.id, r.kind, r.external_order, r.reported_at, r.poll_id, r.payload,
    (SELECT asked_at FROM orders_poll WHERE id = r.poll_id) AS asked_at
"""


@dataclass(frozen=True)
class ReportAsKept:
    """A report as it was kept."""

    id: UUID
    kind: Literal["order", "refund"]
    external_order: str
    reported_at: datetime
    poll_id: int
    asked_at: datetime  # when its poll was
    payload: str
    problem: str


def read_again(connector: Connector, kept: ReportAsKept) -> AnyReport:
    """What the connector makes of it today."""
    payload = json.loads(kept.payload)
    row = ReportedRow(kept.kind, payload, kept.reported_at)
    # What was from the future when it came does not become true with time: later reports were taken in since.
    report = fitting(read_row(connector, row), now=kept.asked_at)
    return replace(report, payload=payload)  # as it was kept, whatever the connector now leaves out


def lift_holds(reports: Sequence[UUID]) -> None:
    """A line is no longer held by a code that is known now; the new reading may hold it for another reason."""
    sql.execute(
        """
        UPDATE orders_orderline line SET held = '', revision = nextval('orders_revision')
        FROM orders_report r
        WHERE r.id = ANY(%s) AND line.held = 'unknown_code' AND line.held_digest = r.payload_sha256
          AND (line.marketplace, line.external_order, line.external_line, line.held_poll)
            = (r.marketplace, r.external_order, r.external_line, r.poll_id)
        """,
        [list(reports)],
    )
