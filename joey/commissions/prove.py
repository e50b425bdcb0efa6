"""What must hold of commissions: one per line, and every figure of each revision follows from reports and plan."""

from collections.abc import Iterable

from joey.catalog.rate_history import sql_cannot_have_shown
from joey.commissions import prove_books, prove_days, prove_due, prove_elsewhere, prove_reported, prove_taken_back
from joey.commissions.models import Commission
from joey.commissions.prove_holds import HOLDS
from joey.commissions.publish_plan import FIRST_PLAN, NOTICE
from joey.commissions.quarantine import HAS_OTHER_CURRENCY, IS_TOO_LARGE, OTHER_CURRENCY, TOO_LARGE
from joey.kit.prove import Check, is_ahead
from joey.marketplaces.own_codes import PREFIX as OWN
from joey.marketplaces.registry import paying_shops_themselves
from joey.orders.first_report import first_reports
from joey.orders.hold_causes import CAUSES
from joey.orders.not_installed import not_installed
from joey.record.erasable import texts_match


def _not_booked_here() -> str:
    """What a marketplace pays shops itself is not booked. Where its package is gone its rows say so: it has none."""
    unknown = [code for code in not_installed() if not Commission.objects.filter(marketplace=code).exists()]
    return _array([*paying_shops_themselves(), *unknown])


def _array(codes: Iterable[str]) -> str:
    return "ARRAY[{}]::text[]".format(", ".join(f"'{code}'" for code in codes))


def _line_without_its_commission() -> str:
    """Compared as far as the cursor has read; a line that cannot be booked is in quarantine with that revision."""
    return f"""
        SELECT l.id AS order_line, l.revision, c.line_revision AS booked, c.shop_id AS booked_for
        FROM orders_orderline l
        LEFT JOIN commissions_earncursor e ON e.marketplace = l.marketplace
        LEFT JOIN commissions_commission c ON c.order_line_id = l.id
        LEFT JOIN commissions_quarantinedline q ON q.line_id = l.id
        WHERE (l.revision <= e.revision AND l.shop_id IS NOT NULL AND q.revision IS DISTINCT FROM l.revision
               AND l.revision IS DISTINCT FROM c.line_revision AND l.marketplace <> ALL({_not_booked_here()}))
           OR c.id IS NOT NULL AND l.marketplace LIKE '{OWN}%'
           OR (c.shop_id, c.marketplace) <> (l.shop_id, l.marketplace) OR l.shop_id IS NULL AND c.id IS NOT NULL
           OR c.currency <> l.currency AND q.line_id IS NULL
        """


_QUARANTINED = f"""
    SELECT q.line_id AS order_line, q.reason, last.kind AS last_event FROM commissions_quarantinedline q
    LEFT JOIN LATERAL (
        SELECT e.kind, e.facts ->> 'reason' AS reason FROM record_event e
        WHERE e.subject_key = 'order_line:' || q.line_id
          AND e.kind IN ('order_line.quarantined', 'order_line.bookable') ORDER BY e.id DESC LIMIT 1
    ) AS last ON true
    WHERE q.reason IS DISTINCT FROM last.reason
    UNION ALL
    SELECT x.id, q.reason, NULL FROM commissions_quarantinedline q
    JOIN (SELECT *, id AS line_id FROM orders_orderline) AS x ON (x.id, x.revision) = (q.line_id, q.revision)
    WHERE q.reason = '{TOO_LARGE}' AND NOT {IS_TOO_LARGE} OR q.reason = '{OTHER_CURRENCY}' AND NOT {HAS_OTHER_CURRENCY}
"""

_PLAN_IN_FORCE = """
    SELECT c.id AS commission, c.plan_id AS plan, c.plan_moment, right_one.id AS in_force
    FROM commissions_commission c
    JOIN (SELECT id, CASE WHEN row_number() OVER by_time = 1 THEN '-infinity' ELSE from_at END AS since,
                 coalesce(lead(from_at) OVER by_time, 'infinity') AS until
          FROM commissions_planversion WINDOW by_time AS (ORDER BY from_at, id)) AS right_one
      ON c.plan_moment >= right_one.since AND c.plan_moment < right_one.until
    WHERE c.plan_id <> right_one.id
"""

