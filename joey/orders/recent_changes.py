"""When orders and refund cases of a marketplace last changed: where a report is sure to hold something."""

from datetime import datetime

from joey.kit import sql

NEWEST_LINES = 2000


def recent_changes(marketplace: str) -> list[datetime]:
    """Of each state's newest line with and without a shop, among those that moved last, and of the newest refund case:
    the latest first."""
    found = sql.tuples(
        """
        SELECT max(reported_at) FROM (
            SELECT state, shop_id IS NULL AS in_suspense, reported_at
            FROM orders_orderline WHERE marketplace = %s ORDER BY revision DESC LIMIT %s
        ) AS newest GROUP BY state, in_suspense
        UNION
        (SELECT reported_at FROM orders_refundcase WHERE marketplace = %s ORDER BY id DESC LIMIT 1)
        """,
        [marketplace, NEWEST_LINES, marketplace],
    )
    return sorted((moment for (moment,) in found), reverse=True)
