"""A part of rule 14: what each revision says that its line had back follows from the refund reports of then.

What was taken back in another currency no revision says: the entries do that were booked up to it (prove_elsewhere.py).
"""

from joey.commissions.prove_elsewhere import ENTRIES
from joey.commissions.prove_reported import COPIED, SHORTLY
from joey.kit.prove import Check
from joey.orders.newest_report import newest_case_first
from joey.orders.taken_back import is_elsewhere, is_own, is_taken_back, order_reports_of, reported_once, sum_of

# What a case takes back of its line, or beside it in another currency, by the order reports up to the moment `t.at`.
_IS_BOOKED = f"({is_own('c', 't')} OR {is_elsewhere('c', 't', known='said.received_at <= t.at')})"
# From the moment on at which another line has the name that the refund says, nothing is taken back for it.
_IS_TAKEN = f"{is_taken_back('c', 'c')} AND {_IS_BOOKED} AND coalesce(a.since, 'infinity') > t.at"

# Each revision that was booked from its line is tried with the reports up to each moment that it may know. The
# state and settlement of the line are the revision's own: rule 14 has them from a report as well.
_BACK = f"""
    WITH refund AS MATERIALIZED (
        SELECT c.id AS commission, CASE WHEN {is_own("r", "l")} THEN l.currency ELSE r.currency END AS currency,
               r.case_id, r.received_at, r.reported_at, r.stamped_at, r.counts, r.refunded_at, r.commission_back_minor,
               r.poll_id AS poll, r.payload_sha256 AS digest
        FROM orders_report r
        JOIN orders_orderline l USING (marketplace, external_order, external_line)
        JOIN commissions_commission c ON c.order_line_id = l.id
        WHERE r.kind = 'refund' AND r.problem = ''
    ), another AS MATERIALIZED (
        SELECT c.id AS commission, min(other.first_seen_at) AS since
        FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id
        JOIN orders_orderline other
          ON (other.marketplace, other.external_order, other.external_line)
           = (l.marketplace, l.external_order, l.external_line) AND other.external_part <> l.external_part
        WHERE c.id IN (SELECT commission FROM refund) GROUP BY 1
    ), entry AS MATERIALIZED (
        SELECT commission, number, currency, whole FROM ({ENTRIES}) AS entry
    ), said AS MATERIALIZED (
        {
    order_reports_of(
        "SELECT c.order_line_id FROM refund f JOIN commissions_commission c ON c.id = f.commission"
        " WHERE f.currency <> c.currency"
    )
}
    ), revision AS MATERIALIZED (
        SELECT v.commission_id AS commission, c.order_line_id AS id, v.number, v.line_state AS state, v.settled_at,
               v.changed_at, v.booked_at, v.back_minor, c.currency
        FROM commissions_revision v JOIN commissions_commission c ON c.id = v.commission_id
        WHERE v.because NOT IN {COPIED}
          AND (v.back_minor <> 0
               OR v.commission_id IN (SELECT commission FROM refund UNION SELECT commission FROM entry))
    ), booked AS (
        SELECT commission, number, currency, changed_at, back_minor AS back FROM revision
        UNION ALL
        SELECT v.commission, v.number, other.currency, v.changed_at, coalesce(sum(e.whole), 0)
        FROM revision v JOIN (
            SELECT commission, currency FROM refund UNION SELECT commission, currency FROM entry
        ) AS other ON other.commission = v.commission AND other.currency <> v.currency
        LEFT JOIN entry e ON (e.commission, e.currency) = (other.commission, other.currency) AND e.number <= v.number
        GROUP BY 1, 2, 3, 4
    ), tried AS (
        SELECT v.*, m.at, max(m.at) FILTER (WHERE m.at < v.booked_at - {SHORTLY})
                              OVER (PARTITION BY v.commission, v.number) AS known_for_sure
        FROM revision v JOIN (
            SELECT commission, received_at AS at FROM refund UNION SELECT commission, '-infinity' FROM revision
            UNION SELECT revision.commission, said.received_at FROM said JOIN revision ON revision.id = said.line_id
            UNION SELECT commission, since FROM another
        ) AS m ON m.commission = v.commission AND m.at < v.booked_at
    ), newest AS (
        SELECT DISTINCT ON (l.commission, l.number, l.at, f.case_id) l.commission, l.number, l.at, l.state,
               l.settled_at, f.case_id, f.counts, f.currency, f.refunded_at, f.commission_back_minor, f.reported_at,
               min(f.stamped_at) FILTER (WHERE f.counts)
                   OVER (PARTITION BY l.commission, l.number, l.at, f.case_id) AS counted_from
        FROM tried l JOIN refund f ON f.commission = l.commission AND f.received_at <= l.at
        WHERE l.at >= l.known_for_sure
        ORDER BY l.commission, l.number, l.at, f.case_id, {newest_case_first("f")}
    ), counted AS (
        {reported_once("SELECT * FROM newest", of="each_case.commission, each_case.number, each_case.at")}
    ), folded AS (
        SELECT s.commission, s.number, s.currency, s.back, s.changed_at,
               max(c.reported_at) FILTER (WHERE {_IS_BOOKED}) AS last_refund,
               {sum_of("c.commission_back_minor", where=_IS_TAKEN)} AS should_be
        FROM tried t JOIN booked s ON (s.commission, s.number) = (t.commission, t.number)
        LEFT JOIN counted c ON (c.commission, c.number, c.at, c.currency) = (t.commission, t.number, t.at, s.currency)
        LEFT JOIN another a ON a.commission = t.commission
        WHERE t.at >= t.known_for_sure GROUP BY s.commission, s.number, s.currency, s.back, s.changed_at, t.at
    )
    SELECT commission, number, currency, back, array_agg(should_be) AS should_be, changed_at,
           array_agg(last_refund) AS last_refund
    FROM folded GROUP BY commission, number, currency, back, changed_at
    HAVING bool_and(back <> should_be OR coalesce(date_trunc('second', last_refund) > changed_at, false))
"""

CHECKS = [
    Check("14. What each change took back, in each currency, is what the refund reports of then said", _BACK),
]
