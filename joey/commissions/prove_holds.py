"""What must hold of holds on commissions: openings less closings, what reports ask for, and what is on hold then."""

from joey.commissions.follow_report_holds import (
    BY_REPORT,
    any_said,
    classes_said,
    is_decided,
    is_something,
    of_line,
    of_revision,
)
from joey.commissions.hold_quarantined import BY_QUARANTINE
from joey.commissions.move_held import LESS, MORE
from joey.kit.prove import Check

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
    SELECT coalesce(e.subject_key, c.line) AS order_line, coalesce(e.kind, c.kind) AS kind, e.events, c.rows
    FROM (SELECT subject_key, kind, facts ->> 'class' AS hold_class, count(*) AS events FROM record_event
          WHERE kind IN ('commission.held', 'commission.released') GROUP BY 1, 2, 3) e
    FULL JOIN (
        SELECT 'order_line:' || c.order_line_id AS line, kind, hold_class, count(*) AS rows FROM (
            SELECT commission_id, hold_class, 'commission.held' AS kind FROM commissions_hold
            UNION ALL SELECT h.commission_id, h.hold_class, 'commission.released' FROM commissions_hold h
            JOIN commissions_holdclosing e ON e.hold_id = h.id
        ) AS each JOIN commissions_commission c ON c.id = each.commission_id GROUP BY 1, 2, 3
    ) c ON (c.line, c.kind, c.hold_class) = (e.subject_key, e.kind, e.hold_class)
    WHERE e.events IS DISTINCT FROM c.rows
    UNION ALL
    SELECT 'order_line:' || c.order_line_id, each.kind, NULL, NULL FROM (
        SELECT commission_id, hold_class, 'commission.held' AS kind, amount_minor, reason_id, reason_sha256,
               opened_by AS by, opened_at AS at FROM commissions_hold
        UNION ALL SELECT h.commission_id, h.hold_class, 'commission.released', NULL, e.reason_id, e.reason_sha256,
                         e.closed_by, e.closed_at
        FROM commissions_hold h JOIN commissions_holdclosing e ON e.hold_id = h.id
    ) AS each JOIN commissions_commission c ON c.id = each.commission_id
    WHERE NOT EXISTS (
        SELECT FROM record_event e
        WHERE e.kind IN ('commission.held', 'commission.released')
          AND (e.kind, e.subject_key, e.facts ->> 'class', e.happened_at)
            = (each.kind, 'order_line:' || c.order_line_id, each.hold_class, each.at)
          AND (e.facts ->> 'reason', e.facts ->> 'by', (e.facts ->> 'part_minor')::bigint) IS NOT DISTINCT FROM
              (each.reason_id || ':' || encode(each.reason_sha256, 'hex'),
               CASE WHEN each.reason_id IS NOT NULL THEN each.by END, each.amount_minor))
"""

_FROM_REPORTS = f"""
    WITH booked AS MATERIALIZED (
        SELECT c.id AS commission_id, c.revision, l.id AS order_line, l.held, l.has_unread, l.has_unclear_refund,
               l.is_frozen, l.export_differs, l.has_violation,
               {is_something("c.base_minor", "c.rounding_minor")} AS is_something FROM orders_orderline l
        JOIN commissions_commission c ON c.order_line_id = l.id AND c.line_revision = l.revision
        WHERE {any_said(*of_line("l"))} OR c.holds_of_all > 0
    ), asked AS (
        SELECT b.commission_id, b.order_line, said.hold_class FROM booked b
        CROSS JOIN LATERAL {classes_said(*of_line("b"))}
        WHERE said.hold_class <> '' AND b.is_something
          AND NOT ({is_decided("b.commission_id", "b.revision", "said.hold_class")})
    ), opened AS (
        SELECT o.commission_id, b.order_line, o.hold_class FROM ({_OPEN}) o JOIN booked b USING (commission_id)
        WHERE o.opened_by = '{BY_REPORT}'
    )
    SELECT coalesce(a.order_line, o.order_line) AS order_line, a.hold_class AS asked, o.hold_class AS open
    FROM asked a FULL JOIN opened o USING (commission_id, hold_class)
    WHERE a.commission_id IS NULL OR o.commission_id IS NULL
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

