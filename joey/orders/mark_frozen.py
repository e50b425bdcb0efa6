"""Mark the lines of trades whose commission the marketplace keeps back for now, as hold reports say it.

A hold report names a trade, mostly the part of it, and no line, and may come before the trade's first order report. The
mark is kept apart from `held`, which the newest order report says: each may end while the other lasts.
"""

from joey.kit import sql
from joey.orders.newest_report import LINE, newest_trade_hold_first, trade_hold_rank, trade_of
from joey.orders.staged_tables import ORDERS, TRADE_HOLDS


def is_about(hold: str, line: str) -> str:
    """SQL for whether a trade's hold is about a line: one of the trade, in the part that it names. Where either of them
    names no part it may be, and no money leaves on a guess. A line is frozen while any hold about it is.
    """
    return f"""
        (({hold}.marketplace, {hold}.trade) = ({line}.marketplace, {trade_of(line)})
         AND ({hold}.part IN ('', {line}.external_part) OR {line}.external_part = ''))
    """


def take_trade_holds(marketplace: str) -> None:
    """Each trade of TRADE_HOLDS, or part of it, is held or not, as its newest hold report says."""
    sql.execute(
        f"""
        INSERT INTO orders_tradehold (marketplace, trade, part, frozen, reported_poll, report_digest)
        SELECT DISTINCT ON (external_line, external_part)
               %(marketplace)s, external_line, external_part, frozen, poll, digest
        FROM {TRADE_HOLDS} h ORDER BY external_line, external_part, {newest_trade_hold_first("h")}
        ON CONFLICT (marketplace, trade, part) DO UPDATE
        SET frozen = excluded.frozen, reported_poll = excluded.reported_poll, report_digest = excluded.report_digest
        WHERE {trade_hold_rank("excluded", LINE)} > {trade_hold_rank("orders_tradehold", LINE)}
        """,
        {"marketplace": marketplace},
    )


def mark_frozen(marketplace: str) -> None:
    """Bring the marks of the lines of ORDERS, and of the trades of TRADE_HOLDS, up to what is known of their trades,
    each change as a new revision. Part of what did that, in the same transaction and under the lock of the lines.

    A line that stays frozen by a report of the set may be so for another reason (hold_causes.py): a new revision, too.
    """
    sql.execute(
        f"""
        WITH found AS (
            SELECT l.id, bool_or(t.frozen) AS frozen FROM (
                SELECT external_line AS trade, true AS reported FROM {TRADE_HOLDS}
                UNION ALL SELECT {trade_of("o")}, false FROM {ORDERS} o
            ) AS touched
            JOIN orders_tradehold t ON (t.marketplace, t.trade) = (%(marketplace)s, touched.trade)
            JOIN orders_orderline l ON {is_about("t", "l")}
            GROUP BY l.id
            HAVING l.is_frozen <> bool_or(t.frozen) OR bool_or(t.frozen AND touched.reported)
        )
        UPDATE orders_orderline l SET is_frozen = found.frozen, revision = nextval('orders_revision')
        FROM found WHERE l.id = found.id
        """,
        {"marketplace": marketplace},
    )
