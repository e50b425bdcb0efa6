"""Stage what was reported before of lines in suspense beside what is reported now: what decides whose a line is, and
what holds it once that is known, is all that was ever reported of it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joey.kit import sql
from joey.kit.partitions import first_id_of
from joey.kit.sets import columns_of
from joey.orders.kept_evidence import pieces_of
from joey.orders.staged_tables import EVIDENCE, KEPT, ORDERS, TAKEN_WITHIN, OrderFacts

# Conditions on lines.
OF_THE_SET = f"""
    (line.marketplace = %(marketplace)s
     AND (line.external_order, line.external_line, line.external_part)
      IN (SELECT external_order, external_line, external_part FROM {ORDERS}))
"""
THESE = "line.id = ANY(%(lines)s)"


def their_reports(lines: str) -> str:
    """SQL from FROM on: the last reading `r` of each readable report of these lines in suspense, of no earlier day than
    the id `first`.
    """
    return f"""
        FROM orders_orderline line
        JOIN orders_report r ON (r.marketplace, r.external_order, r.external_line, r.external_part)
                              = (line.marketplace, line.external_order, line.external_line, line.external_part)
        WHERE line.suspense <> '' AND {lines} AND r.kind = 'order' AND r.problem = '' AND r.id >= %(first)s
          AND NOT EXISTS (
              SELECT FROM orders_report later
              WHERE later.id >= %(first)s
                AND (later.marketplace, later.external_order, later.external_line)
                  = (r.marketplace, r.external_order, r.external_line) AND later.rereads = r.id
          )
    """


def reported_since(lines: str, given: Mapping[str, Any]) -> datetime | None:
    """When the first report of these lines in suspense can have come; None where there is no such line.

    A line is made in the transaction that keeps its first report, so none of them is of an earlier day.
    """
    since = sql.value(
        f"SELECT min(first_seen_at) FROM orders_orderline line WHERE line.suspense <> '' AND {lines}", given
    )
    return None if since is None else since - TAKEN_WITHIN


def stage_kept(lines: str, given: Mapping[str, Any]) -> int:
    """Add to ORDERS and EVIDENCE the last reading of each readable report of these lines in suspense; how many."""
    since = reported_since(lines, given)
    if since is None:
        return 0
    staged = sql.value(f"SELECT coalesce(max(report) + 1, 0) FROM {ORDERS}")
    facts = {"digest": "r.payload_sha256", "poll": "r.poll_id", "report": f"{staged} + row_number() OVER ()"}
    columns = [f"{facts.get(column.name, f'r.{column.name}')} AS {column.name}" for column in columns_of(OrderFacts)]
    reports = ORDERS.insert(
        f"""
        SELECT {", ".join(columns)}, r.stamped_at, '' AS payload, r.evidence, NULL::uuid AS rereads, r.received_at
        {their_reports(lines)} AND r.id NOT IN (SELECT id FROM {KEPT})  -- those are staged already
        """,
        {**given, "first": first_id_of(since)},
    )
    EVIDENCE.insert(pieces_of(f"(SELECT * FROM {ORDERS} WHERE report > {staged})"))
    return reports
