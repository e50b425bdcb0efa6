"""What must hold of time: the day a commission is payable, and what was released when."""

from django.conf import settings

from joey.commissions.follow_report_holds import any_said, classes_said, is_decided, of_revision
from joey.kit.prove import AHEAD, Check
from joey.marketplaces import registry
from joey.orders.queries import IS_WAITED_FOR, marketplaces_with_lines


def _is_pretended() -> bool:
    """Whether time is: in a demo, and beside a sandbox."""
    return bool(settings.SANDBOX_URL or settings.OF_DEMO)


def _zones() -> str:
    """(marketplace, zone, settle_days, slack) of the marketplaces that reported orders, as a VALUES list.

    Where the package of one is gone, its zone is unknown, and no zone is more than a day from UTC: so its days are
    judged to within `slack` days of that. Its usual days to settle (NULL) only make an estimate, which is not judged.
    """
    manifests = [(code, registry.find_manifest(code)) for code in marketplaces_with_lines()]
    rows = [
        f"('{code}', '{found.zone}', {found.usual_settle_days}, 0)" if found else f"('{code}', 'UTC', NULL::int, 1)"
        for code, found in manifests
    ]
    return "VALUES " + ", ".join(rows or ["('', 'UTC', 0, 0)"])


# Each revision beside the one before it, and whether the line was closed or un-settled before.
_BESIDE = """
    SELECT r.*, lag(r.settled) OVER before AS was_settled, lag(r.payable_on) OVER before AS was_payable_on,
           lag(r.amount_minor) OVER before AS was_amount, lag(r.pending_minor, 1, 0::bigint) OVER before AS was_pending,
           lag(r.released_minor, 1, 0::bigint) OVER before AS was_released,
           lag(r.platform_released_minor, 1, 0::bigint) OVER before AS was_revenue,
           lag(r.line_state) OVER before AS was_line_state, lag(r.line_held) OVER before AS was_line_held,
           lag(r.line_unread) OVER before AS was_line_unread,
           lag(r.line_unclear_refund) OVER before AS was_line_unclear_refund,
           lag(r.line_frozen) OVER before AS was_line_frozen,
           lag(r.line_export_differs) OVER before AS was_line_export_differs,
           lag(r.line_violation) OVER before AS was_line_violation,
           bool_or(r.restarts) OVER (before ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS was_restarted
    FROM (
        SELECT *, line_state = 'closed'
               OR (NOT settled AND lag(settled) OVER (PARTITION BY commission_id ORDER BY number)) AS restarts
        FROM commissions_revision
    ) r WINDOW before AS (PARTITION BY commission_id ORDER BY number)
"""

_WAS_SAID = of_revision("b", of="was_line_")

# What was on hold when each commission was confirmed. Placing, releasing and confirming each lock the commission first
# and note the database's time after that, so their times are in the order of the locks, and need no tolerance.
_ON_HOLD = """
    SELECT r.commission_id, r.number, bool_or(h.amount_minor IS NULL) AS all_of_it, sum(h.amount_minor) AS minor
    FROM commissions_revision r JOIN commissions_hold h ON h.commission_id = r.commission_id
    LEFT JOIN commissions_holdclosing e ON e.hold_id = h.id
    WHERE r.because = 'commission.confirmed'
      AND h.recorded_at < r.booked_at AND coalesce(e.recorded_at, 'infinity') > r.booked_at
    GROUP BY 1, 2
"""


def _released_early() -> str:
    """By the run's own day: `recorded_at` is the moment at which the job began, before the database booked it.

    In a demo time is pretended, so that the run can be ahead of the database.
    """
    ran_at = "b.recorded_at" if _is_pretended() else f"least(b.recorded_at, b.booked_at + {AHEAD})"
    return f"""
        SELECT b.commission_id AS commission, b.number, b.was_payable_on AS payable_on, b.recorded_at
        FROM ({_BESIDE}) b JOIN commissions_commission c ON c.id = b.commission_id
        JOIN ({_zones()}) AS z (marketplace, zone, settle_days, slack) ON z.marketplace = c.marketplace
        LEFT JOIN ({_ON_HOLD}) AS hold ON (hold.commission_id, hold.number) = (b.commission_id, b.number)
        WHERE b.released_minor > 0 AND NOT b.settled
           OR b.released_minor > b.was_released AND b.because NOT IN ('commission.confirmed', 'hold.released')
           OR b.platform_released_minor > b.was_revenue AND (b.because <> 'commission.confirmed' OR b.pending_minor > 0)
           OR b.because = 'commission.confirmed' AND (
               b.was_settled IS NOT TRUE OR b.was_line_state <> 'settled' OR hold.all_of_it
            OR b.pending_minor < least(b.was_pending, greatest(0, hold.minor - b.held_minor))
            OR {any_said(*_WAS_SAID)} AND EXISTS (
                   SELECT FROM {classes_said(*_WAS_SAID)}
                   WHERE said.hold_class <> ''
                     AND NOT ({is_decided("c.id", "b.number", "said.hold_class", before="b.booked_at")}))
            OR (b.was_payable_on <= ({ran_at} AT TIME ZONE z.zone)::date + z.slack) IS NOT TRUE)
        """


