"""Ask an account of the union what its unverified facts need to be seen by (joey/marketplaces/ask_account.py)."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from joey.marketplaces import beijing
from joey.marketplaces.ask_account import AccountAnswers, NothingToSee, RefusedKind
from joey.marketplaces.jd.client import NOT_GRANTED, JdClient
from joey.marketplaces.jd.reports import ORDER_ROWS
from joey.marketplaces.manifest_shape import Wording
from joey.marketplaces.port import MarketplaceRefused
from joey.marketplaces.row_values import Row, text
from joey.marketplaces.sample_mask import SampleMask
from joey.marketplaces.unverified import AnswerSample

SEARCH, LOOK_UP = "jd.union.open.goods.query", "jd.union.open.goods.promotiongoodsinfo.query"
WORD = "锅"  # pots: there are always some
LOOKED_UP = 5
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LATEST_HOURS, CHANGES = 8, 8
CHANGED = 3  # type of the order report
OF_ALL_CALLS = frozenset({"7", "8", "11", "12", "18", "19", "20", "21"})  # clock, signature, token, app key

# What a field may be kept with: an amount, a rate, a code, a time. Longer numbers may be an order's, or a phone.
_SAYS_NOTHING = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|-?\d{1,9}\.\d{1,8}|-?\d{1,4}|20\d{6}|0{8,32}|true|false|success", re.ASCII
)
_OF_GOODS = frozenset({
    "skuName", "goodsName", "brandName", "shopName", "cid1Name", "cid2Name", "cid3Name", "cidName", "owner", "message",
})  # fmt: skip


class JdAnswers(AccountAnswers):
    """What one account of the union answers."""

    def __init__(
        self,
        client: JdClient,
        *,
        now: datetime,
        changed_at: Sequence[datetime],
        keep: Callable[[AnswerSample], None],
    ) -> None:
        mask = SampleMask(_SAYS_NOTHING, of_goods=_OF_GOODS, words=(WORD,))
        super().__init__(client.call, kind_of=_kind_of, never_called=(), mask=mask, keep=keep)
        self.now, self._changed_at = now.replace(microsecond=0), changed_at

    def search(self) -> list[Row]:
        """Items of today. Raises NothingToSee."""
        asked = {"keyword": WORD, "sceneId": 1, "pageIndex": 1, "pageSize": 20}
        return _some(self.ask("search", SEARCH, {"goodsReqDTO": asked}), f"a search for {WORD}", f"搜索“{WORD}”")

    def look_up(self) -> list[Row]:
        """The same items as the look-up has them. Raises NothingToSee."""
        skus = [sku for row in self.search()[:LOOKED_UP] if (sku := text(row, "skuId"))]
        return _some(self.ask("look-up", LOOK_UP, {"skuIds": ",".join(skus)}), "a look-up", "商品查询")

    def orders(self, start: datetime, end: datetime) -> Row:
        """The first page of the rows that changed in [start, end)."""
        asked = {
            "type": CHANGED, "startTime": beijing.write(start), "endTime": beijing.write(end), "pageIndex": 1,
            "pageSize": 100,
        }  # fmt: skip
        return self.ask("orders", ORDER_ROWS, {"orderReq": asked})

    def a_row(self, fits: Callable[[Row], bool] = bool) -> Row:
        """A row that changed lately and fits. Raises NothingToSee."""
        found = next((row for row in self._rows() if fits(row)), None)
        if found is None:
            raise NothingToSee(Wording(en="no such order yet to look at", zh="暂时没有这样的订单可以查看"))
        return found

    def _rows(self) -> Iterator[Row]:
        known = ((at.replace(microsecond=0), at.replace(microsecond=0) + SECOND) for at in self._changed_at[:CHANGES])
        hours = ((self.now - (n + 1) * HOUR, self.now - n * HOUR) for n in range(LATEST_HOURS))
        for start, end in (*known, *hours):
            yield from _listed(self.orders(start, end))


def _kind_of(refused: MarketplaceRefused) -> RefusedKind:
    code = str(refused.facts.get("code", ""))
    return "all" if code in OF_ALL_CALLS else "not_granted" if code in (NOT_GRANTED, "24") else "this"


def _some(answer: Row, en: str, zh: str) -> list[Row]:
    if not (found := _listed(answer)):
        raise NothingToSee(Wording(en=f"{en} found nothing", zh=f"{zh}没有结果"))
    return found


def _listed(answer: Row) -> list[Row]:
    data = answer.get("data")
    return [each for each in data if isinstance(each, Mapping)] if isinstance(data, list) else []
