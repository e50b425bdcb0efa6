"""Write the reports of a staged set that are not here yet, and drop the others from the set."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction

from joey.kit import sql
from joey.kit.sets import SetTable
from joey.orders.hold_refused import drop_settled_alike, keep_of_known_lines
from joey.orders.known_again import IS_KNOWN_UNREAD, that_count_again
from joey.orders.mark_differing import EXPORTS
from joey.orders.mark_unread import take_off_the_list
from joey.orders.name_one_order import name_one_order
from joey.orders.report_digest import COLUMNS, digest_of
from joey.orders.report_values import OF_HOLD, OF_ORDER, OF_REFUND, OF_UNREADABLE, Values
from joey.orders.stage_reports import StagedReports
from joey.orders.staged_tables import EVIDENCE, GIVEN, KEPT, ORDERS, REFUNDS, TRADE_HOLDS, UNREADABLE

log = logging.getLogger(__name__)

Kinds = list[tuple[SetTable[Any], Values]]
Given = Mapping[str, Any]


def keep_reports(staged: StagedReports, given: Given) -> int:
    """Fill KEPT with the reports that are kept, on whatever day they first came; how many.

    The rest of the set moves nothing and is dropped from the tables of what was read: a known report costs its digest.
    `given`: the marketplace, and the number, question and last time of the poll (mark_differing.py).
    """
    name_one_order(str(given["marketplace"]))
    if given["question"] in EXPORTS:
        keep_of_known_lines(given)
        drop_settled_alike(given)
    kinds: Kinds = [
        (table, values)
        for table, values, count in (
            (ORDERS, OF_ORDER, staged.orders),
            (REFUNDS, OF_REFUND, staged.refunds),
            (TRADE_HOLDS, OF_HOLD, staged.holds),
            (UNREADABLE, OF_UNREADABLE, staged.unreadable),
        )
        if count
    ]
    for table, values in kinds:
        own_digest = digest_of(values, again="NULL::bigint")
        new = f"WHERE NOT {IS_KNOWN_UNREAD}" if table is UNREADABLE else ""
        GIVEN.insert(f"SELECT s.report, {own_digest} AS own_digest FROM {table} s {new}", given)
    kept = _keep(f"SELECT min(report) AS report, own_digest, false AS again FROM {GIVEN} GROUP BY own_digest")
    if kept < staged.reports:
        for query in that_count_again(staged, given["question"]):
            kept += _keep(query, given)
        for set_table in (ORDERS, EVIDENCE, REFUNDS, TRADE_HOLDS, UNREADABLE):
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