_MOMENT_REPORTED = f"""
    SELECT c.id AS commission, c.plan_moment, c.plan_moment_kind AS kind, c.rate_ppm FROM commissions_commission c
    LEFT JOIN ({first_reports("SELECT order_line_id FROM commissions_commission")}) first
      ON first.line_id = c.order_line_id
    WHERE (c.plan_moment, c.plan_moment_kind, c.rate_ppm)
          IS DISTINCT FROM (first.moment, first.moment_kind, first.rate_ppm)
"""

# One that is not known is not judged: an offer may get the id that a line names, and its history, after the booking.
_SHOWN_RATE = f"""
    SELECT c.id AS commission, c.shown_rate_ppm, c.plan_moment, o.id AS offer FROM commissions_commission c
    JOIN catalog_offer o ON o.id = c.shown_offer_id
    WHERE {sql_cannot_have_shown("o", "c.shown_rate_ppm", "c.plan_moment")}
    UNION ALL
    SELECT c.id, c.shown_rate_ppm, c.plan_moment, NULL FROM commissions_commission c
    LEFT JOIN (
        SELECT subject_key, (facts ->> 'shown_rate_ppm')::int AS ppm FROM record_event
        WHERE kind = 'commission.earned' AND facts ? 'shown_rate_ppm'
    ) AS said ON said.subject_key = 'order_line:' || c.order_line_id
    WHERE said.ppm IS DISTINCT FROM c.shown_rate_ppm
"""

_FOLLOWS = """
    SELECT r.commission_id AS commission, r.number, r.base_minor, right_one.base AS should_be, r.amount_minor
    FROM commissions_revision r
    JOIN commissions_commission c ON c.id = r.commission_id
    JOIN commissions_planversion p ON p.id = c.plan_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN r.line_state IN ('placed', 'closed') THEN 0
                    ELSE r.given_minor - r.fee_minor - r.back_minor END AS net) AS net
    CROSS JOIN LATERAL (
        SELECT greatest(0, net.net) AS base, greatest(0, -net.net) AS penalty,
               div(greatest(0, net.net)::numeric * p.shopkeeper_ppm, 1000000) AS amount,
               div(greatest(0, net.net)::numeric * p.platform_ppm, 1000000) AS platform) AS right_one
    WHERE (r.base_minor, r.penalty_minor, r.amount_minor, r.platform_minor, r.rounding_minor, r.settled)
       <> (right_one.base, right_one.penalty, right_one.amount, right_one.platform,
           right_one.base - right_one.amount - right_one.platform, r.line_state = 'settled')
"""

# The newest revision is about the line as it is; a line with a newer report is not booked yet.
_NEWEST = f"""
    SELECT c.id AS commission, c.revision, l.id AS order_line FROM commissions_commission c
    JOIN orders_orderline l ON l.id = c.order_line_id
    LEFT JOIN commissions_revision r ON (r.commission_id, r.number) = (c.id, c.revision)
    WHERE (r.base_minor, r.penalty_minor, r.amount_minor, r.pending_minor, r.held_minor, r.released_minor,
           r.platform_minor, r.platform_released_minor, r.rounding_minor, r.settled, r.line_revision)
       IS DISTINCT FROM (c.base_minor, c.penalty_minor, c.amount_minor, c.pending_minor, c.held_minor, c.released_minor,
           c.platform_minor, c.platform_released_minor, c.rounding_minor, c.settled, c.line_revision)
       OR l.revision = c.line_revision AND (
           (r.line_state, r.line_held, r.line_unread, r.line_unclear_refund, r.line_frozen, r.line_export_differs,
            r.line_violation, r.line_causes, r.given_minor, r.fee_minor, r.back_minor, r.settled_at, r.quantity,
            r.buyer_paid_minor, r.buyer_refunded_minor, r.protected_minor, c.elsewhere)
           IS DISTINCT FROM
           (l.state, l.held, l.has_unread, l.has_unclear_refund, l.is_frozen, l.export_differs, l.has_violation,
            {CAUSES}, l.commission_minor, l.service_fee_minor, l.returned_commission_minor, l.settled_at, l.quantity,
            l.paid_minor, l.returned_paid_minor, l.protected_minor + l.returned_protected_minor, l.returned_elsewhere))
    UNION ALL
    SELECT r.commission_id, max(r.number), NULL FROM commissions_revision r
    LEFT JOIN commissions_commission c ON c.id = r.commission_id GROUP BY r.commission_id, c.id
    HAVING count(*) <> max(r.number)
        OR min(r.recorded_at) FILTER (WHERE r.number = 1) IS DISTINCT FROM c.earned_at
        OR (array_agg(r.recorded_at ORDER BY r.number DESC) FILTER (WHERE r.because = 'commission.confirmed'))[1]
           IS DISTINCT FROM c.confirmed_at
"""

