"""Ask for the order and refund reports page by page. A window never changes between its pages."""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.marketplaces import beijing
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.port import MarketplaceRefused, MarketplaceUnavailable, ReportedRow
from joey.marketplaces.taobao.client import WINDOW_TOO_LONG, Client
from joey.marketplaces.taobao.manifest import ORDERS, REFUNDS
from joey.marketplaces.taobao.values import Row, inner, listed, text
from joey.marketplaces.taobao.windows import halves, windows

MOST_PAGES = 100
FEW_ROWS = MOST_PAGES * ORDERS.page_size // 4  # a window twice as long would hardly be too much
ORDERS_BY: Mapping[str, int] = {"placed": 1, "changed": 4}  # query_type of the order report, by what is asked for
UPDATED_REFUNDS = 5  # query_type of the refund report: by time of change
ALL_SCENES = 1  # order_scene: channel and member orders too
EITHER_PARTY = 4  # member_type of the refund report: cases of our own commissions, and of our cuts from others'

Answer = tuple[Row, list[Row]]  # the page's own fields, its rows
Ask = Callable[[int, str], Answer]  # page number, position_index


class _TooMuch(Exception):
    """The window is longer, or holds more, than the report gives at once."""


def rows(
    client: Client, question: Question, since: datetime, until: datetime
) -> Iterator[tuple[datetime, list[ReportedRow]]]:
    """Orders, or refund cases, with the time that is asked by in [since, until), a window at a time, with its end.

    A window that is too much is halved. Those after it are as short, so that not each is asked in vain, and become
    longer again while their answers are small.
    """
    todo = deque(windows(since, until))
    longest: timedelta | None = None
    while todo:
        start, end = todo.popleft()
        if longest and end - start > longest:
            todo.extendleft(reversed(halves(start, end)))
            continue
        try:
            if question.code == REFUNDS.code:
                found = _refunds(client, start, end)
            else:
                found = _orders(client, question, start, end)
        except _TooMuch:
            parts = halves(start, end)
            if len(parts) == 1:
                text = _("Taobao reports more in one second than it gives out. Nothing was skipped; ask Taobao.")
                raise MarketplaceRefused(Sentence(text)) from None
            todo.extendleft(reversed(parts))
            longest = max(part_end - part_start for part_start, part_end in parts)
            continue
        if longest and len(found) < FEW_ROWS:
            longest = min(2 * longest, question.window)
        yield min(end, until), found


def _orders(client: Client, question: Question, start: datetime, end: datetime) -> list[ReportedRow]:
    asked = {
        "query_type": ORDERS_BY[question.asked_by],
        "start_time": beijing.write(start),
        "end_time": beijing.write(end),
        "page_size": question.page_size,
        "order_scene": ALL_SCENES,
    }

    def ask(page: int, position: str) -> Answer:
        more = {"position_index": position, "jump_type": 1} if position else {}
        answer = client.call("taobao.tbk.order.details.get", asked | {"page_no": page} | more, for_rows=True)
        data = inner(answer, "data")
        return data, listed(data, "results", "publisher_order_dto")

    return [ReportedRow("order", row, end) for row in _all_pages(ask, question.page_size)]


def _refunds(client: Client, start: datetime, end: datetime) -> list[ReportedRow]:
    question = {
        "query_type": UPDATED_REFUNDS,
        "start_time": beijing.write(start),
        "end_time": beijing.write(end),
        "page_size": REFUNDS.page_size,
        "order_scene": ALL_SCENES,
        "member_type": EITHER_PARTY,
    }

    def ask(page: int, position: str) -> Answer:
        option = question | {"page_no": page} | ({"position_index": position, "jump_type": 1} if position else {})
        answer = client.call(
            "taobao.tbk.order.refund.get",
            {"publisher_refund_order_query_option": json.dumps(option, separators=(",", ":"))},
            for_rows=True,
        )
        _check_result(answer)
        data = inner(answer, "data")
        return data, listed(data, "result", "publisher_refund_order_d_t_o")

    return [ReportedRow("refund", row, end) for row in _all_pages(ask, REFUNDS.page_size)]


def _all_pages(ask: Ask, page_size: int) -> list[Row]:
    """All rows of one question: each page is opened with the position that the one before gave."""
    rows: list[Row] = []
    position = ""
    for page in range(1, MOST_PAGES + 1):
        try:
            head, more = ask(page, position)
        except MarketplaceRefused as refused:
            if WINDOW_TOO_LONG in (refused.facts.get("sub_code"), refused.facts.get("top_code")):
                raise _TooMuch from None
            raise
        rows += more
        has_next = str(head.get("has_next")).lower()
        if has_next == "false" or (has_next != "true" and not more):
            return rows
        following = text(head, "position_index", longest=2000)
        if has_next != "true" or not following or following == position:
            # A page that does not say whether it is the last one may not be; and going on without a new position would
            # read the same page again and call it the next one. A full one leaves shorter windows to try.
            if len(more) >= page_size:
                raise _TooMuch
            broke_off = _("Taobao's report broke off between two pages. It will be read again.")
            raise MarketplaceUnavailable(Sentence(broke_off))
        position = following
    raise _TooMuch


def _check_result(answer: Row) -> None:
    """Raise for a refusal: the refund report carries it beside its data, not as an error."""
    code = text(answer, "result_code")
    trouble = text(answer, "biz_error_code")
    if code in ("", "200") and trouble in ("", "0"):
        return
    why = text(answer, "biz_error_desc", longest=200) or text(answer, "result_msg", longest=200) or trouble or code
    words = Sentence(_("Taobao refused its refund report: %(words)s."), {"words": why})
    raise MarketplaceRefused(words, method="taobao.tbk.order.refund.get", top_code=code, sub_code=trouble)
