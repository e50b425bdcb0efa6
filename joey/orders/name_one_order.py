"""A trade is of one order: reports that name it under several are of the same lines, so that it is paid once.

Only where the manifest says that no two orders have a line of one number (`Manifest.lines_are_of_one_order`). A mapping
of an export can take another column for the order's number, and consoles call both numbers that of the order. The trade
keeps the number under which it was first reported, and its other numbers are kept beside it; a report's payload stays
as it came.
"""

from joey.kit import sql
from joey.marketplaces.registry import manifest_of
from joey.orders.newest_report import trade_of
from joey.orders.staged_tables import ORDERS, OTHER_ORDERS, REFUNDS, UNREADABLE

# Lines before refund cases, and what could be read before what could not. A trade that is known under the order that a
# report names stays there, whatever else it is known under.
_KNOWN = """
    LEFT JOIN LATERAL (
        SELECT k.external_order FROM {table} k WHERE (k.marketplace, {trade}) = (%(marketplace)s, given.trade)
        ORDER BY k.external_order <> given.named, k.id LIMIT 1
    ) AS {name} ON true
"""
_FIND = f"""
    SELECT given.trade, given.named, coalesce(line.external_order, refund.external_order, given.first) AS external_order
    FROM (
        SELECT trade, named, first_value(named) OVER (PARTITION BY trade ORDER BY named = '', min(place)) AS first
        FROM (
            SELECT {trade_of("o")} AS trade, o.external_order AS named, ARRAY[0, o.report] AS place FROM {ORDERS} o
            UNION ALL SELECT {trade_of("r")}, r.external_order, ARRAY[1, r.report] FROM {REFUNDS} r
            UNION ALL SELECT {trade_of("u")}, u.external_order, ARRAY[2, u.report] FROM {UNREADABLE} u
        ) AS reported WHERE trade <> '' GROUP BY trade, named
    ) AS given
    {_KNOWN.format(table="orders_orderline", trade=trade_of("k"), name="line")}
    {_KNOWN.format(table="orders_refundcase", trade=trade_of("k"), name="refund")}
    WHERE coalesce(line.external_order, refund.external_order, given.first) <> given.named
"""

# Also those of what cannot be read: its line may come under another number.
_LEARN = f"""
    INSERT INTO orders_othernumber (marketplace, number, trade)
    SELECT %(marketplace)s, named, trade FROM (
        SELECT named, trade FROM {OTHER_ORDERS}
        UNION SELECT u.external_order, {trade_of("u")} FROM {UNREADABLE} u
    ) AS seen (named, trade) WHERE named <> '' AND trade <> ''
    ON CONFLICT DO NOTHING
"""


def name_one_order(marketplace: str) -> None:
    """Give the reports of ORDERS, REFUNDS and UNREADABLE the order that their trade is known under, or in the set is
    named under first. The caller has locked the lines. Each trade looks itself up, by index.
    """
    if not manifest_of(marketplace).lines_are_of_one_order:
        return
    given = {"marketplace": marketplace}
    some = OTHER_ORDERS.create().insert(_FIND, given)
    sql.execute(_LEARN, given)
    if some:
        for table in (ORDERS, REFUNDS, UNREADABLE):
            sql.execute(
                f"UPDATE {table} s SET external_order = other.external_order FROM {OTHER_ORDERS} other"
                f" WHERE (other.trade, other.named) = ({trade_of('s')}, s.external_order)"
            )


def has_number(line: str, asked: str) -> str:
    """SQL for whether a line, or a report of one, of the account `asked.marketplace` is of the order `asked.number`:
    that is one of its order's numbers, or that of the trade that is the line. Each has an index.
    """
    return f"""
        ({line}.external_order = {asked}.number OR {trade_of(line)} = ANY({asked}.number || ARRAY(
            SELECT n.trade FROM orders_othernumber n
            WHERE (n.marketplace, n.number) = ({asked}.marketplace, {asked}.number))))
    """