_PLANS = f"""
    SELECT p.id AS plan, p.shopkeeper_ppm, p.waiting_days, p.from_at, p.published_by_id
    FROM commissions_planversion p
    LEFT JOIN record_event e ON e.kind = 'plan.published' AND e.subject_key = 'plan:' || p.id
    WHERE CASE WHEN p.id = (SELECT min(id) FROM commissions_planversion)
               THEN (p.shopkeeper_ppm, p.platform_ppm, p.waiting_days) <> {FIRST_PLAN} OR p.published_by_id IS NOT NULL
               ELSE e.id IS NULL OR p.from_at < e.happened_at + interval '{NOTICE.days} days'
                 OR p.published_by_id::text IS DISTINCT FROM e.facts ->> 'by'
                 OR (p.shopkeeper_ppm, p.platform_ppm, p.waiting_days, p.from_at)
                 <> ((e.facts ->> 'shopkeeper_ppm')::int, (e.facts ->> 'platform_ppm')::int,
                     (e.facts ->> 'waiting_days')::int, (e.facts ->> 'from_at')::timestamptz) END
"""


def _waits() -> str:
    """A line that is due for booking longer than this waits for something that does not happen.

    It is not due while the package of its marketplace is gone: `joey settle` and `/readyz` name that.
    """
    return f"""
        SELECT l.id AS order_line, l.revision FROM orders_orderline l
        LEFT JOIN commissions_earncursor e ON e.marketplace = l.marketplace
        WHERE l.shop_id IS NOT NULL AND l.revision > coalesce(e.revision, 0)
          AND l.first_seen_at < now() - interval '1 hour'
          AND coalesce(e.caught_up_at, l.first_seen_at) < now() - interval '1 hour'
          AND l.marketplace <> ALL({_array(not_installed())})
          AND NOT EXISTS (SELECT FROM orders_report r WHERE r.received_at > now() - interval '1 hour'
                          AND (r.marketplace, r.external_order, r.external_line)
                            = (l.marketplace, l.external_order, l.external_line))
    """


_AHEAD = f"""
    SELECT e.marketplace, e.revision, l.revision AS newest FROM commissions_earncursor e
    LEFT JOIN (SELECT marketplace, max(revision) AS revision FROM orders_orderline GROUP BY 1) l USING (marketplace)
    WHERE e.revision > coalesce(l.revision, 0) OR {is_ahead("e.caught_up_at")}
"""

CHECKS = [
    Check(
        "12. Each attributed order line has one commission, its shop's, at its newest revision, or is in quarantine",
        _line_without_its_commission,
    ),
    Check("12. No order line waits longer than an hour to be booked", _waits),
    Check(
        "12. Each line in quarantine was put there by its last event about that, for a reason that holds", _QUARANTINED
    ),
    Check("13. A commission's plan is the one in force at its moment", _PLAN_IN_FORCE),
    Check(
        "13. The moment that chose a commission's plan, and its rate, are what the first report of its line says",
        _MOMENT_REPORTED,
    ),
    Check(
        "13. The rate that was shown at a commission's moment is that of the catalogue, as it was recorded", _SHOWN_RATE
    ),
    Check("14. Net, split and penalty of each revision follow from what its line gave and its plan", _FOLLOWS),
    Check("14. A commission is its newest revision, and that is its line as it is; revisions run from 1", _NEWEST),
    *prove_reported.CHECKS,
    *prove_taken_back.CHECKS,
    *prove_books.CHECKS,
    *prove_elsewhere.CHECKS,
    *prove_days.CHECKS,
    *HOLDS,
    *prove_due.CHECKS,
    Check("31. Each version of the plan is as it was published, by whom, and with its notice", _PLANS),
    Check("33. No line is passed over: the booking is not ahead of what exists, nor of the clock", _AHEAD),
    texts_match("commissions_hold", "reason_id", "reason_sha256"),
    texts_match("commissions_holdclosing", "reason_id", "reason_sha256"),
]
