"""Write the reports of a staged set that are not here yet, and drop the others from the set."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction

from joey.kit import sql
from joey.kit.sets import SetTable
from joey.orders.hold_refused import drop_settled_alike, keep_of_known_lines
from joey.orders.mark_differing import EXPORT, EXPORTS, OLDER_EXPORT, contradictions_of_line, made_after, says_otherwise
from joey.orders.mark_unread import take_off_the_list
from joey.orders.models import OrderLine
from joey.orders.name_one_order import name_one_order
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
from joey.orders.report_digest import COLUMNS, digest_of
from joey.orders.stage_reports import StagedReports
from joey.orders.staged_tables import EVIDENCE, GIVEN, KEPT, ORDERS, REFUNDS, TRADE_HOLDS, UNREADABLE

log = logging.getLogger(__name__)

Values = Mapping[str, str]  # an SQL expression for each of COLUMNS
Kinds = list[tuple[SetTable[Any], Values]]
Given = Mapping[str, Any]

# Where each column of orders_report comes from; what a kind of report does not have is empty.
_EMPTY = {
    "marketplace": "%(marketplace)s", "external_part": "''", "payload_sha256": "s.digest", "problem": "''",
    "currency": "''", "state": "''", "held": "''", "reason": "''", "evidence": "NULL::jsonb", "title": "''",
    "external_item": "''", "quantity": "NULL::int", "paid_minor": "NULL::bigint", "commission_minor": "NULL::bigint",
    "service_fee_minor": "NULL::bigint", "rate_ppm": "NULL::int", "clicked_at": "NULL::timestamptz",
    "placed_at": "NULL::timestamptz", "paid_at": "NULL::timestamptz", "settled_at": "NULL::timestamptz",
    "case_id": "''", "counts": "NULL::boolean", "refund_minor": "NULL::bigint",
    "commission_back_minor": "NULL::bigint", "protected_minor": "NULL::bigint", "refunded_at": "NULL::timestamptz",
    "refunded_by": "NULL::timestamptz",
}  # fmt: skip


def _from(*own: str, **other: str) -> Values:
    return {name: f"s.{name}" for name in COLUMNS} | _EMPTY | {name: f"s.{name}" for name in own} | other


_ORDER = _from(
    "external_part", "currency", "state", "held", "reason", "evidence", "title", "external_item", "quantity",
    "paid_minor", "commission_minor", "service_fee_minor", "protected_minor", "rate_ppm", "clicked_at", "placed_at",
    "paid_at", "settled_at", kind="'order'",
)  # fmt: skip
_REFUND = _from(
    "currency", "case_id", "counts", "refund_minor", "commission_back_minor", "protected_minor", "refunded_at",
    "refunded_by", kind="'refund'",
)  # fmt: skip
_HOLD = _from("external_part", "placed_at", kind="'hold'", held="CASE WHEN s.frozen THEN 'frozen' ELSE '' END")
_UNREADABLE = _from("external_part", "problem", "case_id")

# Of a report `s` that cannot be read: whether its payload waits on the list already, with nothing newer read since, or
# was given up by an operator. Where its time of change cannot be read, each poll brings it with another one.
_IS_KNOWN_UNREAD = f"""
    (s.rereads IS NULL AND (
        EXISTS (SELECT FROM orders_unreadreport u LEFT JOIN LATERAL ({LINES_OF_UNREAD}) AS l ON true
                WHERE (u.marketplace, u.kind, u.payload_sha256) = (%(marketplace)s, s.kind, s.digest)
                GROUP BY u.report_id HAVING bool_and({IS_REPLACED} IS NOT TRUE))
        OR (s.kind, s.digest) IN (
            SELECT kind, payload_sha256 FROM orders_reportdismissal
            WHERE by IS NOT NULL AND marketplace = %(marketplace)s)))