# From when on the answers to a question reached a day. What was released before a question was asked did not wait for
# it; nor does anything for one that is asked no more.
_READ = f"""
    SELECT p.marketplace, p.question, (p.until AT TIME ZONE z.zone)::date + z.slack AS day, min(p.recorded_at) AS since
    FROM orders_poll p JOIN orders_synccursor s USING (marketplace, account, question)
    JOIN ({{zones}}) AS z (marketplace, zone, settle_days, slack) USING (marketplace)
    WHERE {IS_WAITED_FOR.format(cursor="s")} AND p.recorded_at >= s.asked_since GROUP BY 1, 2, 3
"""


def _released_unread() -> str:
    """All commissions of a batch have one time, so there are few of these moments. In a demo time is pretended."""
    if _is_pretended():
        return "SELECT NULL AS commission WHERE false"
    return f"""
        WITH read AS MATERIALIZED ({_READ.format(zones=_zones())})
        SELECT run.commission, run.payable_on, run.booked_at FROM (
            SELECT c.marketplace, r.payable_on, r.booked_at, min(c.id::text) AS commission
            FROM commissions_revision r JOIN commissions_commission c ON c.id = r.commission_id
            WHERE r.because = 'commission.confirmed' GROUP BY 1, 2, 3
        ) AS run
        WHERE run.payable_on > (
            SELECT min(day) FROM (
                SELECT max(day) AS day FROM read
                WHERE read.marketplace = run.marketplace AND read.since < run.booked_at GROUP BY question
            ) AS questions)
        """


def _payable_on() -> str:
    return f"""
        SELECT commission, number, payable_on, should_be, waits_again FROM (
            SELECT b.commission_id AS commission, b.number, b.payable_on, b.settled, z.slack,
                   CASE WHEN b.because IN ('commission.confirmed', 'hold.placed', 'hold.released') THEN b.was_payable_on
                        WHEN NOT b.settled THEN days.paid + z.settle_days
                        WHEN b.was_settled AND b.amount_minor > b.was_amount
                             OR b.was_settled IS FALSE AND b.was_restarted
                        THEN greatest(days.changed, days.settled)
                        WHEN b.was_settled AND b.settled_at IS NULL THEN b.was_payable_on
                        WHEN b.was_settled THEN greatest(b.was_payable_on, days.settled)
                        ELSE days.settled END AS should_be,
                   b.settled OR (l.revision = c.line_revision AND b.number = c.revision AND z.slack = 0) AS known,
                   b.restarts IS TRUE OR b.was_restarted IS TRUE AS waits_again,
                   b.number = c.revision AS is_newest, c.restarted
            FROM ({_BESIDE}) b JOIN commissions_commission c ON c.id = b.commission_id
            JOIN commissions_planversion p ON p.id = c.plan_id JOIN orders_orderline l ON l.id = c.order_line_id
            JOIN ({_zones()}) AS z (marketplace, zone, settle_days, slack) ON z.marketplace = c.marketplace
            CROSS JOIN LATERAL (SELECT
                (coalesce(l.paid_at, l.reported_at) AT TIME ZONE z.zone)::date + p.waiting_days AS paid,
                (b.changed_at AT TIME ZONE z.zone)::date + p.waiting_days AS changed,
                (coalesce(b.settled_at, b.changed_at) AT TIME ZONE z.zone)::date + p.waiting_days AS settled) AS days
        ) AS days WHERE known AND payable_on IS DISTINCT FROM should_be
          AND (abs(payable_on - should_be) <= slack) IS NOT TRUE OR is_newest AND restarted <> waits_again
        UNION ALL
        SELECT c.id, c.revision, c.payable_on, r.payable_on, NULL FROM commissions_commission c
        JOIN commissions_revision r ON (r.commission_id, r.number) = (c.id, c.revision)
        WHERE r.payable_on IS DISTINCT FROM c.payable_on
        """


CHECKS = [
    Check("17. What was released was settled, due and not held when it was", _released_early),
    Check("17. What was released had its reports read up to its day", _released_unread),
    Check("18. The day a commission is payable follows from its reports and plan", _payable_on),
]
