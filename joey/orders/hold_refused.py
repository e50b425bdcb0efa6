"""Rows that an import refused hold the lines that they name, like reports by protocol that cannot be read: they may say
that a settled order is closed. Of a line that is not known nothing can be paid, and such a row is kept nowhere.

When a refused row is from cannot be relied on, so it is from when its line, or its refund case, is: what moves that
later, be it of the same second, makes up for the row. Not so what settles the line as it was settled before: that may
be an old export, read by another mapping.
"""

from joey.kit import sql
from joey.orders.mark_differing import settles_alike
from joey.orders.newest_report import CASES_OF_UNREAD, LINES_OF_UNREAD, is_of_line
from joey.orders.staged_tables import ORDERS, UNREADABLE
from joey.orders.storable import EARLIEST


def keep_of_known_lines(given: sql.Params) -> None:
    """Leave in UNREADABLE what names a line that is known. `given`: the marketplace. The caller has locked the lines.

    One that was read over since, or given up by an operator, stays so when its file is imported again.
    """
    sql.execute(
        f"""
        WITH found AS (
            SELECT u.report, max(l.reported_at) AS of_line,
                   (SELECT max(c.reported_at) FROM ({CASES_OF_UNREAD}) AS c) AS of_case
            FROM (SELECT %(marketplace)s::text AS marketplace, s.* FROM {UNREADABLE} s) u
            CROSS JOIN LATERAL ({LINES_OF_UNREAD}) AS l
            GROUP BY u.report, u.marketplace, u.kind, u.external_order, u.external_line, u.case_id
        )
        UPDATE {UNREADABLE} s SET (reported_at, stamped_at) = (
            SELECT at, at FROM (SELECT CASE s.kind WHEN 'order' THEN found.of_line
                                ELSE coalesce(found.of_case, '{EARLIEST.isoformat()}') END AS at) AS moment)
        FROM found WHERE found.report = s.report
        """,
        given,
    )
    sql.execute(
        f"""
        DELETE FROM {UNREADABLE} s
        WHERE NOT EXISTS (SELECT FROM (SELECT %(marketplace)s::text AS marketplace, s.*) u
                          CROSS JOIN LATERAL ({LINES_OF_UNREAD}) AS l)
           OR (s.kind, s.digest) IN (
               SELECT kind, payload_sha256 FROM orders_reportdismissal WHERE marketplace = %(marketplace)s)
        """,
        given,
    )


def drop_settled_alike(given: sql.Params) -> None:
    """Leave out of ORDERS what would make up for a refused row, and settles its line as it was settled before."""
    sql.execute(
        f"""
        DELETE FROM {ORDERS} s USING orders_orderline l
        WHERE (l.marketplace, l.external_order, l.external_line, l.external_part)
            = (%(marketplace)s, s.external_order, s.external_line, s.external_part)
          AND l.has_unread AND s.state = 'settled'
          AND date_trunc('second', s.reported_at) = date_trunc('second', l.reported_at)
          AND EXISTS (SELECT FROM orders_report r WHERE {is_of_line("r")} AND {settles_alike("r", "s")})
        """,
        given,
    )
