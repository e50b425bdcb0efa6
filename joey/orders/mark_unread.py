"""Mark the lines of which a newer report cannot be read: what such a line shows may be wrong, so its money waits.

The mark is kept apart from `held`, which the newest report that was read says: each may end while the other lasts.
"""

from joey.kit import sql
from joey.orders.newest_report import IS_REPLACED, UNREAD_OF_LINE, trade_of
from joey.orders.staged_tables import LEFT_LIST


def mark_unread(marketplace: str, orders: str) -> None:
    """Bring the marks of these orders' lines up to the list of unreadable reports, each change as a new revision. So is
    each that keeps its mark where the list changed: another report may be the reason now (hold_causes.py).

    `orders` is a SELECT of the `external_order` of those that moved or whose list changed, and whether it did: a report
    that cannot be read may be about any line of its order, whichever of the order's numbers it has. Part of what did
    that, in the same transaction and under the lock of the lines.
    """
    sql.execute(
        f"""
        WITH given (external_order, is_relisted) AS ({orders}), changed AS (
            SELECT external_order, is_relisted FROM given
            UNION SELECT l.external_order, given.is_relisted FROM given
            JOIN orders_othernumber n ON (n.marketplace, n.number) = (%(marketplace)s, given.external_order)
            JOIN orders_orderline l ON (l.marketplace, {trade_of("l")}) = (n.marketplace, n.trade)
        ), found AS (
            SELECT l.id, x.is_relisted,
                   EXISTS (SELECT FROM ({UNREAD_OF_LINE}) AS u WHERE NOT {IS_REPLACED}) AS has_unread
            FROM (SELECT external_order, bool_or(is_relisted) AS is_relisted FROM changed GROUP BY 1) x
            JOIN orders_orderline l ON (l.marketplace, l.external_order) = (%(marketplace)s, x.external_order)
        )
        UPDATE orders_orderline l SET has_unread = found.has_unread, revision = nextval('orders_revision')
        FROM found WHERE l.id = found.id AND (l.has_unread <> found.has_unread OR l.has_unread AND found.is_relisted)
        """,
        {"marketplace": marketplace},
    )


def mark_lines_off_the_list(marketplace: str) -> None:
    """The same of the orders of LEFT_LIST."""
    mark_unread(marketplace, f"SELECT external_order, true FROM {LEFT_LIST}")


def take_off_the_list(condition: str, params: sql.Params) -> int:
    """Take the reports `u` off the list for which the condition holds, and add their orders to LEFT_LIST; how many."""
    return sql.execute(
        f"""
        WITH gone AS (DELETE FROM orders_unreadreport u {condition} RETURNING u.external_order)
        INSERT INTO {LEFT_LIST} ({LEFT_LIST.columns}) SELECT external_order FROM gone
        """,
        params,
    )
