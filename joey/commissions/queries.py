"""Reading and claiming commissions: the set forms the verbs work on, and the rows pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from joey.kit import sql
from joey.kit.sets import SetTable
from joey.money.money import Money


@dataclass(frozen=True)
class DueCommission:
    """A commission that is to be confirmed, its row locked."""

    commission_id: UUID
    shop_id: UUID
    line_id: UUID
    currency: str
    amount_minor: int
    platform_minor: int


def lock_earn_cursor(marketplace: str) -> int:
    """The revision read so far, its row locked: one earner per marketplace at a time."""
    sql.execute(
        "INSERT INTO commissions_earncursor (marketplace, revision) VALUES (%s, 0) ON CONFLICT DO NOTHING",
        [marketplace],
    )
    return int(
        sql.value("SELECT revision FROM commissions_earncursor WHERE marketplace = %s FOR UPDATE", [marketplace])
    )


def advance_earn_cursor(marketplace: str, revision: int) -> None:
    sql.execute("UPDATE commissions_earncursor SET revision = %s WHERE marketplace = %s", [revision, marketplace])


def claim_due(due: SetTable[DueCommission], marketplace: str, *, today: date, limit: int) -> int:
    """Fill the set with commissions to confirm, their rows locked; how many.

    Due: settled, payable today or before, worth something, and neither a hold nor the marketplace holds it. A line that
    was settled and is reported as paid again waits for its second settlement. Rows another run has are skipped.
    """
    claimed = due.insert(
        """
        SELECT c.id AS commission_id, c.shop_id, c.order_line_id AS line_id, c.currency, c.amount_minor,
               c.platform_minor
        FROM commissions_commission c
        WHERE c.marketplace = %s AND c.state = 'earned' AND c.settled AND c.payable_on <= %s AND c.base_minor > 0
          AND EXISTS (SELECT FROM orders_orderline l WHERE l.id = c.order_line_id AND l.state = 'settled'
                      AND l.held = '')
          AND NOT EXISTS (
              SELECT FROM commissions_commissionhold h WHERE h.commission_id = c.id AND h.released_at IS NULL)
        ORDER BY c.id LIMIT %s FOR UPDATE OF c SKIP LOCKED
        """,
        [marketplace, today, limit],
    )
    # A hold placed while we took the locks is not in the snapshot of the statement above; it is in this one's.
    return claimed - sql.execute(
        f"DELETE FROM {due} AS due USING commissions_commissionhold h"
        " WHERE h.commission_id = due.commission_id AND h.released_at IS NULL"
    )


@dataclass(frozen=True)
class OrderRow:
    """One order line of a shop with its commission, as pages and the API show it."""

    id: UUID
    marketplace: str
    external_order: str
    external_line: str
    title: str
    state: str
    reason: str
    quantity: int
    paid: Money
    returned: Money
    commission: Money
    commission_state: str
    payable_on: date | None
    held: bool
    held_by_marketplace: str  # why the marketplace's reports hold it (OrderLine.Held); "" when they do not
    rate_ppm: int
    paid_at: datetime | None
    first_seen_at: datetime


_ORDER_ROW = """
    SELECT l.id, l.marketplace, l.external_order, l.external_line, l.title, l.state, l.reason, l.quantity,
           l.currency, l.paid_minor, l.returned_paid_minor, l.rate_ppm, l.paid_at, l.first_seen_at,
           coalesce(c.amount_minor, 0) AS amount_minor, coalesce(c.state, '') AS commission_state, c.payable_on,
           EXISTS (SELECT FROM commissions_commissionhold h
                   WHERE h.commission_id = c.id AND h.released_at IS NULL) AS held, l.held AS held_by_marketplace
    FROM orders_orderline l LEFT JOIN commissions_commission c ON c.order_line_id = l.id
"""


def _order_row(row: dict[str, object]) -> OrderRow:
    currency = str(row.pop("currency"))
    return OrderRow(
        paid=Money(row.pop("paid_minor"), currency),  # type: ignore[arg-type]
        returned=Money(row.pop("returned_paid_minor"), currency),  # type: ignore[arg-type]
        commission=Money(row.pop("amount_minor"), currency),  # type: ignore[arg-type]
        **row,  # type: ignore[arg-type]
    )


def orders_of(shop_id: UUID, *, limit: int, before: UUID | None = None) -> list[OrderRow]:
    """A shop's order lines, newest first by id, after `before`. One query."""
    found = sql.rows(
        _ORDER_ROW
        + " WHERE l.shop_id = %(shop)s AND (%(before)s::uuid IS NULL OR l.id < %(before)s)"
        + " ORDER BY l.id DESC LIMIT %(limit)s",
        {"shop": shop_id, "before": before, "limit": limit},
    )
    return [_order_row(row) for row in found]


def order_of(shop_id: UUID, line_id: UUID) -> OrderRow | None:
    """One order line of this shop, or None: another shop's line is not to be seen. One query."""
    found = sql.one(_ORDER_ROW + " WHERE l.shop_id = %s AND l.id = %s", [shop_id, line_id])
    return _order_row(found) if found else None


def orders_by_id(shop_id: UUID, line_ids: Sequence[UUID]) -> list[OrderRow]:
    """These order lines of this shop, newest first. One query."""
    found = sql.rows(
        _ORDER_ROW + " WHERE l.shop_id = %s AND l.id = ANY(%s) ORDER BY l.id DESC", [shop_id, list(line_ids)]
    )
    return [_order_row(row) for row in found]
