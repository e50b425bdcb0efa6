"""A part of rule 14: what each revision says of its line is what the newest report of then said."""

from joey.commissions.write_changes import LINE_FIGURES
from joey.kit.prove import AHEAD, Check
from joey.orders.newest_report import moment, newest_first
from joey.orders.other_currency import can_move, in_its_currency

# Booking reads the line, and a report its time, a little before either is written down: what came so shortly before a
# revision may be in it or not.
SHORTLY = "interval '10 minutes'"
COPIED = "('commission.confirmed', 'hold.placed', 'hold.released')"  # the reason of a revision that changes no line

_OF_NAME = "(o.marketplace, o.external_order, o.external_line) = (l.marketplace, l.external_order, l.external_line)"
_OF_LINE = f"({_OF_NAME} AND o.external_part = l.external_part)"

_GIVES = (
    "state", "commission_minor", "service_fee_minor", "quantity", "paid_minor", "settled_at", "reported_at",
    "received_at",
)  # fmt: skip

# Of one report: its state, amounts and times. No report that is newer was there for certain. What changed a line last
# may be a refund instead: that of then (prove_taken_back.py).
_GIVEN = f"""
    WITH report AS MATERIALIZED (
        SELECT o.*, min(received_at) OVER (
                   PARTITION BY line_id ORDER BY {newest_first("o")}
                   GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS replaced_at
        FROM (
            SELECT l.id AS line_id, {", ".join(f"{in_its_currency(name, 'o', 'l')} AS {name}" for name in _GIVES)},
                   o.poll_id AS poll, o.payload_sha256 AS digest
            FROM orders_report o JOIN orders_orderline l ON {_OF_LINE}
            WHERE o.kind = 'order' AND o.problem = '' AND {can_move("o", "l")}
        ) AS o
    )
    SELECT r.commission_id AS commission, r.number, r.line_state, r.given_minor, r.fee_minor, r.settled_at, r.changed_at
    FROM commissions_revision r
    JOIN commissions_commission c ON c.id = r.commission_id JOIN orders_orderline l ON l.id = c.order_line_id
    WHERE r.because NOT IN {COPIED} AND NOT EXISTS (
        SELECT FROM report o
        WHERE o.line_id = l.id
          AND (o.state, o.commission_minor, o.service_fee_minor, coalesce(o.settled_at, 'infinity'))
            = (r.line_state, r.given_minor, r.fee_minor, coalesce(r.settled_at, 'infinity'))
          AND (o.quantity, o.paid_minor) = (r.quantity, r.buyer_paid_minor)
          AND o.received_at < r.booked_at AND coalesce(o.replaced_at, 'infinity') > r.booked_at - {SHORTLY}
          AND o.reported_at <= r.changed_at
          AND (o.reported_at = r.changed_at OR (l.id, r.changed_at) IN (
                  SELECT l.id, o.reported_at FROM orders_report o JOIN orders_orderline l ON {_OF_NAME}
                  WHERE o.kind = 'refund' AND o.problem = '')))
"""

# Whether a line is held is said by its newest report of all, as rule 8 has it of the line that there is now. There are
# few lines of which a report or a revision says that they are.
_HELD = f"""
    WITH odd AS MATERIALIZED (
        SELECT l.id FROM orders_orderline l JOIN orders_report o ON {_OF_LINE}
        WHERE o.kind = 'order' AND o.problem = '' AND (o.held <> '' OR o.currency <> l.currency)
        UNION SELECT c.order_line_id FROM commissions_revision r JOIN commissions_commission c ON c.id = r.commission_id
        WHERE r.line_held <> ''
    ), report AS MATERIALIZED (
        SELECT o.*, min(received_at) OVER (PARTITION BY line_id ORDER BY {moment("o")} DESC
                                           GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS replaced_at
        FROM (
            SELECT l.id AS line_id, CASE WHEN {can_move("o", "l")} THEN o.held ELSE 'currency' END AS held,
                   o.reported_at, o.received_at, o.poll_id AS poll
            FROM odd JOIN orders_orderline l USING (id) JOIN orders_report o ON {_OF_LINE}
            WHERE o.kind = 'order' AND o.problem = ''
        ) AS o
    )
    SELECT r.commission_id AS commission, r.number, r.line_held FROM odd
    JOIN commissions_commission c ON c.order_line_id = odd.id JOIN commissions_revision r ON r.commission_id = c.id
    WHERE r.because NOT IN {COPIED} AND NOT EXISTS (
        SELECT FROM report o
        WHERE o.line_id = c.order_line_id AND o.received_at < r.booked_at
          AND coalesce(o.replaced_at, 'infinity') > r.booked_at - {SHORTLY}
          AND (o.held = r.line_held OR r.line_held = 'contradiction' AND o.held NOT IN ('currency', 'unknown_code')
               AND EXISTS (SELECT FROM record_event e WHERE e.subject_key = 'order_line:' || c.order_line_id
                                                        AND e.kind = 'order_line.contradicted')))
"""

# Nor is anything booked before what it changes: their times say what was known, and what was on hold. A minute is for a
# clock that was set back.
_UNCHANGED = f"""
    SELECT commission_id AS commission, number, because, booked_at FROM (
        SELECT v.*, row({LINE_FIGURES}) AS said, lag(row({LINE_FIGURES})) OVER before AS said_before,
               lag(v.booked_at) OVER before AS booked_before
        FROM commissions_revision v WINDOW before AS (PARTITION BY v.commission_id ORDER BY v.number)
    ) AS v WHERE because IN {COPIED} AND said IS DISTINCT FROM said_before OR booked_at < booked_before - {AHEAD}
"""

CHECKS = [
    Check("14. What each revision says that its line gave, and when, is what the newest report of then said", _GIVEN),
    Check("14. Each revision is held, or is not, as the newest report of then said", _HELD),
    Check(
        "14. Revisions follow each other in time; confirming, holding and releasing change nothing that a line said",
        _UNCHANGED,
    ),
]
