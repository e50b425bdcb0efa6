"""Open and close holds that no person placed, as a set: those of reports, and of quarantine. Each makes its event."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.kit import sql
from joey.kit.sets import SetTable
from joey.record.append import append_set


@dataclass(frozen=True)
class HoldChange:
    """A hold of all of a commission that begins or ends."""

    hold_id: UUID
    commission_id: UUID
    shop_id: UUID
    line_id: UUID
    hold_class: str
    opens: bool
    nothing_left: bool  # it ends because there is nothing to hold, though what holds the line lasts


def write_holds(changes: SetTable[HoldChange], *, by: str, now: datetime) -> None:
    """Write down openings and closings, and count them on their commissions, whose rows are locked."""
    sql.execute(
        f"""
        INSERT INTO commissions_hold (id, shop_id, commission_id, hold_class, opened_by, opened_at)
        SELECT hold_id, shop_id, commission_id, hold_class, %(by)s, %(now)s FROM {changes} WHERE opens
        """,
        {"by": by, "now": now},
    )
    sql.execute(
        f"INSERT INTO commissions_holdclosing (hold_id, closed_by, closed_at)"
        f" SELECT hold_id, %(by)s, %(now)s FROM {changes} WHERE NOT opens",
        {"by": by, "now": now},
    )
    sql.execute(
        f"""
        UPDATE commissions_commission c SET holds_of_all = holds_of_all + m.more
        FROM (SELECT commission_id, sum(CASE WHEN opens THEN 1 ELSE -1 END) AS more FROM {changes} GROUP BY 1) m
        WHERE m.commission_id = c.id
        """
    )
    append_set(
        f"""
        SELECT m.shop_id, CASE WHEN opens THEN 'commission.held' ELSE 'commission.released' END AS kind,
               'order_line:' || line_id AS subject_key,
               CASE WHEN opens THEN jsonb_build_object('class', hold_class, 'amount_minor', c.amount_minor,
                                                       'currency', c.currency)
                    ELSE jsonb_strip_nulls(jsonb_build_object(
                         'class', hold_class, 'nothing_left', nullif(nothing_left, false))) END AS facts,
               %(now)s AS happened_at
        FROM {changes} m JOIN commissions_commission c ON c.id = m.commission_id
        """,
        {"now": now},
    )
