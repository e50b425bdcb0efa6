"""Reports are as they came, and lines and refund cases are what their reports say: derived again from the reports."""

from joey.kit.prove import Check
from joey.orders.mark_differing import contradicts, first_said
from joey.orders.mark_frozen import is_about
from joey.orders.mark_violations import VIOLATIONS
from joey.orders.newest_report import (
    HOLD,
    IS_REPLACED,
    LINE,
    LINES_OF_UNREAD,
    STAGED,
    case_rank,
    is_of_line,
    moment,
    newest_case_first,
    rank,
    trade_hold_rank,
    trade_of,
)
from joey.orders.other_currency import can_move, in_its_currency
from joey.orders.report_digest import digest_of_row
from joey.orders.staged_tables import TAKEN_WITHIN
from joey.orders.taken_back import (
    is_elsewhere,
    is_one_of_several,
    is_own,
    is_taken_back,
    is_unclear,
    order_reports_of,
    reported_once,
    sum_of,
)

_OF_LINE = (
    "(r.marketplace, r.external_order, r.external_line, r.external_part)"
    " = (l.marketplace, l.external_order, l.external_line, l.external_part)"
)
_OF_CASE = (
    "(r.marketplace, r.external_order, r.external_line, r.case_id)"
    " = (c.marketplace, c.external_order, c.external_line, c.case_id)"
)
_OF_TRADE = "(r.marketplace, r.external_order, r.external_line, r.external_part) = (t.marketplace, '', t.trade, t.part)"

# Reports as newest_report.py ranks them.
_RANKED = """
    SELECT id, marketplace, kind, external_order, external_line, external_part, case_id, reported_at, stamped_at,
           poll_id AS poll, rereads, payload_sha256 AS digest, state, held, held = 'frozen' AS frozen, reason, title,
           external_item, currency, quantity, paid_minor, commission_minor, service_fee_minor, protected_minor,
           rate_ppm, placed_at, paid_at, settled_at, counts, refund_minor, commission_back_minor, refunded_at,
           refunded_by, received_at
    FROM orders_report WHERE problem = ''
"""
_SAME = "(r.reported_at, r.poll, r.digest) = (l.reported_at, l.reported_poll, l.report_digest)"
OF_THE_REPORT = (
    "state", "reason", "title", "external_item", "currency", "quantity", "paid_minor", "commission_minor",
    "service_fee_minor", "protected_minor", "rate_ppm", "placed_at", "paid_at", "settled_at",
)  # fmt: skip

POLLS = Check(
    "5. A poll is its reports, by count and digest",
    """
    SELECT coalesce(p.id, r.poll_id) AS poll, p.reports, r.kept FROM orders_poll p
    FULL JOIN (
        SELECT poll_id, count(*) AS kept, sha256(string_agg(digest, ''::bytea ORDER BY digest)) AS digest
        FROM orders_report WHERE rereads IS NULL GROUP BY poll_id
    ) r ON r.poll_id = p.id
    WHERE p.id IS NULL OR (p.reports, p.digest) <> (coalesce(r.kept, 0), coalesce(r.digest, sha256('')))
    """,
)

MOMENTS = Check(
    "5. A report is from its time of change, or from when its poll asked, if that is earlier",
    """
    SELECT r.id AS report, r.reported_at, p.asked_at FROM orders_report r JOIN orders_poll p ON p.id = r.poll_id
    WHERE r.reported_at <> least(r.stamped_at, p.asked_at)
    """,
)

DIGESTS = Check(
    "6. A report is its digest, and its digest is that of its columns",
    f"""
    SELECT coalesce(r.id, d.report_id) AS report FROM orders_report r
    FULL JOIN orders_reportdigest d ON d.report_id = r.id
    WHERE r.id IS NULL OR d.digest IS DISTINCT FROM r.digest
       OR r.payload_sha256 <> sha256(convert_to(r.payload, 'UTF8')) OR r.digest <> {digest_of_row("r")}
    """,
)

