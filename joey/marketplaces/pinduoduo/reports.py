"""Ask for the order report by time of change and by time of payment, and for orders one by one, by their numbers."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby

from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.marketplaces import beijing
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.pinduoduo.client import WRONG_PARAMETER, JinbaoClient
from joey.marketplaces.pinduoduo.manifest import AFTER_SALES, ORDERS, ORDERS_PAID
from joey.marketplaces.pinduoduo.parse import moment
from joey.marketplaces.port import MarketplaceRefused, MarketplaceUnavailable, ReportedRow
from joey.marketplaces.read_windows import TooMuch, cut_windows, read_windows
from joey.marketplaces.row_values import Row, if_readable, text, whole

BY_CHANGE, BY_PAYMENT = "pdd.ddk.order.list.increment.get", "pdd.ddk.order.list.range.get"
ONE_ORDER = "pdd.ddk.order.detail.get"
MOST_PAGES = 10_000
MOST_IN_A_WINDOW = 1_000  # rows: after an outage no more than these are read again
FEW_ROWS = MOST_IN_A_WINDOW // 4  # a window twice as long would hardly be too much
MOST_LOOKED_UP = 200  # orders for one question of one sync; the next one goes on behind them
AFTER_RECEIPT = frozenset({"2", "3", "5"})  # order_status: until then an after-sale ends in a closed order
OF_AN_AFTER_SALE = ("order_sn", "order_create_time", "return_status")


def rows(
    client: JinbaoClient, question: Question, since: datetime, until: datetime
) -> Iterator[tuple[datetime, list[ReportedRow]]]:
    """The answer to a question of the manifest for [since, until), a window at a time, with the window's end.

    Whether the end of a window is inside it is not known, so it is asked for: a row that comes twice is one row.
    """
    if question in AFTER_SALES:
        yield from _after_sales(client, question, since, until)
        return
    ask = _paid if question.code == ORDERS_PAID.code else _changed
    for end, found in _windows(ask, client, question, since, until):
        yield min(end, until), [ReportedRow("order", row, end) for row in found]


def _windows(
    ask: Callable[[JinbaoClient, datetime, datetime], list[Row]],
    client: JinbaoClient, question: Question, since: datetime, until: datetime,
) -> Iterator[tuple[datetime, list[Row]]]:  # fmt: skip
    """The rows of one window after another, with its end; one that holds too much is halved."""
    windows = cut_windows(since, until, lambda start: question.window)
    return read_windows(windows, partial(ask, client), few=FEW_ROWS, longest=question.window)


def _changed(client: JinbaoClient, start: datetime, end: datetime) -> list[Row]:
    """Rows that changed in [start, end), from the last page to the first: one that changes meanwhile goes to the end,
    or out of the window, and those behind it move to pages that are still to be read. So none comes on no page; one
    that comes twice is known by then. Raises TooMuch of a window that can be cut.
    """
    asked = {
        "start_update_time": int(start.timestamp()),
        "end_update_time": int(end.timestamp()),
        "page_size": ORDERS.page_size,
    }
    first = client.call(BY_CHANGE, asked | {"page": 1, "return_count": True})
    count = whole(first, "total_count")
    if count > MOST_IN_A_WINDOW and end - start > timedelta(seconds=1):
        raise TooMuch
    pages = -(-count // ORDERS.page_size)
    if pages > MOST_PAGES:
        raise MarketplaceUnavailable(
            Sentence(_("Pinduoduo reports more in one window than it gives out. It will be read again."))
        )
    later = [row for page in range(pages, 1, -1) for row in _listed(client.call(BY_CHANGE, asked | {"page": page}))]
    # Rows may have moved to the first page since it was read, so it is read last, and once more where there are others.
    return later + _listed(client.call(BY_CHANGE, asked | {"page": 1}) if pages > 1 else first)


def _paid(client: JinbaoClient, start: datetime, end: datetime) -> list[Row]:
    """Rows that were paid in [start, end), each page from the order behind the last one."""
    asked: dict[str, object] = {
        "start_time": beijing.write(start),
        "end_time": beijing.write(end),
        "page_size": ORDERS_PAID.page_size,
    }
    found: list[Row] = []
    last = ""
    for _page in range(MOST_PAGES):
        answer = client.call(BY_PAYMENT, asked | ({"last_order_id": last} if last else {}))
        more = _listed(answer)
        found += more
        following = text(answer, "last_order_id", longest=200)
        if len(more) < ORDERS_PAID.page_size or following in ("", last):
            return found
        last = following
    raise MarketplaceUnavailable(
        Sentence(_("Pinduoduo reports more in one window than it gives out. It will be read again."))
    )


def _after_sales(
    client: JinbaoClient, question: Question, since: datetime, until: datetime
) -> Iterator[tuple[datetime, list[ReportedRow]]]:
    """Whether an after-sale runs, of each order beyond its receipt that changed in [since, until).

    Each takes a call. What is beyond MOST_LOOKED_UP is not read, and so it is where the next sync begins.
    """
    left = MOST_LOOKED_UP
    for end, changed in _windows(_changed, client, question, since, until):
        found: list[ReportedRow] = []
        rows = {text(row, "order_sn"): row for row in changed}.values()
        due = sorted((at, text(row, "order_sn")) for row in rows if (at := _due_at(row)))
        for at, those in groupby(due, key=lambda each: each[0]):
            if left <= 0:
                yield min(at, end), found
                raise MarketplaceUnavailable(
                    Sentence(_("Pinduoduo was asked about the after-sales of %(most)s orders. The next ones follow."),
                             {"most": str(MOST_LOOKED_UP)})
                )  # fmt: skip
            for _at, number in those:
                left -= 1
                if answer := _looked_up(client, number):
                    found.append(ReportedRow("hold", {name: answer.get(name) for name in OF_AN_AFTER_SALE}, end))
        yield min(end, until), found


def _due_at(row: Row) -> datetime | None:
    """When an order beyond its receipt changed; None of any other. The order report keeps what cannot be read."""
    is_received = text(row, "order_status") in AFTER_RECEIPT and text(row, "order_sn")
    return if_readable(lambda: moment(row, "order_modify_at"), None) if is_received else None


def rows_of_order(client: JinbaoClient, number: str) -> list[ReportedRow]:
    """What is reported of one order; empty where nothing is."""
    answer = _looked_up(client, number)
    return [ReportedRow("order", answer, datetime.now(UTC))] if answer else []


def _looked_up(client: JinbaoClient, number: str) -> Row | None:
    """One order; None where it is not one of the account (unverified.py: unknown_order)."""
    try:
        answer = client.call(ONE_ORDER, {"order_sn": number})
    except MarketplaceRefused as refused:
        if refused.facts.get("code") not in WRONG_PARAMETER:
            raise
        return None
    return answer if text(answer, "order_sn") else None


def _listed(answer: Row) -> list[Row]:
    found = answer.get("order_list")
    rows = found if isinstance(found, list) else []
    return [each if isinstance(each, Mapping) else {"not_an_object": each} for each in rows]
