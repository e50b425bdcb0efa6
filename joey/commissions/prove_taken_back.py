"""A part of rule 14: what each revision says that its line had back follows from the refund reports of then.

What was taken back in another currency no revision says: the entries do that were booked up to it (prove_elsewhere.py).
"""

from joey.commissions.prove_elsewhere import ENTRIES
from joey.commissions.prove_reported import COPIED, SHORTLY
from joey.kit.prove import Check
from joey.orders.newest_report import newest_case_first, newest_first
from joey.orders.other_currency import can_move, in_its_currency
from joey.orders.taken_back import (
    gives_something,
    is_elsewhere,
    is_own,
    is_taken_back,
    order_reports_of,
    reported_once,
    sum_of,
)

# What a case takes back of its line, or beside it in another currency, by the order reports up to the moment `t.at`.
_IS_BOOKED = f"({is_own('c', 't')} OR {is_elsewhere('c', 't', known='said.received_at <= t.at')})"
_IS_TAKEN = f"{is_taken_back('c', 'c')} AND {_IS_BOOKED} AND several.at IS NULL"

# Of each other line that has the name that refunds of a commission's line say: from when until when its newest report
# was one that gives something. Few names are those of several lines.
_ANOTHER = f"""
    SELECT x.commission, x.since, coalesce(lead(x.since) OVER (PARTITION BY x.commission, x.id ORDER BY x.since),
                                           'infinity') AS until, newest.gives
    FROM (
        SELECT DISTINCT c.id AS commission, other.id, other.currency, r.marketplace, r.external_order, r.external_line,
               r.external_part, r.received_at AS since
        FROM commissions_commission c JOIN orders_orderline l ON l.id = c.order_line_id
        JOIN orders_orderline other
          ON (other.marketplace, other.external_order, other.external_line)
           = (l.marketplace, l.external_order, l.external_line) AND other.external_part <> l.external_part
        JOIN orders_report r
          ON (r.marketplace, r.external_order, r.external_line, r.external_part)
           = (other.marketplace, other.external_order, other.external_line, other.external_part)
        WHERE c.id IN (SELECT commission FROM refund) AND r.kind = 'order' AND r.problem = ''
    ) AS x CROSS JOIN LATERAL (
        SELECT {gives_something("o")} AS gives FROM (
            SELECT r.state, {in_its_currency("commission_minor", "r", "x")} AS commission_minor, r.reported_at,
                   r.poll_id AS poll, r.payload_sha256 AS digest
            FROM orders_report r
            WHERE (r.marketplace, r.external_order, r.external_line, r.external_part)
                = (x.marketplace, x.external_order, x.external_line, x.external_part)
              AND r.kind = 'order' AND r.problem = '' AND {can_move("r", "x")} AND r.received_at <= x.since
        ) AS o ORDER BY {newest_first("o")} LIMIT 1
    ) AS newest
"""

# Each revision that was booked from its line is tried with the reports up to each moment that it may know. The
# state and settlement of the line are the revision's own: rule 14 has them from a report as well.
_BACK = f"""
    WITH refund AS MATERIALIZED (
        SELECT c.id AS commission, CASE WHEN {is_own("r", "l")} THEN l.currency ELSE r.currency END AS currency,
               r.case_id, r.received_at, r.reported_at, r.stamped_at, r.counts, r.refunded_at, r.refunded_by,
               r.commission_back_minor, r.poll_id AS poll, r.payload_sha256 AS digest
        FROM orders_report r
        JOIN orders_orderline l USING (marketplace, external_order, external_line)
        JOIN commissions_commission c ON c.order_line_id = l.id
        WHERE r.kind = 'refund' AND r.problem = ''
    ), another AS MATERIALIZED ({_ANOTHER}
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
               v.changed_at, v.booked_at, v.given_minor AS commission_minor, v.back_minor, c.currency
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
    ), several AS (
        SELECT DISTINCT t.commission, t.number, t.at FROM tried t
        JOIN another ON another.commission = t.commission AND another.since <= t.at AND another.until > t.at
        WHERE another.gives OR NOT {gives_something("t")}
    ), newest AS (
        SELECT DISTINCT ON (l.commission, l.number, l.at, f.case_id) l.commission, l.number, l.at, l.state,
               l.settled_at, f.case_id, f.counts, f.currency, f.refunded_at, f.refunded_by,
               f.commission_back_minor, f.reported_at,
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
        LEFT JOIN several ON (several.commission, several.number, several.at) = (t.commission, t.number, t.at)
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
