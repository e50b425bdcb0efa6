"""Open and close the holds that a marketplace's reports place: each line's class, as its newest report has it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.kit import sql
from joey.kit.sets import SetTable
from joey.record.append import append_set

BY_REPORT = "report"


@dataclass(frozen=True)
class ReportHold:
    """A hold that begins or ends with this revision of the line."""

    hold_id: UUID
    commission_id: UUID
    shop_id: UUID
    line_id: UUID
    hold_class: str
    opens: bool


def follow_report_holds(now: datetime) -> None:
    """Bring the holds of the lines in `worked_out` up to `held` of each line, as openings and closings."""
    if not sql.value("SELECT EXISTS (SELECT FROM worked_out WHERE held <> '' OR old_holds > 0)"):
        return
    moved = SetTable("report_hold", ReportHold).create()
    if moved.insert(_MOVED) == 0:
        return
    sql.execute(
        f"""
        INSERT INTO commissions_hold (id, shop_id, commission_id, hold_class, opened_by, opened_at)
        SELECT hold_id, shop_id, commission_id, hold_class, '{BY_REPORT}', %(now)s FROM {moved} WHERE opens
        """,
        {"now": now},
    )
    sql.execute(
        f"INSERT INTO commissions_holdclosing (hold_id, closed_by, closed_at)"
        f" SELECT hold_id, '{BY_REPORT}', %(now)s FROM {moved} WHERE NOT opens",
        {"now": now},
    )
    sql.execute(
        f"""
        UPDATE commissions_commission c SET holds_of_all = holds_of_all + m.more
        FROM (SELECT commission_id, sum(CASE WHEN opens THEN 1 ELSE -1 END) AS more FROM {moved} GROUP BY 1) m
        WHERE m.commission_id = c.id
        """
    )
    append_set(
        f"""
        SELECT m.shop_id, CASE WHEN opens THEN 'commission.held' ELSE 'commission.released' END AS kind,
               'order_line:' || line_id AS subject_key,
               CASE WHEN opens THEN jsonb_build_object('class', hold_class, 'amount_minor', c.amount_minor,
                                                       'currency', c.currency)
                    ELSE jsonb_build_object('class', hold_class) END AS facts, %(now)s AS happened_at
        FROM {moved} m JOIN commissions_commission c ON c.id = m.commission_id
        """,
        {"now": now},
    )


_MOVED = f"""
    WITH open_hold AS (
        SELECT h.id AS hold_id, h.commission_id, h.hold_class FROM commissions_hold h
        JOIN worked_out w ON w.commission_id = h.commission_id
        WHERE w.old_holds > 0 AND h.opened_by = '{BY_REPORT}'
          AND NOT EXISTS (SELECT FROM commissions_holdclosing e WHERE e.hold_id = h.id)
    )
    SELECT coalesce(o.hold_id, joey_uuid7()) AS hold_id, w.commission_id, w.shop_id, w.line_id,
           coalesce(o.hold_class, w.held) AS hold_class, o.hold_id IS NULL AS opens
    FROM worked_out w LEFT JOIN open_hold o ON o.commission_id = w.commission_id
    WHERE o.hold_id IS NULL AND w.held <> '' OR o.hold_class <> w.held
    UNION ALL
    SELECT joey_uuid7(), w.commission_id, w.shop_id, w.line_id, w.held, true
    FROM worked_out w JOIN open_hold o ON o.commission_id = w.commission_id
    WHERE o.hold_class <> w.held AND w.held <> ''
"""
