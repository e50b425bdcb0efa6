"""Ask a union account what its unverified facts need to be seen by: each question once, few calls, none that writes."""

import json
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from joey.marketplaces import beijing
from joey.marketplaces.ask_account import AccountAnswers, NothingToSee, RefusedKind
from joey.marketplaces.manifest_shape import Wording
from joey.marketplaces.port import MarketplaceRefused
from joey.marketplaces.row_values import Row, inner, listed, moment, text
from joey.marketplaces.taobao.client import WINDOW_TOO_LONG, Client, as_json
from joey.marketplaces.taobao.manifest import FROZEN_ORDERS
from joey.marketplaces.taobao.manifest import REFUNDS as REFUNDS_AT_ONCE
from joey.marketplaces.taobao.mask_sample import Mask
from joey.marketplaces.taobao.reports import (
    ALL_SCENES,
    ANY_PARTY,
    CHANNELS,
    EITHER_PARTY,
    UPDATED_REFUNDS,
    check_result,
)
from joey.marketplaces.taobao.windows import LONGEST_NEAR_SALES, windows
from joey.marketplaces.unverified import AnswerSample

SEARCH, LOOK_UP = "taobao.tbk.dg.material.optional.upgrade", "taobao.tbk.item.info.upgrade.get"
ORDERS, REFUNDS = "taobao.tbk.order.details.get", "taobao.tbk.order.refund.get"
CHANNEL_REFUNDS, CHANNEL_LIST = "taobao.tbk.relation.refund", "taobao.tbk.sc.publisher.info.get"
PUNISHED, PARSE = "taobao.tbk.{}punish.order.get", "taobao.tbk.{}general.link.parse"  # whose: his own, or in a session
RENEW = "taobao.tbk.itemid.ineffective.transform"
WORD = "锅"  # pots: there are always some
LOOKED_UP = 5
RECENT, RECENT_WINDOWS, CHANGES = timedelta(hours=24), 8, 8
SECOND = timedelta(seconds=1)
REFUND_STRETCHES = (REFUNDS_AT_ONCE.window, timedelta(days=1), timedelta(days=7), timedelta(days=30))
CHANNEL_REFUND_DAYS = 7  # that are looked through for a case
PLACED, CHANGED = 1, 4  # query_type of the order report
PAID, RECEIVED = "12", "14"  # tk_status before a settlement

