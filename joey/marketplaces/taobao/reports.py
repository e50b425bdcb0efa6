"""Ask for the reports of orders, refunds and punished orders, page by page. A window is the same for all its pages."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from django.utils.translation import gettext_noop as _

from joey.kit.sentences import Sentence
from joey.marketplaces import beijing
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.port import MarketplaceRefused, ReportedRow
from joey.marketplaces.read_windows import TooMuch, read_windows
from joey.marketplaces.row_values import Row, if_readable, inner, listed, moment, text
from joey.marketplaces.taobao.client import WINDOW_TOO_LONG, Client, as_json
from joey.marketplaces.taobao.counted_pages import Answer, NamesSoFar, all_of, broken_off, counted_rows, repeating
from joey.marketplaces.taobao.manifest import (
    CHANNEL_REFUNDS,
    FROZEN_ORDERS,
    ORDERS,
    ORDERS_BY_RELATION,
    ORDERS_OF_RELATIONS,
    ORDERS_PAID,
    ORDERS_PLACED,
    ORDERS_SETTLED,
    REFUNDS,
)
from joey.marketplaces.taobao.parse import CHANNEL_CASE, marked_where_named_twice
from joey.marketplaces.taobao.windows import windows

MOST_PAGES = 100
# query_type of the order report: which of an order's times the window means.
QUERY_TYPES: Mapping[str, int] = {
    ORDERS_PLACED.code: 1, ORDERS_PAID.code: 2, ORDERS_SETTLED.code: 3, ORDERS.code: 4,
    ORDERS_BY_RELATION.code: 4, ORDERS_OF_RELATIONS.code: 4,
}  # fmt: skip
FEW_ROWS = MOST_PAGES * ORDERS.page_size // 4  # a window twice as long would hardly be too much
UPDATED_REFUNDS = 5  # query_type, and search_type, of the refund reports: by time of change
# order_scene: "all", which an older description calls "normal orders"; and channel orders by themselves.
ALL_SCENES, CHANNEL_SCENE = 1, 2
EITHER_PARTY = 4  # member_type of the refund report: cases of our own commissions, and of our cuts from others'
ANY_PARTY, CHANNELS = 0, 1  # refund_type and biz_type of that of channel orders

Ask = Callable[[int, str], Answer]  # page number, position_index


@dataclass(frozen=True)
class Working:
    """How the account works with the union."""

    by_relation: bool = False  # channel orders are asked for by themselves as well
    party: Literal["", "sc."] = ""  # "sc.": it acts for a publisher, in his session


AS_A_PUBLISHER = Working()


def rows(
    client: Client, question: Question, since: datetime, until: datetime, *, working: Working = AS_A_PUBLISHER
) -> Iterator[tuple[datetime, list[ReportedRow]]]:
    """The answer to a question of the manifest for [since, until), a window at a time, with the window's end."""
    if question.code == FROZEN_ORDERS.code:
        yield from _frozen_orders(client, since, until, working.party)
        return
    if question.code == CHANNEL_REFUNDS.code:
        yield from _channel_refunds(client, since, until)
        return

    def read(start: datetime, end: datetime) -> list[ReportedRow]:
        return _in_window(client, question, start, end, working)

    try:
        for end, found in read_windows(windows(since, until), read, few=FEW_ROWS, longest=question.window):
            yield min(end, until), found
    except TooMuch:
        text = _("Taobao reports more in one second than it gives out. Nothing was skipped; ask Taobao.")
        raise MarketplaceRefused(Sentence(text)) from None


def _in_window(
    client: Client, question: Question, start: datetime, end: datetime, working: Working
) -> list[ReportedRow]:
    if question.code == REFUNDS.code:
        return _refunds(client, start, end)
    scenes = (ALL_SCENES, CHANNEL_SCENE) if working.by_relation else (ALL_SCENES,)
    return [row for scene in scenes for row in _orders(client, question, scene, start, end)]


def _orders(client: Client, question: Question, scene: int, start: datetime, end: datetime) -> list[ReportedRow]:
    asked = {
        "query_type": QUERY_TYPES[question.code],
        "start_time": beijing.write(start),
        "end_time": beijing.write(end),
        "page_size": question.page_size,
        "order_scene": scene,
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
            {"publisher_refund_order_query_option": as_json(option)},
            for_rows=True,
        )
        check_result("taobao.tbk.order.refund.get", answer)
        data = inner(answer, "data")
        return data, listed(data, "result", "publisher_refund_order_d_t_o")

    return [ReportedRow("refund", row, end) for row in _all_pages(ask, REFUNDS.page_size)]


