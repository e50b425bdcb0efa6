"""Mark the lines of which a newer report cannot be read: what such a line shows may be wrong, so its money waits.

The mark stands beside `held`, which is what the newest report that was read says: each may end while the other lasts.
"""

from joey.kit import sql
from joey.orders.newest_report import IS_REPLACED, IS_UNREAD_OF_LINE


def mark_unread(marketplace: str) -> None:
    """Bring the marks of a marketplace's lines up to its list of unreadable reports, each change as a new revision.

    Part of whatever moves lines or changes the list, in the same transaction and under the lock of the lines.
    """
    sql.execute(
        f"""
        UPDATE orders_orderline SET has_unread = NOT has_unread, revision = nextval('orders_revision')
        WHERE id IN (
            SELECT l.id FROM orders_orderline l WHERE l.marketplace = %(marketplace)s AND l.has_unread
               AND NOT EXISTS (SELECT FROM orders_unreadreport u WHERE {IS_UNREAD_OF_LINE} AND NOT {IS_REPLACED})
            UNION ALL
            SELECT l.id FROM orders_unreadreport u JOIN orders_orderline l ON {IS_UNREAD_OF_LINE}
            WHERE u.marketplace = %(marketplace)s AND NOT l.has_unread AND NOT {IS_REPLACED}
        )
        """,
        {"marketplace": marketplace},
    )
