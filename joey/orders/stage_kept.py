"""Stage what was reported before of lines in suspense beside what is reported now: what decides whose a line is, and
what holds it once that is known, is all that was ever reported of it.
"""

from uuid import UUID

from joey.kit import sql
from joey.kit.partitions import first_id_of
from joey.kit.sets import columns_of
from joey.orders.kept_evidence import pieces_of
from joey.orders.staged_tables import EVIDENCE, KEPT, ORDERS, TAKEN_WITHIN, OrderFacts

IN_SUSPENSE = "line.suspense <> '' AND line.marketplace = %(marketplace)s"
OF_THE_SET = f"(line.external_order, line.external_line) IN (SELECT external_order, external_line FROM {ORDERS})"
# The last reading of each readable report of these lines; they are of no earlier day than the id `first`.
THEIR_REPORTS = f"""
    FROM orders_orderline line
    JOIN orders_report r ON (r.marketplace, r.external_order, r.external_line)
                          = (line.marketplace, line.external_order, line.external_line)
    WHERE {IN_SUSPENSE} AND r.kind = 'order' AND r.problem = '' AND r.id >= %(first)s
      AND NOT EXISTS (
          SELECT FROM orders_report later
          WHERE later.id >= %(first)s
            AND (later.marketplace, later.external_order, later.external_line)
              = (r.marketplace, r.external_order, r.external_line) AND later.rereads = r.id
      )
"""


def first_report(marketplace: str, *, lines: str = "true") -> UUID | None:
    """The smallest id that a report of these lines in suspense can have; None where there is no such line.

    A line is made in the transaction that keeps its first report, so none of them is of an earlier day.
    """
    since = sql.value(
        f"SELECT min(first_seen_at) FROM orders_orderline line WHERE {IN_SUSPENSE} AND {lines}",
        {"marketplace": marketplace},
    )
    return None if since is None else first_id_of(since - TAKEN_WITHIN)


def stage_kept(marketplace: str, *, lines: str = "true") -> int:
    """Add to ORDERS and EVIDENCE the last reading of each readable report of these lines in suspense; how many."""
    first = first_report(marketplace, lines=lines)
    if first is None:
        return 0
    number = f"(SELECT coalesce(max(report), 0) FROM {ORDERS}) + row_number() OVER ()"
    given = {"external_order": "r.external_order", "external_line": "r.external_line", "digest": "r.payload_sha256",
             "poll": "r.poll_id", "report": number}  # fmt: skip
    facts = [f"{given.get(column.name, f'r.{column.name}')} AS {column.name}" for column in columns_of(OrderFacts)]
    reports = ORDERS.insert(
        f"""
        SELECT {", ".join(facts)}, '' AS payload, r.evidence, NULL::uuid AS rereads, r.received_at {THEIR_REPORTS}
          AND {lines} AND r.id NOT IN (SELECT id FROM {KEPT})  -- those are staged already
        """,
        {"marketplace": marketplace, "first": first},
    )
    EVIDENCE.insert(pieces_of(f"(SELECT * FROM {ORDERS} WHERE received_at IS NOT NULL)"))
    return reports