LINES = Check(
    "7. Each readable report has its line, refund case or trade, each of these a report; the unreadable are listed",
    f"""
    SELECT 'report without a line' AS what, r.id::text AS id FROM orders_report r
    LEFT JOIN orders_orderline l ON {_OF_LINE}
    WHERE r.kind = 'order' AND r.problem = '' AND l.id IS NULL
    UNION ALL
    SELECT 'line without a report', l.id::text FROM orders_orderline l WHERE NOT EXISTS (
        SELECT FROM orders_report r WHERE {_OF_LINE} AND r.kind = 'order' AND r.problem = '')
    UNION ALL
    SELECT 'report without a refund case', r.id::text FROM orders_report r
    LEFT JOIN orders_refundcase c ON {_OF_CASE}
    WHERE r.kind = 'refund' AND r.problem = '' AND c.id IS NULL
    UNION ALL
    SELECT 'refund case without a report', c.case_id FROM orders_refundcase c WHERE NOT EXISTS (
        SELECT FROM orders_report r WHERE {_OF_CASE}
          AND r.kind = 'refund' AND r.problem = '')
    UNION ALL
    SELECT 'hold report without its trade', r.id::text FROM orders_report r
    LEFT JOIN orders_tradehold t ON {_OF_TRADE}
    WHERE r.kind = 'hold' AND r.problem = '' AND t.id IS NULL
    UNION ALL
    SELECT 'held trade without a report', t.trade FROM orders_tradehold t WHERE NOT EXISTS (
        SELECT FROM orders_report r WHERE {_OF_TRADE} AND r.kind = 'hold' AND r.problem = '')
    UNION ALL
    SELECT 'unreadable report, not listed', r.id::text FROM orders_report r
    WHERE r.problem <> '' AND r.rereads IS NULL AND NOT EXISTS (
        SELECT FROM orders_report read
        WHERE (read.marketplace, read.kind, read.payload_sha256) = (r.marketplace, r.kind, r.payload_sha256)
          AND read.problem = '')
      AND NOT EXISTS (  -- a payload is listed once, under the last poll that brought it
        SELECT FROM orders_unreadreport u
        WHERE (u.marketplace, u.kind, u.payload_sha256) = (r.marketplace, r.kind, r.payload_sha256)
          AND u.poll >= r.poll_id)
      AND NOT EXISTS (
        SELECT FROM orders_reportdismissal d JOIN orders_report last ON last.id = d.report_id
        WHERE (last.marketplace, last.kind, last.payload_sha256) = (r.marketplace, r.kind, r.payload_sha256)
          AND last.poll_id >= r.poll_id)
    UNION ALL
    SELECT 'listed, and not unreadable', u.report_id::text FROM orders_unreadreport u
    LEFT JOIN orders_report r ON r.id = u.report_id LEFT JOIN orders_reportdismissal d ON d.report_id = u.report_id
    WHERE r.id IS NULL OR r.problem = '' OR d.report_id IS NOT NULL
       OR (u.marketplace, u.kind, u.external_order, u.external_line, u.external_part, u.case_id, u.reported_at, u.poll,
           u.payload_sha256)
       <> (r.marketplace, r.kind, r.external_order, r.external_line, r.external_part, r.case_id, r.reported_at,
           r.poll_id, r.payload_sha256)
    UNION ALL
    SELECT 'dismissed without cause', d.report_id::text FROM orders_reportdismissal d
    LEFT JOIN orders_report r ON r.id = d.report_id LEFT JOIN orders_report newer ON newer.id = d.replaced_by
    LEFT JOIN record_event e ON e.kind = 'report.dismissed' AND e.subject_key = 'order_report:' || d.report_id
    WHERE r.id IS NULL OR r.problem = ''
       OR d.by IS NOT NULL AND (e.facts ->> 'by', e.facts ->> 'reason', e.happened_at)
          IS DISTINCT FROM (d.by::text, d.reason_id || ':' || encode(d.reason_sha256, 'hex'), d.at)
       OR d.by IS NULL AND d.replaced_by IS NULL AND NOT EXISTS (
          SELECT FROM record_event o
          WHERE o.kind = 'report.of_others' AND (o.subject_key, o.happened_at) = ('order_report:' || d.report_id, d.at))
       OR (d.marketplace, d.kind, d.external_order, d.payload_sha256)
       <> (r.marketplace, r.kind, r.external_order, r.payload_sha256)
       OR d.replaced_by IS NOT NULL AND (newer.problem = ''
        AND (newer.marketplace, newer.kind, newer.external_line, newer.external_part, newer.case_id)
          = (r.marketplace, r.kind, r.external_line, r.external_part, r.case_id)
        AND (newer.external_order = r.external_order OR EXISTS (
            SELECT FROM orders_othernumber n
            WHERE (n.marketplace, n.number, n.trade) = (r.marketplace, r.external_order, {trade_of("r")})))
        AND (date_trunc('second', newer.reported_at), newer.poll_id, newer.reported_at)
          > (date_trunc('second', r.reported_at), r.poll_id, r.reported_at)) IS NOT TRUE
    """,
)

