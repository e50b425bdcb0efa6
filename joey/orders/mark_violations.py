"""Open a dispute for each line that its marketplace closed for a violation, and mark the line while one is open.

Any report that says so opens it, also one that comes late and moves nothing, so the order of reports makes no
difference; and once only for a line and a reason, whatever became of it. What the line gives, should the marketplace
count it after all, is held for as long as the mark lasts.
"""

from datetime import datetime

from joey.kit import sql
from joey.marketplaces.registry import manifest_of
from joey.orders.staged_tables import ORDERS
from joey.record.append import append_set

# The open disputes of a line `l` that hold it.
VIOLATIONS = """
    SELECT d.reason FROM orders_dispute d
    WHERE d.line_id = l.id AND d.cause = 'violation' AND d.closed_at IS NULL
"""


def mark_violations(marketplace: str, *, now: datetime) -> list[str]:
    """Open the disputes that ORDERS asks for and mark their lines, each as a new revision; the ids of the disputes.

    Part of what moved the lines, in the same transaction and under their lock.
    """
    manifest = manifest_of(marketplace)
    if not manifest.violations or manifest.paid_by != "operator":
        return []  # what a marketplace pays a keeper itself is between the two
    opened = sql.tuples(
        f"""
        WITH opened AS (
            INSERT INTO orders_dispute (id, line_id, cause, reason, opened_at, closed_by)
            SELECT joey_uuid7(), l.id, 'violation', o.reason, %(now)s, '' FROM (
                SELECT DISTINCT external_order, external_line, external_part, reason FROM {ORDERS}
                WHERE state = 'closed' AND reason = ANY(%(violations)s)
            ) AS o
            JOIN orders_orderline l ON (l.marketplace, l.external_order, l.external_line, l.external_part)
                                     = (%(marketplace)s, o.external_order, o.external_line, o.external_part)
            ON CONFLICT (line_id, reason) WHERE cause = 'violation' DO NOTHING
            RETURNING id, line_id
        ), marked AS (
            UPDATE orders_orderline SET has_violation = true, revision = nextval('orders_revision')
            WHERE id IN (SELECT line_id FROM opened)
        )
        SELECT id::text FROM opened
        """,
        {"marketplace": marketplace, "violations": sorted(manifest.violations), "now": now},
    )
    return [dispute for (dispute,) in opened]


def append_violations(disputes: list[str], *, now: datetime) -> None:
    """Write down that these were opened, after what moved their lines."""
    if disputes:
        append_set(
            """
            SELECT l.shop_id, 'dispute.opened' AS kind, 'order_line:' || l.id AS subject_key,
                   jsonb_build_object('cause', d.cause, 'marketplace', l.marketplace, 'reason', d.reason) AS facts,
                   %(now)s AS happened_at
            FROM orders_dispute d JOIN orders_orderline l ON l.id = d.line_id WHERE d.id = ANY(%(disputes)s::uuid[])
            """,
            {"disputes": disputes, "now": now},
        )
