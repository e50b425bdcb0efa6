"""What must hold of time and holds: the day a commission is payable, what was released, and what is on hold."""

from joey.commissions.follow_report_holds import BY_REPORT
from joey.commissions.hold_quarantined import BY_QUARANTINE
from joey.kit.prove import Check
from joey.marketplaces import registry
from joey.orders.queries import marketplaces_with_lines


def _zones() -> str:
    """(marketplace, zone, usual_settle_days) of the marketplaces that reported orders, as a VALUES list."""
    manifests = [(code, registry.manifest_of(code)) for code in marketplaces_with_lines()]
    rows = [f"('{code}', '{found.zone}', {found.usual_settle_days})" for code, found in manifests]
    return "VALUES " + ", ".join(rows or ["('', 'UTC', 0)"])


# A run of the jobs has one moment, its beginning: it confirms what a hold left meanwhile, or reached just after.
RUN = "interval '1 hour'"

# Each revision beside the one before it, and whether the line was closed or un-settled before.
_BESIDE = """
    SELECT r.*, lag(r.settled) OVER before AS was_settled, lag(r.payable_on) OVER before AS was_payable_on,
           lag(r.amount_minor) OVER before AS was_amount,
           coalesce(lag(r.released_minor) OVER before, 0) AS was_released,
           lag(r.line_state) OVER before AS was_line_state, lag(r.line_held) OVER before AS was_line_held,
           bool_or(r.restarts) OVER (before ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS was_restarted
    FROM (
        SELECT *, line_state = 'closed'
               OR (NOT settled AND lag(settled) OVER (PARTITION BY commission_id ORDER BY number)) AS restarts
        FROM commissions_revision
    ) r WINDOW before AS (PARTITION BY commission_id ORDER BY number)
"""


# Holds of reports that an operator released: the line stays as its report has it, and the next report that says so
# opens another.
_RELEASED = f"""
    SELECT FROM commissions_hold h JOIN commissions_holdclosing e ON e.hold_id = h.id
     AND h.opened_by = '{BY_REPORT}' AND e.closed_by <> '{BY_REPORT}'
"""


def _released_early() -> str:
    return f"""
        SELECT b.commission_id AS commission, b.number, b.was_payable_on AS payable_on, b.recorded_at
        FROM ({_BESIDE}) b JOIN commissions_commission c ON c.id = b.commission_id
        JOIN ({_zones()}) AS z (marketplace, zone, settle_days) ON z.marketplace = c.marketplace
        WHERE b.because = 'commission.confirmed' AND (
               b.was_settled IS NOT TRUE OR b.was_line_state <> 'settled'
            OR b.was_line_held <> '' AND NOT EXISTS (
                   {_RELEASED} WHERE h.commission_id = c.id AND h.hold_class = b.was_line_held
                                 AND e.closed_at <= b.recorded_at + {RUN})
            OR b.was_payable_on > (b.recorded_at AT TIME ZONE z.zone)::date
            OR EXISTS (SELECT FROM commissions_hold h LEFT JOIN commissions_holdclosing e ON e.hold_id = h.id
                       WHERE h.commission_id = c.id AND h.amount_minor IS NULL AND h.opened_at < b.recorded_at - {RUN}
                         AND coalesce(e.closed_at, 'infinity') > b.recorded_at + {RUN}))
        UNION ALL
        SELECT b.commission_id, b.number, b.payable_on, b.recorded_at FROM ({_BESIDE}) b
        WHERE b.released_minor > 0 AND NOT b.settled
           OR b.released_minor > b.was_released AND b.because NOT IN ('commission.confirmed', 'hold.released')
        """


def _payable_on() -> str:
    return f"""
        SELECT commission, number, payable_on, should_be FROM (
            SELECT b.commission_id AS commission, b.number, b.payable_on, b.settled,
                   CASE WHEN b.because IN ('commission.confirmed', 'hold.placed', 'hold.released') THEN b.was_payable_on
                        WHEN NOT b.settled THEN days.paid + z.settle_days
                        WHEN b.was_settled AND b.amount_minor > b.was_amount
                             OR b.was_settled IS FALSE AND b.was_restarted
                        THEN greatest(days.changed, days.settled)
                        WHEN b.was_settled AND b.settled_at IS NULL THEN b.was_payable_on
                        WHEN b.was_settled THEN greatest(b.was_payable_on, days.settled)
                        ELSE days.settled END AS should_be,
                   b.settled OR (l.revision = c.line_revision AND b.number = c.revision) AS known
            FROM ({_BESIDE}) b JOIN commissions_commission c ON c.id = b.commission_id
            JOIN commissions_planversion p ON p.id = c.plan_id JOIN orders_orderline l ON l.id = c.order_line_id
            JOIN ({_zones()}) AS z (marketplace, zone, settle_days) ON z.marketplace = c.marketplace
            CROSS JOIN LATERAL (SELECT
                (coalesce(l.paid_at, l.reported_at) AT TIME ZONE z.zone)::date + p.waiting_days AS paid,
                (b.changed_at AT TIME ZONE z.zone)::date + p.waiting_days AS changed,
                (coalesce(b.settled_at, b.changed_at) AT TIME ZONE z.zone)::date + p.waiting_days AS settled) AS days
        ) AS days WHERE known AND payable_on IS DISTINCT FROM should_be
        UNION ALL
        SELECT c.id, c.revision, c.payable_on, r.payable_on FROM commissions_commission c
        JOIN commissions_revision r ON (r.commission_id, r.number) = (c.id, c.revision)
        WHERE r.payable_on IS DISTINCT FROM c.payable_on
        """


