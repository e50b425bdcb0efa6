"""Why reports hold a line: each cause by what makes it the same one, as SQL.

An operator who releases what the reports hold decides about the causes of then. A newer report that brings nothing else
leaves them as they are; another case, another amount, or a freeze after one that had ended is another cause.

A cause is text, `class:…`, where the class is that of the hold. It follows from what is kept, so it is the same in
whatever order reports arrive. Whatever may change the causes of a line makes a new revision of it.
"""

from joey.orders.mark_differing import contradictions_of_line
from joey.orders.mark_frozen import is_about
from joey.orders.mark_violations import VIOLATIONS
from joey.orders.newest_report import IS_REPLACED, UNREAD_OF_LINE, is_of_line
from joey.orders.staged_tables import TAKEN_WITHIN
from joey.orders.taken_back import cases_of, is_unclear, reported_once

# What the order report that holds the line says, but for when: the same row once more is no other cause.
_SAID = f"""
    SELECT coalesce(min(md5(row(r.state, r.reason, r.currency, r.evidence, r.quantity, r.paid_minor,
                                r.commission_minor, r.service_fee_minor)::text)), '')
    FROM orders_report r
    WHERE {is_of_line("r")}
      AND r.id >= joey_first_id_of(((l.first_seen_at - interval '{TAKEN_WITHIN}') AT TIME ZONE 'UTC')::date)
      AND (r.reported_at, r.poll_id, r.payload_sha256) = (l.held_at, l.held_poll, l.held_digest)
"""

# Each hold about the line, with the first poll that brought it since it was not frozen last.
_FREEZES = """
    SELECT part, min(poll) AS since FROM (
        SELECT part, poll, frozen, max(poll) FILTER (WHERE NOT frozen) OVER (PARTITION BY part) AS ended FROM (
            SELECT t.part, r.poll_id AS poll, bool_or(r.held = 'frozen') AS frozen
            FROM orders_tradehold t JOIN orders_report r
              ON (r.marketplace, r.external_order) = (t.marketplace, '')
             AND (r.external_line, r.external_part) = (t.trade, t.part)
            WHERE {about} AND r.kind = 'hold' AND r.problem = '' GROUP BY t.part, r.poll_id
        ) AS polls
    ) AS polls WHERE frozen AND poll > coalesce(ended, -1) GROUP BY part
""".format(about=is_about("t", "l"))

# Each refund that may be the line's: what it takes, and when it happened, to the minute, as both reports of it have it.
# It may have two names, each of which can come and go (decision 24). Two of one minute that are equal are two causes.
_UNCLEAR = f"""
    SELECT concat_ws(':', c.commission_back_minor, c.refund_minor, c.protected_minor, c.currency,
                     coalesce(extract(epoch FROM date_trunc('minute', c.refunded_at))::bigint::text, c.case_id)) AS said
    FROM ({reported_once(cases_of("l"), of="each_case.external_line")}) AS c
    WHERE l.has_unclear_refund AND {is_unclear("c", "l")}
"""

# What is kept of a line for each reason beside what its newest report holds it for.
MARKS = ("has_unread", "has_unclear_refund", "is_frozen", "export_differs", "has_violation")

# The causes of a line `l`, as a JSON array in their order. Of most lines it is empty, and nothing is read for it.
CAUSES = f"""
    (CASE WHEN l.held = '' AND NOT ({" OR ".join(f"l.{mark}" for mark in MARKS)}) THEN '[]'::jsonb
          ELSE (SELECT coalesce(jsonb_agg(said.cause ORDER BY said.cause), '[]') FROM (
              SELECT l.held || ':' || ({_SAID}) AS cause WHERE l.held <> ''
              UNION SELECT concat_ws(':', 'unreadable', u.kind, encode(u.payload_sha256, 'hex'))
              FROM ({UNREAD_OF_LINE}) AS u WHERE l.has_unread AND NOT {IS_REPLACED}
              UNION SELECT 'unclear_refund:' || said || ':' || row_number() OVER (PARTITION BY said)
              FROM ({_UNCLEAR}) AS refunds
              UNION SELECT concat_ws(':', 'frozen', since, part)
              FROM ({_FREEZES}) AS frozen_by WHERE l.is_frozen
              UNION SELECT concat_ws(':', 'export_differs', encode(payload_sha256, 'hex'))
              FROM ({contradictions_of_line("r.payload_sha256")}) AS otherwise WHERE l.export_differs
              UNION SELECT concat_ws(':', 'violation', reason) FROM ({VIOLATIONS}) AS found WHERE l.has_violation
          ) AS said) END)
"""
