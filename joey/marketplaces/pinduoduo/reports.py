"""Ask for the order report by time of change and by time of payment, and for one order by its number."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.marketplaces import beijing
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.pinduoduo.client import Client
from joey.marketplaces.pinduoduo.manifest import ORDERS, ORDERS_PAID
from joey.marketplaces.port import MarketplaceUnavailable, ReportedRow
from joey.marketplaces.read_windows import cut_windows
from joey.marketplaces.row_values import Row, text, whole

BY_CHANGE, BY_PAYMENT = "pdd.ddk.order.list.increment.get", "pdd.ddk.order.list.range.get"
MOST_PAGES = 10_000


def rows(
    client: Client, question: Question, since: datetime, until: datetime
) -> Iterator[tuple[datetime, list[ReportedRow]]]:
    """The answer to a question of the manifest for [since, until), a window at a time, with the window's end."""
    for start, end in cut_windows(since, until, lambda start: question.window):
        found = _paid(client, start, end) if question.code == ORDERS_PAID.code else _changed(client, start, end)
        yield min(end, until), [ReportedRow("order", row, end) for row in found]


def _changed(client: Client, start: datetime, end: datetime) -> list[Row]:
    """Rows that changed in [start, end), from the last page to the first: one that changes meanwhile goes to the end,
    or out of the window, and those behind it move to pages that are still to be read. So none comes on no page; one
    that comes twice is known by then.
    """
    asked = {
        "start_update_time": int(start.timestamp()),
        "end_update_time": int((end - timedelta(seconds=1)).timestamp()),  # both ends are inside (unverified.py)
        "page_size": ORDERS.page_size,
    }
    first = client.call(BY_CHANGE, asked | {"page": 1, "return_count": True})
    pages = -(-whole(first, "total_count") // ORDERS.page_size)
    if pages > MOST_PAGES:
        raise MarketplaceUnavailable(
            Sentence(_("Pinduoduo reports more in one window than it gives out. It will be read again."))
        )
    later = [row for page in range(pages, 1, -1) for row in _listed(client.call(BY_CHANGE, asked | {"page": page}))]
    # Rows may have moved to the first page since it was read, so it is read last, and once more where there are others.
    return later + _listed(client.call(BY_CHANGE, asked | {"page": 1}) if pages > 1 else first)


def _paid(client: Client, start: datetime, end: datetime) -> list[Row]:
    """Rows that were paid in [start, end), each page from the order behind the last one."""
    asked: dict[str, object] = {
        "start_time": beijing.write(start),
        "end_time": beijing.write(end - timedelta(seconds=1)),
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


def rows_of_order(client: Client, number: str) -> list[ReportedRow]:
    """What is reported of one order; empty where nothing is."""
    answer = client.call("pdd.ddk.order.detail.get", {"order_sn": number})
    return [ReportedRow("order", answer, datetime.now(UTC))] if text(answer, "order_sn") else []


def _listed(answer: Row) -> list[Row]:
    found = answer.get("order_list")
    rows = found if isinstance(found, list) else []
    return [each if isinstance(each, Mapping) else {"not_an_object": each} for each in rows]