_OPEN = """
    SELECT h.* FROM commissions_hold h
    WHERE NOT EXISTS (SELECT FROM commissions_holdclosing e WHERE e.hold_id = h.id)
"""

_HOLDS = f"""
    SELECT c.id AS commission, c.holds_of_all, c.hold_minor, c.held_minor FROM commissions_commission c
    LEFT JOIN (SELECT commission_id, count(*) FILTER (WHERE amount_minor IS NULL) AS of_all,
                      coalesce(sum(amount_minor), 0) AS minor FROM ({_OPEN}) AS open GROUP BY 1) o
      ON o.commission_id = c.id
    WHERE (c.holds_of_all, c.hold_minor) <> (coalesce(o.of_all, 0), coalesce(o.minor, 0))
"""

_EVENTS = """
    SELECT coalesce(e.subject_key, c.line) AS order_line, e.kind, e.events, c.rows
    FROM (SELECT subject_key, kind, count(*) AS events FROM record_event
          WHERE kind IN ('commission.held', 'commission.released') GROUP BY 1, 2) e
    FULL JOIN (
        SELECT 'order_line:' || c.order_line_id AS line, kind, count(*) AS rows FROM (
            SELECT commission_id, 'commission.held' AS kind FROM commissions_hold
            UNION ALL SELECT h.commission_id, 'commission.released' FROM commissions_hold h
            JOIN commissions_holdclosing e ON e.hold_id = h.id
        ) AS each JOIN commissions_commission c ON c.id = each.commission_id GROUP BY 1, 2
    ) c ON (c.line, c.kind) = (e.subject_key, e.kind)
    WHERE e.events IS DISTINCT FROM c.rows
"""

_FROM_REPORTS = f"""
    SELECT l.id AS order_line, l.held, o.hold_class FROM orders_orderline l
    JOIN commissions_commission c ON c.order_line_id = l.id AND c.line_revision = l.revision
    LEFT JOIN ({_OPEN}) o ON o.commission_id = c.id AND o.opened_by = '{BY_REPORT}'
    WHERE l.held <> coalesce(o.hold_class, '')
      AND NOT (o.id IS NULL AND EXISTS ({_RELEASED} WHERE h.commission_id = c.id AND h.hold_class = l.held
           AND h.opened_at = (SELECT max(opened_at) FROM commissions_hold
                              WHERE commission_id = c.id AND opened_by = '{BY_REPORT}')))
"""

# What quarantine holds: an operator can release such a hold too, and the line's next report that cannot be booked opens
# another.
_QUARANTINED = f"""
    SELECT q.line_id AS order_line, q.reason FROM commissions_quarantinedline q
    JOIN commissions_commission c ON c.order_line_id = q.line_id
    WHERE c.amount_minor > 0 AND NOT EXISTS (
        SELECT FROM commissions_hold h LEFT JOIN commissions_holdclosing e ON e.hold_id = h.id
        WHERE h.commission_id = c.id AND h.opened_by = '{BY_QUARANTINE}' AND h.opened_at >= q.since
          AND e.closed_by IS DISTINCT FROM '{BY_QUARANTINE}')
    UNION ALL
    SELECT c.order_line_id, 'booked' FROM ({_OPEN}) o JOIN commissions_commission c ON c.id = o.commission_id
    WHERE o.opened_by = '{BY_QUARANTINE}'
      AND NOT EXISTS (SELECT FROM commissions_quarantinedline q WHERE q.line_id = c.order_line_id)
"""

_SHOP_HELD = """
    SELECT coalesce(a.book_id, c.shop_id) AS book, coalesce(a.minor, 0) AS ledger, coalesce(c.minor, 0) AS on_hold
    FROM (SELECT book_id, currency, balance_minor AS minor FROM ledger_account WHERE kind = 'shop:held') a
    FULL JOIN (SELECT shop_id, currency, sum(held_minor) AS minor FROM commissions_commission WHERE held_minor > 0
               GROUP BY 1, 2) c ON (c.shop_id, c.currency) = (a.book_id, a.currency)
    WHERE coalesce(a.minor, 0) <> coalesce(c.minor, 0)
"""

CHECKS = [
    Check("17. What was released was settled, due and not held when it was", _released_early),
    Check("18. The day a commission is payable follows from its reports and plan", _payable_on),
    Check("19. The open holds of a commission are its openings less its closings", _HOLDS),
    Check("19. Every hold that was placed or released has its event", _EVENTS),
    Check("19. A line that its newest report holds has that hold open, and no other of a report", _FROM_REPORTS),
    Check("19. What is booked of a line in quarantine is held, and of no other by quarantine", _QUARANTINED),
    Check("19. What is on hold in a book is the sum over its commissions", _SHOP_HELD),
]