NOT_GRANTED = frozenset({"11", "12", "13", "26", "27"})  # a permission is missing, or the session that shows it
OF_ALL_CALLS = frozenset({"24", "25", "28", "29", "30", "31"})  # signature, app key, clock: no call gets further

Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class CountedPage:
    """One page of what is given out in numbered pages, and how many rows they say that all of them have."""

    rows: list[Row]
    total: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing on any page."""
        return not self.rows and self.total in ("", "0")

    @property
    def is_all(self) -> bool:
        """Whether no other page has rows."""
        return not self.total.isdecimal() or int(self.total) <= len(self.rows)


class UnionAnswers(AccountAnswers):
    """What one union account answers (joey/marketplaces/ask_account.py)."""

    def __init__(
        self,
        client: Client,
        *,
        adzone: str,
        party: str,
        never_called: Container[str],
        now: datetime,
        changed_at: Sequence[datetime],
        keep: Callable[[AnswerSample], None],
    ) -> None:
        def call(method: str, parameters: Mapping[str, object]) -> Row:
            return client.call(method, parameters, with_session=method in in_session)

        in_session = {CHANNEL_LIST} | ({PARSE.format("sc."), PUNISHED.format("sc.")} if party else set())
        super().__init__(call, kind_of=_kind_of, never_called=never_called, mask=Mask(), keep=keep)
        self._adzone, self._party, self._changed_at = adzone, party, changed_at
        self.now = now.replace(microsecond=0)
        self.until = self.now + SECOND  # what changed in this very second, too

    def search(self, words: str = WORD) -> Row:
        """The first page for these words."""
        return self.ask("search", SEARCH, {"q": words, "adzone_id": self._adzone, "page_no": 1, "page_size": 20})

    def hits(self) -> list[Row]:
        """Items of today. Raises NothingToSee."""
        found = listed(self.search(), "result_list", "map_data")
        if not found:
            raise NothingToSee(Wording(en=f"a search for {WORD} found nothing", zh=f"搜索“{WORD}”没有结果"))
        return found

    def ids(self) -> list[str]:
        """Some of their ids. Raises NothingToSee."""
        found = [name for row in self.hits() if (name := text(row, "item_id", longest=120))]
        if not found:
            raise NothingToSee(Wording(en="no item has an id", zh="商品都没有 ID"))
        return found[:LOOKED_UP]

    def look_up(self, ids: Sequence[str]) -> list[Row]:
        """The items with these ids."""
        answer = self.ask("look-up", LOOK_UP, {"item_id": ",".join(ids), "biz_scene_id": 1})
        return listed(answer, "results", "tbk_item_detail")

    def parse(self, link: str) -> Row:
        """What the union says that a link leads to."""
        answer = self.ask(
            "parse",
            PARSE.format(self._party or "dg."),
            {"adzone_id": self._adzone, "material_dto": json.dumps([{"material_url": link}])},
        )
        return next(iter(listed(inner(answer, "data"), "material_url_list", "material_url_list")), {})

    def orders(self, start: datetime, end: datetime, *, scene: int = ALL_SCENES, by: int = CHANGED) -> Row:
        """The first page of the orders changed, or placed, in [start, end), with the page's own fields."""
        asked = {
            "query_type": by, "start_time": beijing.write(start), "end_time": beijing.write(end), "page_no": 1,
            "page_size": 100, "order_scene": scene,
        }  # fmt: skip
        return inner(self.ask("orders", ORDERS, asked), "data")

    def order_rows(self, *, scene: int = ALL_SCENES) -> Iterator[Row]:
        """Rows of orders that changed lately, as far as a few windows hold some. No row where there are none."""
        for start, end in self._windows():
            try:
                yield from listed(self.orders(start, end, scene=scene), "results", "publisher_order_dto")
            except MarketplaceRefused as refused:
                if refused.facts.get("sub_code") != WINDOW_TOO_LONG:
                    raise

    def an_order(self, fits: Callable[[Row], bool] = bool, *, scene: int = ALL_SCENES) -> Row:
        """The first of them that fits. Raises NothingToSee."""
        found = next((row for row in self.order_rows(scene=scene) if fits(row)), None)
        if found is None:
            raise NothingToSee(Wording(en="no such order yet to look at", zh="暂时没有这样的订单可以查看"))
        return found

    def refunds(self, start: datetime, end: datetime, *, page: int = 1) -> Row:
        """The whole answer about refund cases changed in [start, end), also where it refuses beside its data."""
        asked = {
            "query_type": UPDATED_REFUNDS, "start_time": beijing.write(start), "end_time": beijing.write(end),
            "page_no": page, "page_size": 100, "order_scene": ALL_SCENES, "member_type": EITHER_PARTY,
        }  # fmt: skip
        return self.ask("refunds", REFUNDS, {"publisher_refund_order_query_option": as_json(asked)})

    def refund_rows(self, window: Window, *, page: int = 1) -> list[Row]:
        """The cases that changed in it; none where it is refused beside the data."""
        answer = self.refunds(*window, page=page)
        return listed(inner(answer, "data"), "result", "publisher_refund_order_d_t_o")

    def cases(self, fits: Callable[[Row], bool] = bool) -> tuple[Window, list[Row]]:
        """Some refund cases that fit, whichever number their first page has, and the window. Raises NothingToSee."""
        stretches = [LONGEST_NEAR_SALES, *REFUND_STRETCHES]
        for window in [*self._known_changes(), *((self.until - each, self.until) for each in stretches)]:
            found = self.refund_rows(window) or self.refund_rows(window, page=0)
            if rows := [row for row in found if fits(row)]:
                return window, rows
        raise NothingToSee(Wording(en="no refund case yet to look at", zh="暂时没有维权记录可以查看"))

    def channel_refunds(self, start: datetime, page: int = 1) -> CountedPage:
        """Cases of channel orders that changed from then on."""
        asked = {
            "search_type": UPDATED_REFUNDS, "refund_type": ANY_PARTY, "biz_type": CHANNELS,
            "start_time": beijing.write(start), "page_no": page, "page_size": REFUNDS_AT_ONCE.page_size,
        }  # fmt: skip
        return self._result("channel-refunds", CHANNEL_REFUNDS, {"search_option": as_json(asked)})

    def channel_cases(self, start: datetime) -> CountedPage:
        """The first page of them, whichever number it has."""
        return _first_page(partial(self.channel_refunds, start))

    def channel_case(self) -> tuple[datetime, Row]:
        """A case of a channel's order, and when it changed. Raises NothingToSee."""
        days = (self.until - timedelta(days=back) for back in range(1, CHANNEL_REFUND_DAYS + 1))
        known = (start for start, _end in self._known_changes())
        for start in (*known, self.until - LONGEST_NEAR_SALES, *days):
            if rows := self.channel_cases(start).rows:
                return changed(rows[0]), rows[0]
        raise NothingToSee(Wording(en="no refund case of a channel yet to look at", zh="暂时没有渠道维权记录可以查看"))

    def channels(self) -> CountedPage:
        """The first page of those who accepted an invitation."""
        asked = {"relation_app": "common", "info_type": 1, "page_no": 0, "page_size": 100}
        data = inner(self.ask("channels", CHANNEL_LIST, asked), "data")
        return CountedPage(listed(data, "inviter_list", "map_data"), text(data, "total_count"))

    def punished(self, start: datetime, days: int, page: int = 1) -> CountedPage:
        """Punished orders that were placed on that many days from `start` on."""
        asked = {
            "start_time": beijing.write(start), "span": days, "page_no": page, "page_size": FROZEN_ORDERS.page_size,
        }  # fmt: skip
        return self._result(
            "punished",
            PUNISHED.format(self._party or "dg."),
            {"af_order_option": as_json(asked)},
        )

    def punished_orders(self) -> Iterator[Row]:
        """Punished orders of as many days as are answered, at most those that the connector asks for; latest first."""
        window, oldest = FROZEN_ORDERS.window, self.now - FROZEN_ORDERS.furthest_back
        yield from _first_page(partial(self.punished, self.until - window, window.days)).rows
        for start in (self.until - 2 * window, oldest):
            try:
                page = _first_page(partial(self.punished, start, window.days))
            except MarketplaceRefused:  # what is asked for further back is a fact of its own
                return
            yield from page.rows

    def renew(self, ids: Sequence[str]) -> list[Row]:
        """What these ids are today."""
        return listed(self.ask("renew", RENEW, {"item_ids": ",".join(ids)}), "results", "item_id_transform_d_t_o")

    def _result(self, name: str, method: str, parameters: Mapping[str, object]) -> CountedPage:
        """A page of a report whose answer, or refusal, is inside a `result`."""
        result = inner(self.ask(name, method, parameters), "result")
        check_result(method, result)
        data = inner(result, "data")
        return CountedPage(listed(data, "results", "result"), text(data, "total_count"))

    def _windows(self) -> list[Window]:
        """The known changes, the last minutes, then the last day, the latest first; a bounded number."""
        last_day = list(windows(self.until - RECENT, self.until))[::-1]
        return [*self._known_changes(), (self.until - LONGEST_NEAR_SALES, self.until), *last_day[:RECENT_WINDOWS]]

    def _known_changes(self) -> list[Window]:
        starts = (at.replace(microsecond=0) for at in self._changed_at[:CHANGES])
        return [(start, start + SECOND) for start in starts]


def _kind_of(refused: MarketplaceRefused) -> RefusedKind:
    code = str(refused.facts.get("top_code", ""))
    return "all" if code in OF_ALL_CALLS else "not_granted" if code in NOT_GRANTED else "this"


def _first_page(ask: Callable[[int], CountedPage]) -> CountedPage:
    """The page with the first rows: where page 1 has none although some are counted, that is page 0."""
    page = ask(1)
    return page if page.rows or page.is_empty else ask(0)


def changed(row: Row) -> datetime:
    """When a row says that its order changed. Raises NothingToSee for a row without such a time."""
    found = moment(row, "modified_time")
    if found is None:
        raise NothingToSee(Wording(en="the rows name no time of change", zh="报表行没有修改时间"))
    return found
