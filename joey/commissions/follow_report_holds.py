"""Open and close the holds that a marketplace's reports place: each line's class, as its newest report has it."""

from datetime import datetime

from joey.commissions.write_holds import HoldChange, write_holds
from joey.kit import sql
from joey.kit.sets import SetTable

BY_REPORT = "report"


def follow_report_holds(now: datetime) -> None:
    """Bring the holds of the lines in `worked_out` up to `held` of each line, as openings and closings."""
    if not sql.value("SELECT EXISTS (SELECT FROM worked_out WHERE held <> '' OR old_holds > 0)"):
        return
    changes = SetTable("report_hold", HoldChange).create()
    if changes.insert(_CHANGES):
        write_holds(changes, by=BY_REPORT, now=now)


_CHANGES = f"""
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
