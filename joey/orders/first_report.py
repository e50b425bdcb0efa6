"""What the first report of an order line said: what it is priced by, however late it is booked.

A line whose booking waits, for its shop or because of an outage, is reported again meanwhile. None of that may price it
otherwise than if it had been booked at once, so only the report that made it counts.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.kit import sql
from joey.kit.partitions import first_id_of
from joey.kit.sets import Int, SetTable
from joey.orders.newest_report import oldest_first
from joey.orders.staged_tables import TAKEN_WITHIN


@dataclass(frozen=True)
class FirstReport:
    """Of one line."""

    line_id: UUID
    moment: datetime  # of the click, else of the order, else of the payment, else of the report itself
    moment_kind: str  # which of them: "clicked", "placed", "paid" or "reported"
    rate_ppm: Int | None


_SAYS = """
    l.id AS line_id, r.rate_ppm, coalesce(r.clicked_at, r.placed_at, r.paid_at, r.reported_at) AS moment,
    CASE WHEN r.clicked_at IS NOT NULL THEN 'clicked' WHEN r.placed_at IS NOT NULL THEN 'placed'
         WHEN r.paid_at IS NOT NULL THEN 'paid' ELSE 'reported' END AS moment_kind
"""
_REPORTS = """
    SELECT marketplace, external_order, external_line, external_part, received_at, reported_at, poll_id AS poll,
           payload_sha256 AS digest, state, rate_ppm, clicked_at, placed_at, paid_at
    FROM orders_report WHERE kind = 'order' AND problem = ''
"""
_OF_LINE = (
    "(marketplace, external_order, external_line, external_part)"
    " = (l.marketplace, l.external_order, l.external_line, l.external_part)"
)
_OLDEST = f"r.received_at, {oldest_first('r')}"  # of reports that were taken in together the oldest is the first


def first_reports(lines: str) -> str:
    """SQL for the FirstReport of each line whose id the query `lines` has."""
    return f"""
        SELECT DISTINCT ON (l.id) {_SAYS}
        FROM orders_orderline l JOIN ({_REPORTS}) r
          ON (r.marketplace, r.external_order, r.external_line, r.external_part)
           = (l.marketplace, l.external_order, l.external_line, l.external_part)
        WHERE l.id IN ({lines})
        ORDER BY l.id, {_OLDEST}
    """


def first_reports_into(found: SetTable[FirstReport], lines: str) -> None:
    """Fill the set for the lines whose id the query `lines` has; none of their reports is older than they are.

    Each line looks its own reports up, by index: of a first day's reports there are no statistics yet, and a plan that
    begins with the reports reads all of them for a few lines.
    """
    since = sql.value(f"SELECT min(first_seen_at) FROM orders_orderline WHERE id IN ({lines})")
    if since is not None:
        found.insert(
            f"""
            SELECT {_SAYS} FROM orders_orderline l CROSS JOIN LATERAL (
                SELECT * FROM ({_REPORTS} AND id >= %(first)s AND {_OF_LINE}) r ORDER BY {_OLDEST} LIMIT 1
            ) r WHERE l.id IN ({lines})
            """,
            {"first": first_id_of(since - TAKEN_WITHIN)},
        )
