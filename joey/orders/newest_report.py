"""Which of two reports is the newer one: the one place that says so, as SQL.

Marketplaces report times in whole seconds, and a gateway answers with the current row: of two reports of one second the
one that a later poll brought wins. Inside one poll the finer time does, then the one that is further on, for a line
does not go back, and a refund case counts only after it was opened. A remaining tie is decided by the digest of the
payload, so that it is always decided the same.

A hold report has no time of change, so the later poll's counts; of two of one poll, the one that holds.

`reported_at` is the marketplace's time of change, or that of the poll where it is ahead of the poll: nothing is from
after it was asked for, and one clock that is ahead must not keep a line from what later polls bring.
"""

from dataclasses import dataclass

from joey.marketplaces.port import ANY_SHARE
from joey.orders.models import OrderLine
from joey.orders.storable import NO_TIME

_LINE = ("marketplace", "external_order", "external_line", "external_part")
_PROGRESS = f"array_position(ARRAY{OrderLine.State.values}, {{row}}.state::text)"
_WEIGHT = f"array_position(ARRAY{OrderLine.Held.values}, {{row}}.held::text)"

# A report whose state is unknown is never newer than one whose state is known: it moves nothing but the hold.
_STATE = ("({row}.state <> 'unknown')", "date_trunc('second', {row}.{at})", "{row}.{poll}", "{row}.{at}", _PROGRESS,
          "{row}.{digest}")  # fmt: skip
# The newest report of all, whatever its state, says whether the line is held. Of two reports of one moment in one poll
# the one with the weightier hold wins.
_HOLD = ("date_trunc('second', {row}.{at})", "{row}.{poll}", "{row}.{at}", _WEIGHT, "{row}.{digest}")
_TRADE_HOLD = ("{row}.{poll}", "{row}.frozen", "{row}.{digest}")
_CASE = ("date_trunc('second', {row}.{at})", "{row}.{poll}", "{row}.{at}", "{row}.counts", "{row}.{digest}")


@dataclass(frozen=True)
class Columns:
    """Where a table has a report's time of change, poll and digest of the payload."""

    at: str = "reported_at"
    poll: str = "poll"
    digest: str = "digest"


STAGED = Columns()
LINE = Columns(poll="reported_poll", digest="report_digest")
HOLD = Columns(at="held_at", poll="held_poll", digest="held_digest")


def rank(row: str, columns: Columns = STAGED) -> str:
    """The SQL row value that is larger for the newer of two reports, for the state and amounts of a line."""
    return f"({', '.join(_filled(_STATE, row, columns))})"


def newest_first(row: str, columns: Columns = STAGED) -> str:
    """The same as an ORDER BY list, newest first."""
    return _descending(_STATE, row, columns)


def oldest_first(row: str) -> str:
    """As an ORDER BY list, oldest first, also where a state is unknown: what decides once and for ever about a line."""
    return f"{row}.reported_at, {row}.poll, {rank(row)}"


def hold_rank(row: str, columns: Columns = STAGED) -> str:
    """The SQL row value that is larger for the report that says whether a line is held."""
    return f"({', '.join(_filled(_HOLD, row, columns))})"


def holding_first(row: str, columns: Columns = STAGED) -> str:
    """The same as an ORDER BY list."""
    return _descending(_HOLD, row, columns)


def case_rank(row: str, columns: Columns = STAGED) -> str:
    """The SQL row value that is larger for the newer of two reports of a refund case."""
    return f"({', '.join(_filled(_CASE, row, columns))})"


def newest_case_first(row: str, columns: Columns = STAGED) -> str:
    """The same as an ORDER BY list."""
    return _descending(_CASE, row, columns)


def trade_hold_rank(row: str, columns: Columns = STAGED) -> str:
    """The SQL row value that is larger for the newer of two hold reports of a trade or of one part of it."""
    return f"({', '.join(_filled(_TRADE_HOLD, row, columns))})"


def newest_trade_hold_first(row: str, columns: Columns = STAGED) -> str:
    """The same as an ORDER BY list."""
    return _descending(_TRADE_HOLD, row, columns)