def _channel_refunds(client: Client, since: datetime, until: datetime) -> Iterator[tuple[datetime, list[ReportedRow]]]:
    """Cases of channel orders. There is no end to ask for, nor is it said how far an answer reaches (unverified.py).

    It reaches as far as the latest change that it holds: what it answers for windows after the first one is not asked
    again. What it holds beyond `until` is left for when that is asked for, so it may change while the pages are read.
    """
    found: list[tuple[datetime, Row]] = []
    answered = since
    for start, end in windows(since, until):
        if answered < end:
            cases = marked_where_named_twice(_channel_cases(client, start, until))
            found = [(_changed_at(row, start), row) for row in cases]
            answered = max((at for at, _row in found), default=start)
        yield min(end, until), [ReportedRow("refund", row, end) for at, row in found if at < end]
        found = [(at, row) for at, row in found if at >= end]


def _channel_cases(client: Client, start: datetime, until: datetime) -> list[Row]:
    asked = {
        "search_type": UPDATED_REFUNDS, "refund_type": ANY_PARTY, "biz_type": CHANNELS,
        "start_time": beijing.write(start), "page_size": REFUNDS.page_size,
    }  # fmt: skip

    def ask(page: int) -> Answer:
        option = as_json({**asked, "page_no": page})
        return _result(client, "taobao.tbk.relation.refund", {"search_option": option})

    def is_wanted(row: Row) -> bool:
        return _changed_at(row, start) < until

    return counted_rows(ask, named_by=CHANNEL_CASE, is_wanted=is_wanted)


def _changed_at(row: Row, otherwise: datetime) -> datetime:
    """When the case was changed; where that cannot be made out, or is of the future, `otherwise`."""
    found = if_readable(lambda: moment(row, "modified_time"), None)
    return found if found and found <= datetime.now(UTC) else otherwise


def _all_pages(ask: Ask, page_size: int) -> list[Row]:
    """All rows of one question: each page is opened with the position that the one before gave."""
    rows: list[Row] = []
    so_far, position = NamesSoFar(), ""
    for page in range(1, MOST_PAGES + 1):
        try:
            head, more = ask(page, position)
        except MarketplaceRefused as refused:
            if WINDOW_TOO_LONG in (refused.facts.get("sub_code"), refused.facts.get("top_code")):
                raise TooMuch from None
            raise
        rows += more
        has_next = str(head.get("has_next")).lower()
        if has_next == "false" or (has_next != "true" and not more):
            return rows
        so_far.add({all_of(row) for row in more})
        if has_next != "true" or (following := text(head, "position_index", longest=2000)) in ("", position):
            # A page that does not say whether it is the last one may not be; and going on without a new position would
            # read the same page again and call it the next one. A full one that is new leaves shorter windows to try.
            if so_far.are_repeated:
                raise repeating()
            raise TooMuch if len(more) >= page_size else broken_off()
        position = following
    raise TooMuch


def _frozen_orders(
    client: Client, since: datetime, until: datetime, party: str
) -> Iterator[tuple[datetime, list[ReportedRow]]]:
    """Punished orders, in whole days: no other length can be asked for."""
    method = f"taobao.tbk.{party or 'dg.'}punish.order.get"
    start, day = since.replace(microsecond=0), timedelta(days=1)
    while start < until:
        days = min(FROZEN_ORDERS.window // day, -((start - until) // day))
        asked = {"start_time": beijing.write(start), "span": days, "page_size": FROZEN_ORDERS.page_size}

        def ask(page: int, asked: Mapping[str, object] = asked) -> Answer:
            option = as_json({**asked, "page_no": page})
            return _result(client, method, {"af_order_option": option}, with_session=bool(party))

        start += days * day
        found = counted_rows(ask)
        yield min(start, until), [ReportedRow("hold", row, min(start, until)) for row in found]


def _result(client: Client, method: str, asked: Mapping[str, object], *, with_session: bool = False) -> Answer:
    """A page of the reports whose answer is inside a `result`."""
    result = inner(client.call(method, asked, with_session=with_session, for_rows=True), "result")
    check_result(method, result)
    data = inner(result, "data")
    return data, listed(data, "results", "result")


def check_result(method: str, answer: Row) -> None:
    """Raise for a refusal that comes beside the data of a report, and is no error."""
    code = text(answer, "result_code")
    trouble = text(answer, "biz_error_code")
    if code in ("", "200") and trouble in ("", "0"):
        return
    why = text(answer, "biz_error_desc", longest=200) or text(answer, "result_msg", longest=200) or trouble or code
    words = Sentence(_("Taobao refused its report (%(method)s): %(words)s."), {"method": method, "words": why})
    raise MarketplaceRefused(words, method=method, top_code=code, sub_code=trouble)
