"""Known reports that count again: which of a set they are, as queries for KEPT.

What a marketplace answers are its rows as it has them now, so a known one can say that it went back to it. Those of an
export may be of any age, and one that is known moves nothing but what another mapping read in the same row.
"""

from collections.abc import Callable

from joey.orders.mark_differing import (
    DATED_EXPORT,
    EXPORT,
    EXPORTS,
    OLDER_EXPORT,
    contradictions_of_line,
    made_after,
    says_otherwise,
)
from joey.orders.models import OrderLine
from joey.orders.newest_report import (
    CASES_OF_UNREAD,
    HAS_TIME,
    HOLD,
    IS_REPLACED,
    LINE,
    LINES_OF_UNREAD,
    UNREAD_OF_CASE,
    UNREAD_OF_LINE,
    holding_first,
    is_of_line,
    moment,
    newest_case_first,
    newest_trade_hold_first,
    rank,
)
from joey.orders.other_currency import can_move
from joey.orders.report_digest import digest_of
from joey.orders.report_values import OF_HOLD, OF_ORDER, OF_REFUND, OF_UNREADABLE
from joey.orders.stage_reports import StagedReports
from joey.orders.staged_tables import KEPT, ORDERS, REFUNDS, TRADE_HOLDS, UNREADABLE

# Of a report `s` that cannot be read: whether its payload waits on the list already, with nothing newer read since,
# was given up, or is about an order of others. Where its time of change cannot be read, each poll brings it with
# another one.
IS_KNOWN_UNREAD = f"""
    (s.rereads IS NULL AND (
        EXISTS (SELECT FROM orders_unreadreport u LEFT JOIN LATERAL ({LINES_OF_UNREAD}) AS l ON true
                WHERE (u.marketplace, u.kind, u.payload_sha256) = (%(marketplace)s, s.kind, s.digest)
                GROUP BY u.report_id HAVING bool_and({IS_REPLACED} IS NOT TRUE))
        OR (s.kind, s.digest) IN (
            SELECT kind, payload_sha256 FROM orders_reportdismissal
            WHERE replaced_by IS NULL AND marketplace = %(marketplace)s)))
"""


def that_count_again(staged: StagedReports, question: str) -> list[str]:
    """Each SELECT of reports of the set with their own digests. The next sees what the one before added to KEPT."""
    of_each: tuple[list[Callable[[], str]], ...]
    if question == DATED_EXPORT:
        of_each = [_orders_said_again, _orders_read_as_before], [_refunds_read_as_before], [], []
    elif question in EXPORTS:
        of_each = [_orders_said_again], [], [], []
    else:
        of_each = [_orders_gone_back_to], [_refunds_gone_back_to], [_holds_gone_back_to], [_unreadable_gone_back_to]
    counts = staged.orders, staged.refunds, staged.holds, staged.unreadable
    return [query() for queries, count in zip(of_each, counts, strict=True) if count for query in queries]


# Whether refunds of the order are asked for follows from how the account is configured now. Few lines are asked about.
_IS_READ_OTHERWISE = f"""
    ('{OrderLine.Held.REFUNDS_UNREAD}' IN (s.held, l.held) AND s.held <> (
        SELECT r.held FROM orders_report r
        WHERE {is_of_line("r")} AND (r.poll_id, r.payload_sha256) = (l.held_poll, l.held_digest)
        ORDER BY r.id DESC LIMIT 1))
"""


# The newest order report `s` of each line `l` of the set, where it is known.
_KNOWN_ORDERS = f"""
    FROM (
        SELECT DISTINCT ON (external_order, external_line, external_part) * FROM {ORDERS} o
        ORDER BY external_order, external_line, external_part, {holding_first("o")}
    ) s
    JOIN orders_orderline l ON (l.marketplace, l.external_order, l.external_line, l.external_part)
                             = (%(marketplace)s, s.external_order, s.external_line, s.external_part)
    WHERE NOT EXISTS (SELECT FROM {KEPT} k WHERE k.report = s.report)
"""


# Another row than the one that the line, or the refund case, is at, which a later poll brought.
_IS_LATER_ROW = f"{moment('s')} > {moment('l', HOLD)} AND s.poll > l.held_poll AND s.digest <> l.held_digest"
_IS_LATER_CASE = f"{moment('s')} > {moment('c', LINE)} AND s.poll > c.reported_poll AND s.digest <> c.report_digest"


def _orders_gone_back_to() -> str:
    """Known reports that a later poll makes the newest, of one second or ahead of the clock, while their line is at
    another report, or an export, or another that cannot be read, said something else in between: the marketplace's
    current row is this one again. And the row that the line is at, where it is read otherwise than last time, as it
    was read before.
    """
    return f"""
        SELECT s.report, {digest_of(OF_ORDER, again="s.poll")} AS own_digest, true AS again
        {_KNOWN_ORDERS}
          AND ({_IS_LATER_ROW}
            OR s.digest = l.held_digest AND {moment("s")} >= {moment("l", HOLD)} AND {_IS_READ_OTHERWISE}
            OR l.export_differs AND {moment("s")} > {moment("l", LINE)} AND s.poll > l.reported_poll
            OR l.has_unread AND {rank("s")} > {rank("l", LINE)} AND {can_move("s", "l")} AND EXISTS (
                SELECT FROM ({UNREAD_OF_LINE}) AS u WHERE u.kind = 'order' AND NOT {IS_REPLACED}
                   AND {HAS_TIME} AND {moment("s")} > {moment("u")} AND s.poll > u.poll))
    """


