"""Open and close the holds that a marketplace's reports place: each line's class, as its newest report has it, that of
a newer report that cannot be read, that of a refund that may be another line's, that of its trade's hold report, that
of a later export that says something else, and that of a violation whose dispute is open. Each class is a hold of its
own, so that the end of one leaves the others.

What an operator released stays released while its causes are there (orders/hold_causes.py): a report that changes none
of them opens no other hold, and a cause that is new, or comes back, does.

A line of which nothing is left, closed say, has no such hold: its marketplace has no reason to report it once more, so
nothing would end one. Once a report gives it something again, the hold opens again if the reports still say so.
"""

from datetime import datetime

from joey.commissions.models import Hold
from joey.commissions.write_holds import HoldChange, write_holds
from joey.kit import sql
from joey.kit.sets import SetTable
from joey.orders.hold_causes import MARKS

BY_REPORT = "report"
FROZEN, UNREADABLE = Hold.Class.FROZEN.value, Hold.Class.UNREADABLE.value
UNCLEAR_REFUND, EXPORT_DIFFERS = Hold.Class.UNCLEAR_REFUND.value, Hold.Class.EXPORT_DIFFERS.value
REFUNDS_UNREAD, VIOLATION = Hold.Class.REFUNDS_UNREAD.value, Hold.Class.VIOLATION.value


def of_line(row: str) -> tuple[str, ...]:
    """What reports say of the hold of an order line, for the next two."""
    return tuple(f"{row}.{name}" for name in ("held", *MARKS))


def of_revision(row: str, *, of: str = "line_") -> tuple[str, ...]:
    """The same as a revision of a commission has it."""
    names = ("held", "unread", "unclear_refund", "frozen", "export_differs", "violation")
    return tuple(f"{row}.{of}{name}" for name in names)


def classes_said(
    held: str, has_unread: str, has_unclear_refund: str, is_frozen: str, export_differs: str, has_violation: str
) -> str:
    """SQL for the classes under which reports hold a line, as a LATERAL table: `said` with `hold_class`."""
    return f"""(
        SELECT {held} UNION SELECT CASE WHEN {has_unread} THEN '{UNREADABLE}' ELSE '' END
        UNION SELECT CASE WHEN {has_unclear_refund} THEN '{UNCLEAR_REFUND}' ELSE '' END
        UNION SELECT CASE WHEN {is_frozen} THEN '{FROZEN}' ELSE '' END
        UNION SELECT CASE WHEN {export_differs} THEN '{EXPORT_DIFFERS}' ELSE '' END
        UNION SELECT CASE WHEN {has_violation} THEN '{VIOLATION}' ELSE '' END
    ) AS said (hold_class)"""


def any_said(held: str, *marks: str) -> str:
    """SQL condition: there is one."""
    return f"({held} <> '' OR {' OR '.join(marks)})"


def is_something(base: str, rounding: str) -> str:
    """SQL condition: of what a line gives, something is the shop's or the platform's, so that a hold of it stops it."""
    return f"({base} > {rounding})"


def is_decided(commission: str, number: str, hold_class: str, *, before: str = "'infinity'") -> str:
    """SQL condition: each cause of this class at revision `number` of a commission is one that an operator decided.

    That is one that was there when an operator released such a hold, and ever since. `before`: releases until then.
    """
    return f"""
        EXISTS ({_RELEASED.format(commission=commission, hold_class=hold_class, before=before)})
        AND NOT EXISTS (
            SELECT FROM commissions_revision of_then CROSS JOIN jsonb_array_elements_text(of_then.line_causes) AS cause
            WHERE (of_then.commission_id, of_then.number) = ({commission}, {number})
              AND split_part(cause, ':', 1) = {hold_class} AND NOT EXISTS (
                {_RELEASED.format(commission=commission, hold_class=hold_class, before=before)}
                AND NOT EXISTS (
                    SELECT FROM commissions_revision since
                    WHERE since.commission_id = {commission} AND NOT since.line_causes ? cause
                      AND since.number BETWEEN (
                          SELECT max(known.number) FROM commissions_revision known
                          WHERE known.commission_id = {commission} AND known.booked_at < released.recorded_at
                      ) AND {number})))
    """


_RELEASED = f"""
    SELECT FROM commissions_hold hold JOIN commissions_holdclosing released ON released.hold_id = hold.id
    WHERE hold.commission_id = {{commission}} AND hold.hold_class = {{hold_class}} AND hold.opened_by = '{BY_REPORT}'
      AND released.closed_by <> '{BY_REPORT}' AND released.recorded_at < {{before}}
"""


def follow_report_holds(now: datetime) -> None:
    """Bring the holds of the lines in `worked_out` up to what their reports say, as openings and closings."""
    if not sql.value(f"SELECT EXISTS (SELECT FROM worked_out w WHERE {any_said(*of_line('w'))} OR old_holds > 0)"):
        return
    changes = SetTable("report_hold", HoldChange).create()
    if changes.insert(_CHANGES):
        write_holds(changes, by=BY_REPORT, now=now)


_CHANGES = f"""
    WITH asked AS (
        SELECT w.commission_id, w.shop_id, w.line_id, said.hold_class,
               {is_something("w.new_base", "w.new_rounding")} AS is_something
        FROM worked_out w CROSS JOIN LATERAL {classes_said(*of_line("w"))}
        WHERE said.hold_class <> '' AND NOT ({is_decided("w.commission_id", "w.number", "said.hold_class")})
    ), open_hold AS (
        SELECT h.id AS hold_id, h.commission_id, h.shop_id, w.line_id, h.hold_class FROM commissions_hold h
        JOIN worked_out w ON w.commission_id = h.commission_id
        WHERE w.old_holds > 0 AND h.opened_by = '{BY_REPORT}'
          AND NOT EXISTS (SELECT FROM commissions_holdclosing e WHERE e.hold_id = h.id)
    )
    SELECT coalesce(o.hold_id, joey_uuid7()) AS hold_id, commission_id, coalesce(o.shop_id, a.shop_id) AS shop_id,
           coalesce(o.line_id, a.line_id) AS line_id, hold_class, o.hold_id IS NULL AS opens,
           a.is_something IS FALSE AS nothing_left
    FROM asked a FULL JOIN open_hold o USING (commission_id, hold_class)
    WHERE o.hold_id IS NULL AND a.is_something OR o.hold_id IS NOT NULL AND a.is_something IS NOT TRUE
"""
