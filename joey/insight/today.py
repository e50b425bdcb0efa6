"""Today in one shop, for its keeper's first page."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.kit import sql
from joey.money.money import Money
from joey.sharing.people import people_of_shop


@dataclass(frozen=True)
class Today:
    """What happened since midnight, and what the shop has. `people` as joey.sharing.people counts them."""

    people: int
    orders: int
    earned: tuple[Money, ...]
    listings: int
    links: int


def today_of(shop_id: UUID, *, since: datetime) -> Today:
    """What happened since then in the world, not what was merely reported since then. Three queries."""
    counts = sql.one(
        """
        SELECT
          (SELECT count(*) FROM orders_orderline WHERE shop_id = %(shop)s AND first_seen_at >= %(since)s
           AND coalesce(paid_at, first_seen_at) >= %(since)s) AS orders,
          (SELECT count(*) FROM shops_listing WHERE shop_id = %(shop)s AND state = 'published') AS listings,
          (SELECT count(*) FROM sharing_link WHERE shop_id = %(shop)s AND channel <> 'shop') AS links
        """,
        {"shop": shop_id, "since": since},
    )
    assert counts is not None
    earned = sql.rows(
        "SELECT c.currency, sum(c.amount_minor)::bigint AS minor FROM commissions_commission c"
        " JOIN orders_orderline l ON l.id = c.order_line_id"
        " WHERE c.shop_id = %(shop)s AND c.earned_at >= %(since)s AND coalesce(l.paid_at, c.earned_at) >= %(since)s"
        " GROUP BY 1 ORDER BY 1",
        {"shop": shop_id, "since": since},
    )
    people = people_of_shop(shop_id, since=since)
    return Today(people=people, **counts, earned=tuple(Money(row["minor"], row["currency"]) for row in earned))
