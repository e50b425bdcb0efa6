"""Hold what is booked of a line that cannot be booked at its newest report, until it is.

Its booked figures are out of date, so what is available of them moves to `shop:held`, as far as it is unpaid.
"""

from datetime import datetime

from joey.commissions.models import Hold
from joey.commissions.move_held import move_what_can_be
from joey.commissions.write_holds import HoldChange, write_holds
from joey.kit import sql
from joey.kit.sets import SetTable
from joey.orders.queries import ChangedLine

BY_QUARANTINE = "quarantine"

# The open hold of a commission `c` that quarantine placed.
_OPEN = f"""
    SELECT h.id FROM commissions_hold h WHERE h.commission_id = c.id AND h.opened_by = '{BY_QUARANTINE}'
    AND NOT EXISTS (SELECT FROM commissions_holdclosing e WHERE e.hold_id = h.id)
"""


def hold_quarantined(lines: str, *, now: datetime) -> None:
    """Hold what is booked of these lines, a SELECT of their `line_id`; in the transaction that sets them aside.

    Money that cannot be moved leaves them set aside and held all the same, and stops no other: each run tries again.
    """
    changes = SetTable("quarantine_hold", HoldChange).create()
    opened = changes.insert(
        f"""
        SELECT joey_uuid7() AS hold_id, c.id AS commission_id, c.shop_id, c.order_line_id AS line_id,
               '{Hold.Class.QUARANTINE.value}' AS hold_class, true AS opens, false AS nothing_left
        FROM commissions_commission c
        WHERE c.order_line_id IN ({lines}) AND c.amount_minor > 0 AND NOT EXISTS ({_OPEN})
        ORDER BY c.id FOR UPDATE OF c
        """
    )
    if opened:
        write_holds(changes, by=BY_QUARANTINE, now=now)
        held = [commission for (commission,) in sql.tuples(f"SELECT commission_id FROM {changes} ORDER BY 1")]
        move_what_can_be(held, now=now)


def release_booked(changed: SetTable[ChangedLine], *, now: datetime) -> None:
    """The lines of the set are booked, so what quarantine held of them is held no longer; `move_held` moves it."""
    changes = SetTable("quarantine_hold", HoldChange).create()
    ended = changes.insert(
        f"""
        SELECT o.id AS hold_id, c.id AS commission_id, c.shop_id, c.order_line_id AS line_id,
               '{Hold.Class.QUARANTINE.value}' AS hold_class, false AS opens, false AS nothing_left
        FROM {changed} AS x JOIN commissions_commission c ON c.order_line_id = x.line_id
        CROSS JOIN LATERAL ({_OPEN}) AS o
        """
    )
    if ended:
        write_holds(changes, by=BY_QUARANTINE, now=now)
