"""Takes unreadable reports off the list for good that need no operator: those whose line, or refund case, has a later
report that was read, and those that turn out to be about an order of others (of_others.py).

The report itself stays as it came; that it is not tried again is a row of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.kit import sql
from joey.kit.partitions import first_id_of
from joey.kit.sets import SetTable
from joey.orders.mark_unread import mark_lines_off_the_list, take_off_the_list
from joey.orders.newest_report import CASES_OF_UNREAD, IS_REPLACED, LINES_OF_UNREAD
from joey.orders.staged_tables import LEFT_LIST, TAKEN_WITHIN
from joey.record.append import append_set

OF_THE_REPORT = ("marketplace", "kind", "external_order", "payload_sha256")  # what a dismissal has of its report


@dataclass(frozen=True)
class ReplacedReport:
    """An unreadable report and the later one of its line or refund case."""

    report_id: UUID
    replaced_by: UUID


REPLACED = SetTable("replaced_report", ReplacedReport)


def dismiss_replaced(marketplace: str, *, now: datetime) -> int:
    """Take off those whose line, or refund case, has a later report that was read; how many. The caller has locked the
    lines.

    A line, and a case, is what its most recent report says, so what an earlier one said does not matter any more.
    """
    since = sql.value(_SINCE, {"marketplace": marketplace})
    if since is None:
        return 0
    given = {"marketplace": marketplace, "first": first_id_of(since - TAKEN_WITHIN)}
    found = REPLACED.create().insert(_FIND, given)
    of_the_report = ", ".join(OF_THE_REPORT)
    sql.execute(
        f"INSERT INTO orders_reportdismissal (report_id, {of_the_report}, replaced_by, at)"
        f" SELECT report_id, {of_the_report}, replaced_by, %s FROM {REPLACED} JOIN orders_unreadreport"
        " USING (report_id)",
        [now],
    )
    sql.execute(f"DELETE FROM orders_unreadreport u USING {REPLACED} f WHERE f.report_id = u.report_id")
    append_set(
        f"""
        SELECT NULL::uuid AS shop_id, 'report.replaced' AS kind, 'order_report:' || report_id AS subject_key,
               jsonb_build_object('marketplace', %(marketplace)s::text, 'report', replaced_by) AS facts,
               %(now)s AS happened_at
        FROM {REPLACED}
        """,
        {"marketplace": marketplace, "now": now},
    )
    return found


def dismiss_of_others(marketplace: str, reports: Sequence[UUID], *, now: datetime) -> None:
    """Take off those of these reports that are listed: their orders are not to come in by this account. The caller has
    locked the lines.
    """
    if not reports:
        return
    given = {"reports": list(reports), "now": now}
    of_the_report = ", ".join(OF_THE_REPORT)
    sql.execute(
        f"INSERT INTO orders_reportdismissal (report_id, {of_the_report}, at)"
        f" SELECT report_id, {of_the_report}, %(now)s FROM orders_unreadreport WHERE report_id = ANY(%(reports)s)",
        given,
    )
    append_set(
        """
        SELECT NULL::uuid AS shop_id, 'report.of_others' AS kind, 'order_report:' || report_id AS subject_key,
               jsonb_build_object('marketplace', marketplace) AS facts, %(now)s AS happened_at
        FROM orders_unreadreport WHERE report_id = ANY(%(reports)s)
        """,
        given,
    )
    LEFT_LIST.create()
    take_off_the_list("WHERE report_id = ANY(%(reports)s)", given)
    mark_lines_off_the_list(marketplace)


# One that may be about several lines stays: a newer report of one makes up for it there only, and another may yet come.
_UNREAD = f"""
    orders_unreadreport u
    JOIN LATERAL ({LINES_OF_UNREAD}) AS l
      ON l.external_line = u.external_line AND (u.kind = 'refund' OR l.external_part = u.external_part)
    LEFT JOIN LATERAL ({CASES_OF_UNREAD}) AS c ON true
"""
# When the earliest of the polls that brought the newest reports was written down: in the transaction that kept what it
# brought. Reads no report, and mostly finds none to look for.
_SINCE = f"""
    SELECT min(p.recorded_at) FROM {_UNREAD}
    JOIN orders_poll p ON p.id = CASE u.kind WHEN 'order' THEN l.reported_poll ELSE c.reported_poll END
    WHERE u.marketplace = %(marketplace)s AND {IS_REPLACED}
"""
# Each unreadable report with the newest report of its line or case, where that is newer (newest_report.py): its last
# reading, which may be of a later day than its poll.
_FIND = f"""
    SELECT DISTINCT ON (u.report_id) u.report_id, newest.id AS replaced_by FROM {_UNREAD}
    JOIN orders_report newest ON (newest.marketplace, newest.external_order, newest.external_line)
                               = (l.marketplace, l.external_order, l.external_line)
    WHERE u.marketplace = %(marketplace)s AND {IS_REPLACED} AND newest.id >= %(first)s
      AND newest.problem = ''
      AND (newest.kind, newest.external_part, newest.case_id) = (u.kind, u.external_part, u.case_id)
      AND (newest.reported_at, newest.poll_id, newest.payload_sha256)
        = CASE u.kind WHEN 'order' THEN (l.reported_at, l.reported_poll, l.report_digest)
                      ELSE (c.reported_at, c.reported_poll, c.report_digest) END
    ORDER BY u.report_id, newest.id DESC
"""