"""


def keep_reports(staged: StagedReports, given: Given) -> int:
    """Fill KEPT with the reports that are kept, on whatever day they first came; how many.

    The rest of the set moves nothing and is dropped from the tables of what was read: a known report costs its digest.
    `given`: the marketplace, and the number, question and last time of the poll (mark_differing.py). What a marketplace
    answers are its rows as it has them now, so a known one can say that it went back to it; those of an export may be
    of any age, and one that is known moves nothing.
    """
    name_one_order(str(given["marketplace"]))
    if given["question"] in EXPORTS:
        keep_of_known_lines(given)
        drop_settled_alike(given)
    kinds: Kinds = [
        (table, values)
        for table, values, count in (
            (ORDERS, _ORDER, staged.orders),
            (REFUNDS, _REFUND, staged.refunds),
            (TRADE_HOLDS, _HOLD, staged.holds),
            (UNREADABLE, _UNREADABLE, staged.unreadable),
        )
        if count
    ]
    for table, values in kinds:
        own_digest = digest_of(values, again="NULL::bigint")
        new = f"WHERE NOT {_IS_KNOWN_UNREAD}" if table is UNREADABLE else ""
        GIVEN.insert(f"SELECT s.report, {own_digest} AS own_digest FROM {table} s {new}", given)
    kept = _keep(f"SELECT min(report) AS report, own_digest, false AS again FROM {GIVEN} GROUP BY own_digest")
    if kept < staged.reports:
        if given["question"] not in EXPORTS:
            kept += _keep_gone_back_to(staged, given)
        elif staged.orders:
            kept += _keep(_orders_said_again(), given)
        for set_table in (ORDERS, EVIDENCE, REFUNDS, TRADE_HOLDS):
            sql.execute(f"DELETE FROM {set_table} s WHERE NOT EXISTS (SELECT FROM {KEPT} k WHERE k.report = s.report)")
    if kept:
        KEPT.analyze()
        for table, values in kinds:
            _write(table, values, given)
        _list_unread(kinds, given)
    return kept


def _keep(query: str, given: Given | None = None) -> int:
    return sql.execute(
        f"""
        WITH once AS MATERIALIZED ({query}), new AS (
            INSERT INTO orders_reportdigest (digest, report_id) SELECT own_digest, joey_row_id() FROM once
            ON CONFLICT DO NOTHING RETURNING digest, report_id
        )
        INSERT INTO {KEPT} (report, id, own_digest, again)
        SELECT report, report_id, own_digest, again FROM new JOIN once ON once.own_digest = new.digest
        """,
        given,
    )


def _keep_gone_back_to(staged: StagedReports, given: Given) -> int:
    kept = 0
    if staged.orders:
        kept += _keep(_orders_gone_back_to(), given)
    if staged.refunds:
        kept += _keep(_refunds_gone_back_to(), given)
    if staged.holds:
        kept += _keep(_holds_gone_back_to(), given)
    if staged.unreadable:
        kept += _keep(_unreadable_gone_back_to(), given)
    return kept


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


def _orders_gone_back_to() -> str:
    """Known reports that a later poll makes the newest, of one second or ahead of the clock, while their line is at
    another report, or an export, or another that cannot be read, said something else in between: the marketplace's
    current row is this one again. And the row that the line is at, where it is read otherwise than last time, as it
    was read before.
    """
    return f"""
        SELECT s.report, {digest_of(_ORDER, again="s.poll")} AS own_digest, true AS again
        {_KNOWN_ORDERS}
          AND ({moment("s")} > {moment("l", HOLD)} AND s.poll > l.held_poll AND s.digest <> l.held_digest
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
        SELECT s.report, {digest_of(_ORDER, again="s.poll")} AS own_digest, true AS again
        {_KNOWN_ORDERS}
          AND s.poll > l.reported_poll AND {says_otherwise("s")}
          AND CASE %(question)s WHEN '{EXPORT}' THEN {made_after("%(until)s")} AND NOT {known}
                                WHEN '{OLDER_EXPORT}' THEN {known} END
    """


def _refunds_gone_back_to() -> str:
    """The same of refund cases."""
    return f"""
        SELECT s.report, {digest_of(_REFUND, again="s.poll")} AS own_digest, true AS again
        FROM (
            SELECT DISTINCT ON (external_order, external_line, case_id) * FROM {REFUNDS} r
            ORDER BY external_order, external_line, case_id, {newest_case_first("r")}
        ) s
        JOIN orders_refundcase c ON (c.marketplace, c.external_order, c.external_line, c.case_id)
                                 = (%(marketplace)s, s.external_order, s.external_line, s.case_id)
        WHERE NOT EXISTS (SELECT FROM {KEPT} k WHERE k.report = s.report)
          AND ({moment("s")} > {moment("c", LINE)} AND s.poll > c.reported_poll AND s.digest <> c.report_digest
            OR EXISTS (SELECT FROM ({UNREAD_OF_CASE}) AS u WHERE {moment("u")} >= {moment("c", LINE)}
                       AND {moment("s")} > {moment("u")} AND s.poll > u.poll))
    """


def _holds_gone_back_to() -> str:
    """The same of trades and parts of them: where one is at another hold report, or will be by one of the set beside
    this one.
    """
    return f"""
        SELECT s.report, {digest_of(_HOLD, again="s.poll")} AS own_digest, true AS again
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
        SELECT s.report, {digest_of(_UNREADABLE, again="s.poll")} AS own_digest, true AS again
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
        ) AND NOT EXISTS (SELECT FROM {KEPT} k WHERE k.report = s.report) AND NOT {_IS_KNOWN_UNREAD}
    """


def _write(table: SetTable[Any], values: Values, given: Given) -> None:
    sql.execute(
        f"""
        INSERT INTO orders_report
            (id, digest, poll_id, rereads, again, received_at, reported_at, payload, {", ".join(COLUMNS)})
        SELECT k.id, k.own_digest, s.poll, s.rereads, k.again, s.received_at, s.reported_at, s.payload,
               {", ".join(values.values())}
        FROM {table} s JOIN {KEPT} k USING (report)
        """,
        given,
    )


def _list_unread(kinds: Kinds, given: Given) -> None:
    """List what cannot be read, a payload once, and take off the list what was read after all."""
    for table, values in kinds:
        if table is UNREADABLE:
            new = f"{UNREADABLE} s JOIN {KEPT} k ON k.report = s.report AND s.rereads IS NULL"
            take_off_the_list(
                f"""
                USING {new} WHERE (u.marketplace, u.kind, u.payload_sha256) = (%(marketplace)s, s.kind, s.digest)
                              AND u.poll <= s.poll
                """,
                given,
            )
            listed = sql.tuples(
                f"""
                INSERT INTO orders_unreadreport
                    (report_id, marketplace, kind, external_order, external_line, external_part, case_id, reported_at,
                     poll, payload_sha256, problem, received_at, tries)
                SELECT k.id, %(marketplace)s, s.kind, s.external_order, s.external_line, s.external_part, s.case_id,
                       s.reported_at, s.poll, s.digest, s.problem, s.received_at, 1
                FROM {new}
                RETURNING report_id, marketplace, problem
                """,
                given,
            )
            # A set that fails is taken in halves: what was rolled back was not listed, and comes again.
            transaction.on_commit(partial(_log_unread, listed))
        else:
            take_off_the_list(
                f"""
                USING {table} s
                WHERE (u.marketplace, u.kind, u.payload_sha256) = (%(marketplace)s, {values["kind"]}, s.digest)
                """,
                given,
            )


def _log_unread(listed: Sequence[tuple[Any, ...]]) -> None:
    for report in listed:
        log.warning("report %s of %s cannot be read: %s", *report)
