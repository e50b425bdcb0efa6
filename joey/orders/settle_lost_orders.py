"""Answer requests for lost orders from what is reported by now, whatever brought it."""

from datetime import datetime, timedelta

from django.db import transaction

from joey.kit import sql
from joey.orders.ask_for_orders import askable
from joey.orders.models import LostOrder, OrderLine
from joey.orders.name_one_order import has_number
from joey.orders.of_others import asked_of_all
from joey.record.append import append_set

_S, _R = LostOrder.State, OrderLine.Suspense

# What was answered otherwise than "found" may still be reported, or given to the shop, and is looked at for so long.
LOOKED_AT_FOR = timedelta(days=180)

# Positions and sub-ids that are none of this instance's: the order is no shop's here, as far as is known.
NONE_OF_OURS = (_R.UNKNOWN_POSITION, _R.UNKNOWN_SUB_ID)

_NOT_FOUND_YET = f"w.state <> '{_S.FOUND}'"
_CAN_BE_ASKED = """(%(any)s AND (%(placed_after)s::timestamptz IS NULL
                     OR coalesce(w.ordered_at, w.requested_at) > %(placed_after)s))"""

# An order of which one line is the shop's was found, whosever the others are. What an operator may still give to the
# shop is undecided; where its only report could not be read and was given up, it is asked for again. "Unknown" and
# "not found" need an answer of the marketplace to the question about this order, in which it is missing; "not found"
# also that none is due: a job that did not run asks first. What cannot be asked for any more is no longer promised an
# answer, and is asked for again once it can be.
_ANSWER = f"""
    CASE WHEN r.own THEN '{_S.FOUND}'
         WHEN r.open OR r.unread THEN '{_S.UNDECIDED}'
         WHEN r.reported THEN '{_S.OTHER_ID}'
         WHEN w.state = '{_S.NOT_FOUND}' THEN w.state
         WHEN NOT {_CAN_BE_ASKED} THEN '{_S.NOT_ASKED}'
         WHEN w.state IN ('{_S.UNDECIDED}', '{_S.NOT_ASKED}') THEN '{_S.ASKING}'
         WHEN w.asked_at IS NULL THEN w.state
         WHEN w.ask_until <= %(now)s AND w.ask_next_at > %(now)s THEN '{_S.NOT_FOUND}'
         ELSE '{_S.UNKNOWN}' END
"""

# What is asked for again has no answer any more, and its clock stopped while it had one.
_ASK_AGAIN = f"""
    state = '{_S.ASKING}', answered_at = NULL, asked_at = NULL, trouble = '', ask_next_at = %(now)s,
    stops = w.stops || ARRAY[w.answered_at, %(now)s], answer_by = w.answer_by + (%(now)s - w.answered_at),
    ask_until = w.ask_until + (%(now)s - w.answered_at)
"""


def _quoted(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def settle_lost_orders(marketplace: str, *, now: datetime) -> int:
    """Move every request at a marketplace that may have another answer to that of today; how many have one."""
    return _settle(f"w.requested_at > %(since)s AND {_NOT_FOUND_YET}", marketplace, now=now, since=now - LOOKED_AT_FOR)


def settle_lost_order(lost: LostOrder, *, now: datetime) -> int:
    """The same for one, however old it is."""
    return _settle(f"w.id = %(id)s AND {_NOT_FOUND_YET}", lost.marketplace, now=now, id=lost.pk)


@transaction.atomic
def _settle(chosen: str, marketplace: str, *, now: datetime, **given: object) -> int:
    can = askable(marketplace, now=now)
    given |= {"marketplace": marketplace, "now": now, "any": can.any, "placed_after": can.placed_after}
    moved = sql.tuples(
        f"""
        WITH reported AS (
            SELECT w.id, coalesce(bool_or(l.shop_id = w.shop_id), false) AS own, count(l.id) > 0 AS reported,
                   coalesce(bool_or(l.suspense NOT IN ('', {_quoted(NONE_OF_OURS)})), false) AS open,
                   bool_or(EXISTS (
                       SELECT FROM orders_unreadreport u
                       WHERE u.marketplace = asked.marketplace AND {has_number("u", "asked")} AND u.kind = 'order'
                   )) AS unread
            FROM orders_lostorder w CROSS JOIN LATERAL {asked_of_all("w")} AS asked
            LEFT JOIN orders_orderline l ON l.marketplace = asked.marketplace AND {has_number("l", "asked")}
            WHERE w.marketplace = %(marketplace)s AND {chosen} GROUP BY w.id
        ), answered AS (
            UPDATE orders_lostorder w SET state = {_ANSWER}, answered_at = coalesce(w.answered_at, %(now)s)
            FROM reported r WHERE w.id = r.id AND {_ANSWER} NOT IN (w.state, '{_S.ASKING}')
            RETURNING w.id
        ), asked_again AS (
            UPDATE orders_lostorder w SET {_ASK_AGAIN}
            FROM reported r WHERE w.id = r.id AND w.state <> '{_S.ASKING}' AND {_ANSWER} = '{_S.ASKING}'
            RETURNING w.id
        )
        SELECT id FROM answered UNION ALL SELECT id FROM asked_again
        """,
        given,
    )
    return append_set(
        f"""
        SELECT shop_id, 'lost_order:' || id AS subject_key, %(now)s::timestamptz AS happened_at,
               CASE state WHEN '{_S.ASKING}' THEN 'lost_order.resumed' ELSE 'lost_order.answered' END AS kind,
               CASE state WHEN '{_S.ASKING}' THEN '{{}}' ELSE jsonb_build_object('state', state) END AS facts
        FROM orders_lostorder WHERE id = ANY(%(moved)s)
        """,
        {"moved": [lost for (lost,) in moved], "now": now},
    )