# A line is seen first in the transaction that keeps its first report: how long it waits is counted from then.
STATES = Check(
    "8. State, item and amounts of a line are those of its newest readable report with a known code; the first made it",
    f"""
    SELECT l.id AS order_line FROM orders_orderline l
    LEFT JOIN ({_RANKED}) r ON {_OF_LINE} AND r.kind = 'order' AND {can_move("r", "l")}
    GROUP BY l.id
    HAVING bool_or({rank("r", STAGED)} > {rank("l", LINE)})
        OR l.first_seen_at NOT BETWEEN min(r.received_at) AND min(r.received_at) + interval '{TAKEN_WITHIN}'
        OR NOT coalesce(bool_or({_SAME} AND ({", ".join(in_its_currency(name, "r", "l") for name in OF_THE_REPORT)})
                               IS NOT DISTINCT FROM ({", ".join(f"l.{name}" for name in OF_THE_REPORT)})), false)
    """,
)

HOLDS = Check(
    "8. A line is held as the newest of all its reports says",
    f"""
    SELECT l.id AS order_line, l.held FROM orders_orderline l
    JOIN ({_RANKED}) r ON {_OF_LINE} AND r.kind = 'order'
    WHERE r.id NOT IN (SELECT rereads FROM orders_report WHERE rereads IS NOT NULL)
    GROUP BY l.id
    HAVING bool_or({moment("r", STAGED)} > {moment("l", HOLD)})
        OR NOT bool_or((r.reported_at, r.poll, r.digest) = (l.held_at, l.held_poll, l.held_digest)
                       AND l.held = CASE WHEN NOT {can_move("r", "l")} THEN 'currency'
                                         WHEN l.held = 'contradiction' AND r.held <> 'unknown_code' THEN l.held
                                         ELSE r.held END)
    UNION ALL
    SELECT l.id, l.held FROM orders_orderline l WHERE l.held = 'contradiction' AND NOT EXISTS (
        SELECT FROM record_event e WHERE e.subject_key = 'order_line:' || l.id AND e.kind = 'order_line.contradicted')
    """,
)

# An unreadable report is on the list (rule 7) until it is read, a newer one of its line or case is, or it is given up.
UNREAD = Check(
    "8. A line waits for a report that cannot be read exactly while one newer than what it shows is listed",
    f"""
    SELECT l.id AS order_line, l.has_unread FROM orders_orderline l LEFT JOIN (
        SELECT l.id, count(*) AS reports FROM orders_unreadreport u CROSS JOIN LATERAL ({LINES_OF_UNREAD}) AS l
        WHERE NOT {IS_REPLACED} GROUP BY l.id
    ) u ON u.id = l.id
    WHERE l.has_unread <> (u.id IS NOT NULL)
    """,
)

FROZEN = Check(
    "8. A trade or part of one is frozen as its newest hold report says, and its lines exactly while one of these is",
    f"""
    SELECT t.trade AS trade, t.frozen FROM orders_tradehold t JOIN ({_RANKED}) r ON {_OF_TRADE} AND r.kind = 'hold'
    GROUP BY t.id
    HAVING bool_or({trade_hold_rank("r", STAGED)} > {trade_hold_rank("t", LINE)})
        OR NOT bool_or((r.poll, r.frozen, r.digest) = (t.reported_poll, t.frozen, t.report_digest))
    UNION ALL
    SELECT l.id::text, l.is_frozen FROM orders_orderline l
    LEFT JOIN (
        SELECT DISTINCT l.id FROM orders_tradehold t JOIN orders_orderline l ON {is_about("t", "l")} WHERE t.frozen
    ) t ON t.id = l.id
    WHERE l.is_frozen <> (t.id IS NOT NULL)
    """,
)

DIFFERING = Check(
    "8. A settled line is marked exactly while an export that was made later says something else of it",
    f"""
    SELECT l.id AS order_line, l.export_differs FROM orders_orderline l LEFT JOIN (
        SELECT DISTINCT l.id FROM orders_poll p JOIN orders_report r ON r.poll_id = p.id
        JOIN orders_orderline l ON {is_of_line("r")} CROSS JOIN LATERAL {first_said()} own
        WHERE {contradicts()}
    ) r ON r.id = l.id
    WHERE l.export_differs <> (r.id IS NOT NULL)
    """,
)

DISPUTED = Check(
    "8. A line is marked exactly while a dispute about a violation is open, and each was reported of its line",
    f"""
    SELECT l.id AS order_line, l.has_violation, NULL AS reason FROM orders_orderline l
    WHERE l.has_violation <> EXISTS ({VIOLATIONS})
    UNION ALL
    SELECT l.id, l.has_violation, d.reason FROM orders_dispute d JOIN orders_orderline l ON l.id = d.line_id
    WHERE d.cause = 'violation' AND NOT EXISTS (
        SELECT FROM orders_report r WHERE {is_of_line("r")} AND (r.state, r.reason) = ('closed', d.reason))
    """,
)