def moment(row: str, columns: Columns = STAGED) -> str:
    """The SQL row value of when a report is from, as far as any rank compares it first."""
    return f"({', '.join(_filled(_HOLD[:3], row, columns))})"


def is_of_line(report: str) -> str:
    """SQL condition: the report is one of the line `l`, and could be read."""
    given, line = (f"({', '.join(f'{row}.{name}' for name in _LINE)})" for row in (report, "l"))
    return f"({given} = {line} AND {report}.kind = 'order' AND {report}.problem = '')"


def trade_of(line: str) -> str:
    """SQL for the trade of an order line: the shares of one trade are lines `trade` and `trade/…`. Has an index."""
    return f"split_part({line}.external_line, '/', 1)"


def _filled(parts: tuple[str, ...], row: str, columns: Columns) -> list[str]:
    return [part.format(row=row, **vars(columns)) for part in parts]


def _descending(parts: tuple[str, ...], row: str, columns: Columns) -> str:
    return ", ".join(f"{part} DESC" for part in _filled(parts, row, columns))


def _may_be(line: str) -> str:
    """Whether a line's name is one that a report `u` can mean: that line, any share of its trade, or any line."""
    return f"u.external_line IN ({line}.external_line, {trade_of(line)} || '{ANY_SHARE}', '')"


def _unread_of(row: str, condition: str) -> str:
    """SELECT the unreadable reports `u` of a line's or case's order, whichever of its numbers (name_one_order.py) they
    name. An index leads from the row to them, and by `_of_unread` from them to it.
    """
    return f"""
        SELECT u.* FROM orders_unreadreport u
        WHERE u.marketplace = {row}.marketplace AND u.external_order = ANY({row}.external_order || ARRAY(
            SELECT n.number FROM orders_othernumber n
            WHERE (n.marketplace, n.trade) = ({row}.marketplace, {trade_of(row)})))
          AND {condition}
    """


def _of_unread(table: str, row: str, condition: str) -> str:
    """SELECT the rows of the order of an unreadable report `u`."""
    return f"""
        SELECT {row}.* FROM {table} {row}
        WHERE ({row}.marketplace, {row}.external_order) = (u.marketplace, u.external_order) AND {condition}
        UNION ALL
        SELECT {row}.* FROM orders_othernumber n
        JOIN {table} {row} ON ({row}.marketplace, {trade_of(row)}) = (n.marketplace, n.trade)
        WHERE (n.marketplace, n.number) = (u.marketplace, u.external_order)
          AND {row}.external_order <> u.external_order AND {condition}
    """


# Of a report `u` that cannot be read: whether it may be about a line `l` of its order, and whether it is about a refund
# case `c` of it. Where it does not say which line of the order, which share of the trade or which part, it may be about
# each.
_MAY_BE_OF_LINE = f"""
    u.kind <> 'hold' AND u.external_order <> '' AND {_may_be("l")} AND u.external_part IN (l.external_part, '')
"""
_IS_OF_CASE = f"u.case_id <> '' AND c.case_id = u.case_id AND {_may_be('c')}"
UNREAD_OF_LINE = _unread_of("l", _MAY_BE_OF_LINE)
LINES_OF_UNREAD = _of_unread("orders_orderline", "l", _MAY_BE_OF_LINE)
UNREAD_OF_CASE = _unread_of("c", _IS_OF_CASE)
CASES_OF_UNREAD = _of_unread("orders_refundcase", "c", _IS_OF_CASE)
# Whether what the line, or the refund case, says is newer. Where it is not known which case, or when, nothing makes up
# for it.
HAS_TIME = f"u.reported_at <> '{NO_TIME.isoformat()}'"
IS_REPLACED = f"""
    ({HAS_TIME} AND (
        u.kind = 'order' AND {moment("l", LINE)} > {moment("u")}
        OR EXISTS (SELECT FROM ({CASES_OF_UNREAD}) AS c WHERE {moment("c", LINE)} > {moment("u")}
                   AND c.external_line = coalesce(l.external_line, c.external_line))))
"""
