"""Give each reported order line its shop: by the evidence of its reports, once and for ever."""

from datetime import datetime

from joey.kit import sql
from joey.orders.stage_reports import CONTRADICTIONS, EVIDENCE, NAMED, NEWEST, ORDERS, VERDICTS, newest_first, rank
from joey.sharing.attribute import attribute_set
from joey.sharing.lease_position import keep_for_orders


def attribute_and_claim(marketplace: str, *, now: datetime) -> bool:
    """Fill NAMED with the reports that do not contradict their line's shop, and NEWEST with the newest of each line.

    Whether a report holds its line because it is in another currency.

    A line belongs for ever to the shop that a report of it named first. A later report that names another shop is
    kept and recorded, and moves nothing. One that names no shop is about the same line all the same: it moves the line
    of the shop that has it, so that the order in which reports arrive does not decide what a line is.
    """
    attribute_set(marketplace, EVIDENCE, VERDICTS)
    NAMED.insert(
        f"""
        SELECT o.*, v.shop_id, v.lease_id, coalesce(v.suspense, 'no_evidence') AS suspense,
               coalesce(v.evidence_kind, '') AS evidence_kind, coalesce(v.evidence_key, '') AS evidence_key,
               v.evidence_at, coalesce(v.failed_evidence, '[]') AS failed_evidence
        FROM {ORDERS} o LEFT JOIN {VERDICTS} v USING (report)
        """
    )
    keep_for_orders(marketplace, str(NAMED), now=now)
    sql.execute(
        f"""
        INSERT INTO orders_orderclaim (marketplace, external_order, external_line, shop_id)
        SELECT DISTINCT ON (external_order, external_line) %(marketplace)s, external_order, external_line, shop_id
        FROM {NAMED} n WHERE shop_id IS NOT NULL
        ORDER BY external_order, external_line, {rank("n")}
        ON CONFLICT (marketplace, external_order, external_line) DO NOTHING
        """,
        {"marketplace": marketplace},
    )
    sql.execute(
        f"""
        WITH contradicted AS (
            DELETE FROM {NAMED} n USING orders_orderclaim c
            WHERE (c.marketplace, c.external_order, c.external_line)
                = (%(marketplace)s, n.external_order, n.external_line) AND n.shop_id <> c.shop_id
            RETURNING n.external_order, n.external_line, n.digest
        )
        INSERT INTO {CONTRADICTIONS} (external_order, external_line, digest) SELECT * FROM contradicted
        """,
        {"marketplace": marketplace},
    )
    sql.execute(
        f"""
        UPDATE {NAMED} n SET shop_id = c.shop_id, suspense = '', failed_evidence = '[]' FROM orders_orderclaim c
        WHERE n.shop_id IS NULL
          AND (c.marketplace, c.external_order, c.external_line)
            = (%(marketplace)s, n.external_order, n.external_line)
        """,
        {"marketplace": marketplace},
    )
    holds = _hold_other_currency(marketplace)
    NEWEST.insert(
        f"""
        SELECT DISTINCT ON (external_order, external_line) n.*, n.reported_at AS held_at
        FROM {NAMED} n ORDER BY external_order, external_line, {newest_first("n")}
        """
    )
    return holds


def _hold_other_currency(marketplace: str) -> bool:
    """A line keeps its currency, in which its commission is booked. A report in another one counts like a code that is
    unknown: it holds the line and moves nothing else.
    """
    return bool(
        sql.execute(
            f"""
            UPDATE {NAMED} n SET state = 'unknown', held = 'unknown_code' FROM orders_orderline line
            WHERE (line.marketplace, line.external_order, line.external_line)
                = (%(marketplace)s, n.external_order, n.external_line) AND line.currency <> n.currency
            """,
            {"marketplace": marketplace},
        )
    )
