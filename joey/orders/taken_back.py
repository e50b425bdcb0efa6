"""Which refund cases are taken back from a line, and how much: the one place that says so, as SQL.

A refund from before the settlement is inside the settled amount already, however late its case is reported or changed.
Only one that happened after the settlement is taken back beside it, so what a line has back follows from the settlement
that it has now: one that is withdrawn, or made again later, moves it.

A refund report calls its line what the marketplace does. Where several lines have that name, nothing says which of them
gave what is to come back, nor that it is one alone. It is taken back from none, and each from which it would be, were
it the only one, is held for an operator, whether the refund was reported before the second line or after it. Only a
line that gives something is one of several: of one that is closed, say, nothing can come back, so that what is taken
back can only be the other's.

A marketplace may have two refund reports, one of which names its cases by no number but by when they were opened
(port.py: UNNUMBERED). The same refund can then be here under two names, and is taken back once (decision 24).

The time of a refund may be a minute (`refunded_by`): in an export it has lost its seconds. Where it settled within that
minute, the case counts as later: what the marketplace takes back would else be paid to a shop.
"""

from joey.marketplaces.port import UNNUMBERED
from joey.orders.newest_report import holding_first
from joey.orders.other_currency import gives_nothing
from joey.orders.storable import AMOUNT_MAX

# No line is worth AMOUNT_MAX; of a sum that is larger still only that it is too large matters, and it has to fit.
SUM_MOST = 10 * AMOUNT_MAX


def is_taken_back(case: str, line: str) -> str:
    """SQL condition: the case counts, and its refund came after the settlement that the line has now.

    Where a settled line names no time of its settlement, nothing says that a case is inside, and it is taken back.
    """
    return f"""
        ({case}.counts AND {line}.state = 'settled'
         AND {_happened_at(case)} >= coalesce({line}.settled_at, '-infinity'))
    """


def gives_something(line: str) -> str:
    """SQL condition: of what this line, or this report of it, gives, something can be taken back."""
    return f"(NOT {gives_nothing(line)} AND {line}.commission_minor > 0)"


def cases_of(line: str) -> str:
    """Query for the refund cases under a line's name."""
    return f"""
        SELECT * FROM orders_refundcase WHERE (marketplace, external_order, external_line)
                                            = ({line}.marketplace, {line}.external_order, {line}.external_line)
    """


def reported_once(cases: str, *, of: str) -> str:
    """SQL for the rows of the query `cases` without those that report a refund under its other name.

    `of` are the columns that say whose cases they are. What is reported of one moment with numbers and without are the
    same refunds. Which of the two reports shows more of them is believed: it can tell them apart. Of as many the newer
    report is, and of two equally new ones the one with numbers.

    Where the time of a case is a minute, that minute is the moment, and all cases of it are of one.
    """
    unnumbered = f"starts_with(each_case.case_id, '{UNNUMBERED}')"
    numbered = f"NOT {unnumbered}"
    with_number, without = (f"FILTER (WHERE {name}) OVER moment" for name in (numbered, unnumbered))
    minute = f"PARTITION BY {of}, date_trunc('minute', each_case.refunded_at)"
    return f"""
        SELECT * FROM (
            SELECT each_case.*, CASE
                WHEN count(*) {with_number} <> count(*) {without}
                THEN {unnumbered} = (count(*) {with_number} > count(*) {without})
                ELSE {unnumbered} = (max(each_case.reported_at) {with_number} >= max(each_case.reported_at) {without})
            END AS is_reported_again
            FROM (
                SELECT each_case.*, CASE
                    WHEN bool_or(each_case.refunded_by > each_case.refunded_at) OVER ({minute})
                    THEN date_trunc('minute', each_case.refunded_at) ELSE each_case.refunded_at END AS happened_at
                FROM ({cases}) AS each_case
            ) AS each_case WINDOW moment AS (PARTITION BY {of}, each_case.happened_at)
        ) AS each_case WHERE NOT is_reported_again
    """


def is_one_of_several(line: str) -> str:
    """SQL condition: the refunds that are reported under this line's name may be another line's.

    Of a line that gives nothing they are another's wherever there is one.
    """
    return f"""
        EXISTS (SELECT FROM orders_orderline other
                WHERE (other.marketplace, other.external_order, other.external_line)
                    = ({line}.marketplace, {line}.external_order, {line}.external_line)
                  AND other.external_part <> {line}.external_part
                  AND ({gives_something("other")} OR NOT {gives_something(line)}))
    """


def is_unclear(case: str, line: str) -> str:
    """SQL condition, of one of several: the case would be taken back from it, were it the only one."""
    return f"({gives_something(line)} AND {is_taken_back(case, line)})"


def is_own(case: str, line: str) -> str:
    """SQL condition: the case is in its line's currency, so it is part of what the line has back."""
    return f"{case}.currency IN ('', {line}.currency)"


def is_elsewhere(case: str, line: str, *, known: str = "true") -> str:
    """SQL condition: the case is in another currency than all that its line gives, so it is an entry of its own there.

    A line whose reports change their currency is held, and what it gives in the new one is not booked. Nor is what is
    taken back of that: a case in a currency that the order is reported in now, or was when the refund happened. Needs
    `said`, the rows of `order_reports_of`, since a line may have thousands of cases; `known` is a condition on them.
    """
    newest = f"""
        SELECT said.currency FROM said WHERE said.line_id = {line}.id AND {known} AND {{when}}
        ORDER BY {holding_first("said")} LIMIT 1
    """
    then, now = newest.format(when=f"said.reported_at <= {_happened_at(case)}"), newest.format(when="true")
    return f"(NOT {is_own(case, line)} AND ({case}.currency IN (({then}), ({now}))) IS NOT TRUE)"


def order_reports_of(lines: str) -> str:
    """SQL for what was reported of the lines whose id the query `lines` has, as far as `is_elsewhere` asks."""
    return f"""
        SELECT l.id AS line_id, r.currency, r.reported_at, r.poll_id AS poll, r.held,
               r.payload_sha256 AS digest, r.received_at
        FROM orders_orderline l JOIN orders_report r
          ON (r.marketplace, r.external_order, r.external_line, r.external_part)
           = (l.marketplace, l.external_order, l.external_line, l.external_part)
        WHERE l.id IN ({lines}) AND r.kind = 'order' AND r.problem = ''
    """


def sum_of(amounts: str, *, where: str = "true") -> str:
    """SQL for the sum of an amount over the cases of a line, as far as a column can hold it."""
    return f"least(coalesce(sum({amounts}) FILTER (WHERE {where}), 0), {SUM_MOST})::bigint"


def _happened_at(case: str) -> str:
    """When the refund happened, of a minute its last second."""
    return f"coalesce({case}.refunded_by, {case}.counted_from)"
