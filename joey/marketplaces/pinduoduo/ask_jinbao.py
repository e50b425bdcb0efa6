"""Ask an account of Duoduo Jinbao what its unverified facts need to be seen by (joey/marketplaces/ask_account.py)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from joey.marketplaces.ask_account import AccountAnswers, NothingToSee, RefusedKind
from joey.marketplaces.manifest_shape import Wording
from joey.marketplaces.pinduoduo.client import NOT_GRANTED, OF_ALL_CALLS, JinbaoClient
from joey.marketplaces.pinduoduo.reports import AFTER_RECEIPT, BY_CHANGE, ONE_ORDER
from joey.marketplaces.port import MarketplaceRefused
from joey.marketplaces.row_values import Row, text
from joey.marketplaces.sample_mask import SampleMask
from joey.marketplaces.unverified import AnswerSample

SEARCH, FILED = "pdd.ddk.goods.search", "pdd.ddk.member.authority.query"
WORD = "纸"  # paper: there is always some
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LATEST_HOURS, CHANGES = 8, 8

# What a field may be kept with: an amount, a rate, a code, a time in seconds. Other numbers may be an order's.
_SAYS_NOTHING = re.compile(r"-?\d{1,6}|1[6-9]\d{8}|[01]|JSON|pdd(?:\.[a-z]+)+", re.ASCII)
_OF_GOODS = frozenset({
    "goods_name", "goods_desc", "mall_name", "opt_name", "sales_tip", "order_status_desc", "fail_reason", "refused",
})  # fmt: skip


class JinbaoAnswers(AccountAnswers):
    """What one account answers. `pid` is one of it, or "" where none is configured."""

    def __init__(
        self,
        client: JinbaoClient,
        *,
        pid: str,
        item_page: Callable[[str], str],
        now: datetime,
        changed_at: Sequence[datetime],
        keep: Callable[[AnswerSample], None],
    ) -> None:
        mask = SampleMask(_SAYS_NOTHING, of_goods=_OF_GOODS, words=(WORD,))
        super().__init__(client.call, kind_of=_kind_of, never_called=(), mask=mask, keep=keep)
        self.item_page, self._pid = item_page, pid
        self.now, self._changed_at = now.replace(microsecond=0), changed_at

    def search(self, **asked: object) -> list[Row]:
        """Items of today, by words unless something else is asked for."""
        return _listed(
            self.ask("search", SEARCH, {"page": 1, "page_size": 20} | (asked or {"keyword": WORD})), "goods_list"
        )

    def an_item(self) -> Row:
        """Something that is sold. Raises NothingToSee."""
        if not (found := self.search()):
            raise NothingToSee(Wording(en=f"a search for {WORD} found nothing", zh=f"搜索“{WORD}”没有结果"))
        return found[0]

    def looked_up(self, sign: str) -> list[Row]:
        """What is found under a sign."""
        return self.search(goods_sign_list=json.dumps([sign]))

    def pid(self) -> str:
        """A pid of the account. Raises NothingToSee."""
        if not self._pid:
            raise NothingToSee(Wording(en="the configuration names no pid", zh="配置里没有 pid"))
        return self._pid

    def is_filed(self, custom: str) -> bool:
        """Whether the pid is filed with these custom parameters."""
        return text(self.ask("filed", FILED, {"pid": self.pid(), "custom_parameters": custom}), "bind") == "1"

    def orders(self, start: datetime, end: datetime) -> list[Row]:
        """The first page of the rows that changed in [start, end)."""
        window = {"start_update_time": int(start.timestamp()), "end_update_time": int(end.timestamp())}
        return _listed(self.ask("orders", BY_CHANGE, window | {"page": 1, "page_size": 50}), "order_list")

    def an_order(self, fits: Callable[[Row], bool] = bool) -> Row:
        """A row that changed lately and fits. Raises NothingToSee."""
        found = next((row for row in self._rows() if fits(row)), None)
        if found is None:
            raise NothingToSee(Wording(en="no such order yet to look at", zh="暂时没有这样的订单可以查看"))
        return found

    def one_order(self) -> Row:
        """The look-up of an order that was received. Raises NothingToSee."""
        row = self.an_order(lambda row: text(row, "order_status") in AFTER_RECEIPT)
        return self.ask("order", ONE_ORDER, {"order_sn": text(row, "order_sn")})

    def _rows(self) -> Iterator[Row]:
        known = ((at.replace(microsecond=0), at.replace(microsecond=0) + SECOND) for at in self._changed_at[:CHANGES])
        hours = ((self.now - (n + 1) * HOUR, self.now - n * HOUR + SECOND) for n in range(LATEST_HOURS))
        for start, end in (*known, *hours):
            yield from self.orders(start, end)


def _kind_of(refused: MarketplaceRefused) -> RefusedKind:
    code = str(refused.facts.get("code", ""))
    return "all" if code in OF_ALL_CALLS else "not_granted" if code in NOT_GRANTED else "this"


def _listed(answer: Row, name: str) -> list[Row]:
    data = answer.get(name)
    return [each for each in data if isinstance(each, Mapping)] if isinstance(data, list) else []