REFUNDS = Check(
    "9. A refund case is what its newest report says, and counted first when its reports say",
    f"""
    SELECT c.case_id AS refund_case FROM orders_refundcase c
    JOIN ({_RANKED}) r ON {_OF_CASE} AND r.kind = 'refund'
    GROUP BY c.id
    HAVING bool_or({case_rank("r", STAGED)} > {case_rank("c", LINE)})
        OR c.counted_from IS DISTINCT FROM min(r.stamped_at) FILTER (WHERE r.counts)
        OR NOT bool_or(
            (r.reported_at, r.poll, r.digest, r.counts, r.refund_minor, r.commission_back_minor, r.protected_minor,
             r.currency, r.refunded_at, r.refunded_by)
          IS NOT DISTINCT FROM
            (c.reported_at, c.reported_poll, c.report_digest, c.counts, c.refund_minor, c.commission_back_minor,
             c.protected_minor, c.currency, c.refunded_at, c.refunded_by))
    """,
)

# The newest report of each refund case, and when the case counted first: from the reports alone.
_EACH_CASE = f"""
    SELECT DISTINCT ON (r.marketplace, r.external_order, r.external_line, r.case_id) r.*, earliest.counted_from
    FROM ({_RANKED}) r
    JOIN (SELECT marketplace, external_order, external_line, case_id, min(stamped_at) FILTER (WHERE counts)
                 AS counted_from
          FROM orders_report WHERE kind = 'refund' AND problem = '' GROUP BY 1, 2, 3, 4) AS earliest
    USING (marketplace, external_order, external_line, case_id)
    WHERE r.kind = 'refund'
    ORDER BY r.marketplace, r.external_order, r.external_line, r.case_id, {newest_case_first("r")}
"""
_CASES = reported_once(_EACH_CASE, of="each_case.marketplace, each_case.external_order, each_case.external_line")

_WITH_OTHER_CURRENCIES = f"""
    SELECT l.id FROM orders_refundcase c JOIN orders_orderline l USING (marketplace, external_order, external_line)
    WHERE NOT {is_own("c", "l")}
"""

RETURNED = Check(
    "9. A line that alone of its name gives something has back what its refund cases since it settled say, by currency",
    f"""
    WITH said AS MATERIALIZED ({order_reports_of(_WITH_OTHER_CURRENCIES)})
    SELECT l.id AS order_line FROM orders_orderline l
    LEFT JOIN (
        SELECT id, sum(paid) FILTER (WHERE own) AS paid, sum(back) FILTER (WHERE own) AS back,
               sum(protected) FILTER (WHERE own) AS protected,
               jsonb_object_agg(currency, back) FILTER (WHERE NOT own) AS elsewhere
        FROM (
            SELECT l.id, {is_own("c", "l")} AS own,
                   CASE WHEN {is_own("c", "l")} THEN '' ELSE c.currency END AS currency,
                   {sum_of("c.refund_minor")} AS paid, {sum_of("c.commission_back_minor")} AS back,
                   {sum_of("c.protected_minor")} AS protected
            FROM ({_CASES}) c JOIN orders_orderline l USING (marketplace, external_order, external_line)
            WHERE {is_taken_back("c", "l")} AND ({is_own("c", "l")} OR {is_elsewhere("c", "l")})
              AND NOT {is_one_of_several("l")} GROUP BY 1, 2, 3
        ) AS sums GROUP BY id
    ) c ON c.id = l.id
    WHERE (l.returned_paid_minor, l.returned_commission_minor, l.returned_protected_minor, l.returned_elsewhere)
       <> (coalesce(c.paid, 0), coalesce(c.back, 0), coalesce(c.protected, 0), coalesce(c.elsewhere, '{{}}'))
    """,
)

UNCLEAR = Check(
    "9. A line has an unclear refund exactly where it and another of its name could have it taken back",
    f"""
    SELECT l.id AS order_line, l.has_unclear_refund FROM orders_orderline l LEFT JOIN (
        SELECT l.id FROM ({_CASES}) c JOIN orders_orderline l USING (marketplace, external_order, external_line)
        WHERE {is_unclear("c", "l")} AND {is_one_of_several("l")} GROUP BY l.id
    ) c ON c.id = l.id
    WHERE l.has_unclear_refund <> (c.id IS NOT NULL)
    """,
)

CHECKS = [
    POLLS,
    MOMENTS,
    DIGESTS,
    LINES,
    STATES,
    HOLDS,
    UNREAD,
    FROZEN,
    DIFFERING,
    DISPUTED,
    REFUNDS,
    RETURNED,
    UNCLEAR,
]
