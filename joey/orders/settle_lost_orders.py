"""Answer requests for lost orders from what is reported by now, whatever brought it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from joey.kit import sql
from joey.orders.mark_frozen import trade_of
from joey.orders.models import LostOrder, OrderLine
from joey.record.append import append_set

_S, _R = LostOrder.State, OrderLine.Suspense

# Positions and sub-ids that are none of this instance's: the order is no shop's here, as far as is known.
NONE_OF_OURS = (_R.UNKNOWN_POSITION, _R.UNKNOWN_SUB_ID)

# An order of which one line is the shop's was found, whosever the others are. What an operator may still give to the
# shop is undecided. "Unknown" needs an answer of the marketplace in which the order is missing; or its only
# report could not be read, and was given up.
_ANSWER = f"""
    CASE WHEN r.own THEN '{_S.FOUND}'
         WHEN r.open OR r.unread THEN '{_S.UNDECIDED}'
         WHEN r.reported THEN '{_S.OTHER_ID}'
         WHEN w.ask_until <= %(now)s THEN '{_S.NOT_FOUND}'
         WHEN w.asked_at IS NOT NULL OR w.state = '{_S.UNDECIDED}' THEN '{_S.UNKNOWN}'
         ELSE w.state END
"""


def has_number(line: str, lost: str) -> str:
    """SQL for whether a line, or a report of one, is of the order that is asked for: its number is the order's, or that
    of the trade that is the line. Each has an index.
    """
    return f"({line}.external_order = {lost}.number OR {trade_of(line)} = {lost}.number)"


def settle_lost_orders(marketplace: str, *, now: datetime) -> int:
    """Move every open request at a marketplace to the answer of today; how many have another one."""
    is_open = f"w.state IN ('{_S.ASKING}', '{_S.UNDECIDED}', '{_S.UNKNOWN}')"
    return _settle(f"{is_open} AND w.marketplace = %(marketplace)s", {"marketplace": marketplace, "now": now})


def settle_lost_order(lost_id: UUID, *, now: datetime) -> int:
    """The same for one, also if it has its last answer: an operator may have given the order to the shop since."""
    return _settle(f"w.id = %(id)s AND w.state <> '{_S.FOUND}'", {"id": lost_id, "now": now})


@transaction.atomic
def _settle(chosen: str, given: dict[str, object]) -> int:
    moved = sql.tuples(
        f"""
        WITH reported AS (
            SELECT w.id, coalesce(bool_or(l.shop_id = w.shop_id), false) AS own, count(l.id) > 0 AS reported,
                   coalesce(bool_or(l.suspense NOT IN ('', {_quoted(NONE_OF_OURS)})), false) AS open,
                   EXISTS (SELECT FROM orders_unreadreport u
                           WHERE u.marketplace = w.marketplace AND {has_number("u", "w")} AND u.kind = 'order')
                   AS unread
            FROM orders_lostorder w
            LEFT JOIN orders_orderline l ON l.marketplace = w.marketplace AND {has_number("l", "w")}
            WHERE {chosen} GROUP BY w.id
        )
        UPDATE orders_lostorder w SET state = {_ANSWER}, answered_at = coalesce(w.answered_at, %(now)s)
        FROM reported r WHERE w.id = r.id AND w.state <> {_ANSWER}
        RETURNING w.id
        """,
        given,
    )
    return append_set(
        """
        SELECT shop_id, 'lost_order.answered' AS kind, 'lost_order:' || id AS subject_key,
               jsonb_build_object('state', state) AS facts, %(now)s::timestamptz AS happened_at
        FROM orders_lostorder WHERE id = ANY(%(moved)s)
        """,
        {"moved": [lost for (lost,) in moved], "now": given["now"]},
    )


def _quoted(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