# Each change that a report made while it held the line and that left something to hold has that hold, opened with it or
# open then, unless an operator had decided about all its causes. The database's times are in the order of the
# commission's lock; a hold that a change opens is written after it, with the run's own moment.
_LINE_SAID = of_revision("r")
_HELD_BY_REPORT = f"""
    SELECT r.commission_id AS commission, r.number, said.hold_class FROM commissions_revision r
    CROSS JOIN LATERAL {classes_said(*_LINE_SAID)}
    WHERE {any_said(*_LINE_SAID)} AND said.hold_class <> ''
      AND {is_something("r.base_minor", "r.rounding_minor")}
      AND r.because NOT IN ('commission.confirmed', 'hold.placed', 'hold.released')
      AND NOT EXISTS (
          SELECT FROM commissions_hold h LEFT JOIN commissions_holdclosing e ON e.hold_id = h.id
          WHERE h.commission_id = r.commission_id AND h.opened_by = '{BY_REPORT}' AND h.hold_class = said.hold_class
            AND (h.recorded_at < r.booked_at OR h.opened_at = r.recorded_at)
            AND coalesce(e.recorded_at, 'infinity') > r.booked_at)
      AND NOT ({is_decided("r.commission_id", "r.number", "said.hold_class", before="r.booked_at")})
"""

# A release counts for the causes of then, so each change has some of each class. Which ones is derived again of the
# newest (rule 14).
_CAUSES = f"""
    SELECT r.commission_id AS commission, r.number, r.line_causes FROM commissions_revision r
    WHERE (r.line_causes <> '[]' OR {any_said(*_LINE_SAID)})
      AND ARRAY(SELECT DISTINCT split_part(cause, ':', 1) FROM jsonb_array_elements_text(r.line_causes) AS cause
                ORDER BY 1)
       <> ARRAY(SELECT said.hold_class::text FROM {classes_said(*_LINE_SAID)} WHERE said.hold_class <> '' ORDER BY 1)
"""

# What is to be on hold is moved with the hold, or by the next run of the job; a book in which something moved within
# the hour may be at work, and what quarantine holds may be what cannot be moved.
_MOVED = f"""
    SELECT c.id AS commission, c.held_minor, {MORE} AS more, {LESS} AS less FROM commissions_commission c
    LEFT JOIN ledger_account a
      ON (a.book_id, a.kind, a.party, a.currency) = (c.shop_id, 'shop:available', '', c.currency)
    WHERE ({LESS} > 0 OR {MORE} > 0 AND a.balance_minor > 0) AND NOT EXISTS (
        SELECT FROM ledger_journal j WHERE j.book_id = c.shop_id AND j.recorded_at > now() - interval '1 hour')
      AND NOT EXISTS (SELECT FROM commissions_quarantinedline q WHERE q.line_id = c.order_line_id)
"""

HOLDS = [
    Check("19. The open holds of a commission are its openings less its closings", _HOLDS),
    Check("19. Every hold that was placed or released has its event, which says the same", _EVENTS),
    Check(
        "19. A line that its reports hold for an undecided cause has that hold while it gives something, and no other",
        _FROM_REPORTS,
    ),
    Check("19. What is booked of a line in quarantine is held, and of no other by quarantine", _QUARANTINED),
    Check("19. Each change of a line that a report held has the hold of then", _HELD_BY_REPORT),
    Check("19. Each change has a cause for each class under which its reports held it, and for no other", _CAUSES),
    Check("19. What is on hold in a book is the sum over its commissions", _SHOP_HELD),
    Check("19. What a hold asks for is on hold, as far as it is available, and no more", _MOVED),
]
