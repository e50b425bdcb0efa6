"""Which refund cases are taken back from a line, and how much: the one place that says so, as SQL.

A refund from before the settlement is inside the settled amount already, however late its case is reported or changed.
Only one that happened after the settlement is taken back beside it, so what a line has back follows from the settlement
that it has now: one that is withdrawn, or made again later, moves it.
"""

from joey.orders.storable import AMOUNT_MAX

# No line is worth AMOUNT_MAX; of a sum that is larger still only that it is too large matters, and it has to fit.
SUM_MOST = 10 * AMOUNT_MAX


def is_taken_back(case: str, line: str) -> str:
    """SQL condition: the case counts, and its refund came after the settlement that the line has now.

    Where a settled line names no time of its settlement, nothing says that a case is inside, and it is taken back.
    """
    moment = f"coalesce({case}.refunded_at, {case}.counted_from)"
    return f"({case}.counts AND {line}.state = 'settled' AND {moment} >= coalesce({line}.settled_at, '-infinity'))"


def is_own(case: str, line: str) -> str:
    """SQL condition: the case is in its line's currency, so it is part of what the line has back."""
    return f"{case}.currency IN ('', {line}.currency)"


def sum_of(amounts: str, *, where: str = "true") -> str:
    """SQL for the sum of an amount over the cases of a line, as far as a column can hold it."""
    return f"least(coalesce(sum({amounts}) FILTER (WHERE {where}), 0), {SUM_MOST})::bigint"


def returned_elsewhere(line: str) -> str:
    """SQL for what cases took back of a line in other currencies than its own, by currency."""
    return f"""
        SELECT coalesce(jsonb_object_agg(currency, back), '{{}}') FROM (
            SELECT c.currency, {sum_of("c.commission_back_minor")} AS back FROM orders_refundcase c
            WHERE (c.marketplace, c.external_order, c.external_line)
                = ({line}.marketplace, {line}.external_order, {line}.external_line)
              AND {is_taken_back("c", line)} AND NOT {is_own("c", line)}
            GROUP BY c.currency
        ) AS other
    """