def _orders_said_again() -> str:
    """Known rows of an export that contradict their settled line: what it says was first said before the line settled,
    and is said again after it. Or that contradict it no more: the operator says that the export is older.
    """
    known = f"EXISTS (SELECT FROM ({contradictions_of_line('r.payload_sha256')}) AS r WHERE payload_sha256 = s.digest)"
    return f"""
        SELECT s.report, {digest_of(OF_ORDER, again="s.poll")} AS own_digest, true AS again
        {_KNOWN_ORDERS}
          AND s.poll > l.reported_poll AND {says_otherwise("s")}
          AND CASE %(question)s WHEN '{EXPORT}' THEN {made_after("%(until)s")} AND NOT {known}
                                WHEN '{OLDER_EXPORT}' THEN {known} END
    """


def _orders_read_as_before() -> str:
    """Known rows of an export whose line is at another reading of an export, from the same time of change: by another
    mapping, which was corrected since. The last import counts, as of rows that are new.
    """
    return f"""
        SELECT s.report, {digest_of(OF_ORDER, again="s.poll")} AS own_digest, true AS again
        {_KNOWN_ORDERS}
          AND {_IS_LATER_ROW}
          AND {_is_by_export("l.held_poll")}
    """


def _refunds_read_as_before() -> str:
    """The same of refund cases."""
    return f"""
        SELECT s.report, {digest_of(OF_REFUND, again="s.poll")} AS own_digest, true AS again
        {_KNOWN_REFUNDS}
          AND {_IS_LATER_CASE}
          AND {_is_by_export("c.reported_poll")}
    """


def _is_by_export(poll: str) -> str:
    return f"EXISTS (SELECT FROM orders_poll p WHERE p.id = {poll} AND p.question = ANY(ARRAY{list(EXPORTS)}))"


_KNOWN_REFUNDS = f"""
    FROM (
        SELECT DISTINCT ON (external_order, external_line, case_id) * FROM {REFUNDS} r
        ORDER BY external_order, external_line, case_id, {newest_case_first("r")}
    ) s
    JOIN orders_refundcase c ON (c.marketplace, c.external_order, c.external_line, c.case_id)
                             = (%(marketplace)s, s.external_order, s.external_line, s.case_id)
    WHERE NOT EXISTS (SELECT FROM {KEPT} k WHERE k.report = s.report)
"""


def _refunds_gone_back_to() -> str:
    """The same of refund cases as of orders."""
    return f"""
        SELECT s.report, {digest_of(OF_REFUND, again="s.poll")} AS own_digest, true AS again
        {_KNOWN_REFUNDS}
          AND ({_IS_LATER_CASE}
            OR EXISTS (SELECT FROM ({UNREAD_OF_CASE}) AS u WHERE {moment("u")} >= {moment("c", LINE)}
                       AND {moment("s")} > {moment("u")} AND s.poll > u.poll))
    """


def _holds_gone_back_to() -> str:
    """The same of trades and parts of them: where one is at another hold report, or will be by one of the set beside
    this one.
    """
    return f"""
        SELECT s.report, {digest_of(OF_HOLD, again="s.poll")} AS own_digest, true AS again
        FROM (
            SELECT DISTINCT ON (external_line, external_part) * FROM {TRADE_HOLDS} h
            ORDER BY external_line, external_part, {newest_trade_hold_first("h")}, report
        ) s
        JOIN orders_tradehold t
          ON (t.marketplace, t.trade, t.part) = (%(marketplace)s, s.external_line, s.external_part)
        WHERE NOT EXISTS (SELECT FROM {KEPT} k WHERE k.report = s.report) AND s.poll > t.reported_poll
          AND (s.digest <> t.report_digest OR EXISTS (
              SELECT FROM {KEPT} k JOIN {TRADE_HOLDS} h USING (report)
              WHERE (h.external_line, h.external_part) = (s.external_line, s.external_part)))
    """


def _unreadable_gone_back_to() -> str:
    """The same of what cannot be read, where its line or case is at a report that could be."""
    return f"""
        SELECT s.report, {digest_of(OF_UNREADABLE, again="s.poll")} AS own_digest, true AS again
        FROM (
            SELECT DISTINCT ON (kind, external_order, external_line, external_part, case_id, digest) *
            FROM {UNREADABLE} WHERE rereads IS NULL
            ORDER BY kind, external_order, external_line, external_part, case_id, digest, poll DESC, report
        ) s
        WHERE EXISTS (
            SELECT FROM (SELECT %(marketplace)s::text AS marketplace, s.*) u JOIN LATERAL (
                SELECT l.reported_at, l.reported_poll, l.report_digest FROM ({LINES_OF_UNREAD}) AS l
                WHERE u.kind = 'order'
                UNION ALL
                SELECT c.reported_at, c.reported_poll, c.report_digest FROM ({CASES_OF_UNREAD}) AS c
                WHERE u.kind = 'refund'
            ) read ON {moment("u")} > {moment("read", LINE)}
                  AND u.poll > read.reported_poll AND u.digest <> read.report_digest
        ) AND NOT EXISTS (SELECT FROM {KEPT} k WHERE k.report = s.report) AND NOT {IS_KNOWN_UNREAD}
    """
