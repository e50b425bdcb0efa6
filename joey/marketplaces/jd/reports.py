"""Ask for the order report by one of its three times, an hour at most, and for one order by its number."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.marketplaces import beijing
from joey.marketplaces.jd.client import JdClient
from joey.marketplaces.jd.manifest import ORDERS, ORDERS_COMPLETED, ORDERS_PLACED
from joey.marketplaces.jd.parse import marked_if_settled
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.port import MarketplaceUnavailable, ReportedRow
from joey.marketplaces.read_windows import TooMuch, cut_windows, read_windows
from joey.marketplaces.row_values import Row

ORDER_ROWS = "jd.union.open.order.row.query"
# type of the report: which of an order's times the window means.
TYPES: Mapping[str, int] = {ORDERS_PLACED.code: 1, ORDERS_COMPLETED.code: 2, ORDERS.code: 3}
FEW_ROWS = ORDERS.page_size // 4  # a window twice as long would hardly be too much
MOST_PAGES = 200  # of one second, or of one order


def rows(
    client: JdClient, question: Question, since: datetime, until: datetime
) -> Iterator[tuple[datetime, list[ReportedRow]]]:
    """The answer to a question of the manifest for [since, until), a window at a time, with the window's end.

    A row that changes while pages are read leaves its place to the next, which would then come on no page. So a window
    that does not fit on one page is halved; only the rows of a single second come on several.
    """
    windows = cut_windows(since, until, lambda start: question.window)
    one_second = timedelta(seconds=1)

    def read(start: datetime, end: datetime) -> list[ReportedRow]:
        asked = {
            "type": TYPES[question.code],
            "startTime": beijing.write(start),
            "endTime": beijing.write(end),
            "pageSize": question.page_size,
        }
        return _reported(_pages(client, asked, must_fit=end - start > one_second), end)

    for end, found in read_windows(windows, read, few=FEW_ROWS, longest=question.window):
        yield min(end, until), found


def rows_of_order(client: JdClient, number: str) -> list[ReportedRow]:
    """What is reported of one order; empty where nothing is."""
    asked = {"orderId": int(number), "pageSize": ORDERS.page_size}
    return _reported(_pages(client, asked, must_fit=False), datetime.now(UTC))


def _pages(client: JdClient, asked: Mapping[str, object], *, must_fit: bool) -> list[Row]:
    found: list[Row] = []
    for page in range(1, MOST_PAGES + 1):
        answer = client.call(ORDER_ROWS, {"orderReq": {**asked, "pageIndex": page, "fields": "goodsInfo,categoryInfo"}})
        data = answer.get("data")
        more = data if isinstance(data, list) else []
        found += [each if isinstance(each, Mapping) else {"not_an_object": each} for each in more]
        if str(answer.get("hasMore")).lower() != "true":
            return found
        if must_fit:
            raise TooMuch
        if not more:
            break
    raise MarketplaceUnavailable(
        Sentence(_("JD's report of one second, or of one order, does not end. It will be read again."))
    )


def _reported(found: list[Row], end: datetime) -> list[ReportedRow]:
    """The rows as they came, each saying whether its day of settlement has come: no time of change tells."""
    now = datetime.now(UTC)
    return [ReportedRow("order", marked_if_settled(row, now), end) for row in found]
