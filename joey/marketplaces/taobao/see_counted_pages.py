"""How each unverified fact about what comes in counted pages is seen: punished orders, channels and their refunds."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from joey.marketplaces.ask_account import NothingToSee
from joey.marketplaces.manifest_shape import Wording
from joey.marketplaces.port import MarketplaceRefused
from joey.marketplaces.row_values import Row, listed, moment, text
from joey.marketplaces.taobao.ask_account import (
    CHANNEL_LIST,
    CHANNEL_REFUNDS,
    PLACED,
    SECOND,
    CountedPage,
    UnionAnswers,
)
from joey.marketplaces.taobao.manifest import FROZEN_ORDERS, REFUNDS
from joey.marketplaces.taobao.parse import RELEASED, channel_case
from joey.marketplaces.taobao.windows import LONGEST_NEAR_SALES
from joey.marketplaces.unverified import Seen

DAY = timedelta(days=1)
AROUND = timedelta(minutes=1)  # of when a punished order was placed


def punished_granted(account: UnionAnswers) -> Seen:
    account.punished(account.now - DAY, 1)
    return Seen(True, "punish.order.get")


def punished_days(account: UnionAnswers) -> Seen:
    start = account.now - FROZEN_ORDERS.furthest_back
    try:
        account.punished(start, FROZEN_ORDERS.window.days)
    except MarketplaceRefused as refused:
        return Seen(False, refused.text)
    return Seen(True, f"{start:%Y-%m-%d}")


def punished_pages(account: UnionAnswers) -> Seen:
    start, days = account.until - FROZEN_ORDERS.window, FROZEN_ORDERS.window.days
    return _pages(partial(account.punished, start, days))


def punished_ad_zone(account: UnionAnswers) -> Seen:
    row = next(account.punished_orders(), None)
    placed = moment(row, "tk_trade_create_time") if row else None
    if row is None or placed is None:
        raise NothingToSee(Wording(en="no punished order yet to look at", zh="暂时没有违规订单可以查看"))
    orders = account.orders(placed - AROUND, placed + AROUND, by=PLACED)
    zones = {
        text(each, "adzone_id")
        for each in listed(orders, "results", "publisher_order_dto")
        if text(each, "trade_id") == text(row, "tb_trade_id")
    }
    if not zones:
        raise NothingToSee(Wording(en="its order is not reported", zh="报表里没有对应的订单"))
    holds = text(row, "tk_adzone_id") in zones
    return Seen.said(holds, en="the same one" if holds else "another one", zh="一致" if holds else "不一致")


def punished_row(account: UnionAnswers) -> Seen:
    rows = list(account.punished_orders())
    times = Counter((text(row, "tb_trade_id"), text(row, "tk_adzone_id")) for row in rows)
    twice = sum(count > 1 for count in times.values())
    released = sum(text(row, "punish_status") == RELEASED for row in rows)
    if not twice and not released:
        raise NothingToSee(Wording(en="no released order yet to look at", zh="暂时没有已解冻的订单可以查看"))
    return Seen.said(
        not twice,
        en=f"released: {released}, orders of more than one row: {twice}",
        zh=f"已解冻 {released} 条，重复的订单 {twice} 笔",
    )


def channel_list(account: UnionAnswers) -> Seen:
    page = account.channels()
    if page.is_empty:
        raise NothingToSee(Wording(en="no channel yet to look at", zh="暂时没有渠道可以查看"))
    named = sum(text(row, "relation_id").isdecimal() for row in page.rows)
    holds = _counts_its_rows(page) and named == len(page.rows)
    return Seen(holds, f"{CHANNEL_LIST}: {named}/{len(page.rows)}, total_count {page.total or '–'}")


def channel_refunds_granted(account: UnionAnswers) -> Seen:
    account.channel_refunds(account.until - LONGEST_NEAR_SALES)
    return Seen(True, CHANNEL_REFUNDS)


def channel_refund_pages(account: UnionAnswers) -> Seen:
    changed_at, _row = account.channel_case()
    return _pages(partial(account.channel_refunds, changed_at))


def channel_refund_window(account: UnionAnswers) -> Seen:
    changed_at, row = account.channel_case()
    holds = _is_among(account, row, changed_at - REFUNDS.window + SECOND)
    return Seen.said(holds, en="a case at its end is there" if holds else "a case at its end is missing",
                     zh="末尾的记录在内" if holds else "缺少末尾的记录")  # fmt: skip


def channel_refund_end(account: UnionAnswers) -> Seen:
    changed_at, row = account.channel_case()
    goes_on = _is_among(account, row, changed_at - DAY - SECOND)
    return Seen.said(
        not goes_on,
        en="it goes on for more than a day" if goes_on else "a case a day later is not there",
        zh="超过一天的记录也在内" if goes_on else "不含一天后的记录",
    )


def channel_case_name(account: UnionAnswers) -> Seen:
    changed_at, _row = account.channel_case()
    rows = account.channel_cases(changed_at).rows
    names = [channel_case(row) for row in rows]
    nameless = names.count(())
    twice = sum(count > 1 for count in Counter(filter(None, names)).values())
    return Seen.said(
        not nameless and not twice,
        en=f"{len(rows)} rows: {nameless} without a name, {twice} names more than once",
        zh=f"{len(rows)} 条：{nameless} 条无法区分，{twice} 个重复",
    )


def channel_case_time(account: UnionAnswers) -> Seen:
    changed_at, row = account.channel_case()
    window = (changed_at - LONGEST_NEAR_SALES, changed_at + LONGEST_NEAR_SALES)
    cases = account.refund_rows(window) or account.refund_rows(window, page=0)
    opened = {text(each, "tk_refund_time") for each in cases if text(each, "tb_trade_id") == text(row, "tb_trade_id")}
    if not opened:
        raise NothingToSee(Wording(en="the other report has no case of its order", zh="维权查询里没有这笔订单的记录"))
    holds = text(row, "tk_refund_time") in opened
    return Seen.said(holds, en="the same time" if holds else "another time", zh="一致" if holds else "不一致")


def _pages(ask: Callable[[int], CountedPage]) -> Seen:
    """Whether page 1 is the first one, and counts the rows of all."""
    page = ask(1)
    if page.is_empty:
        raise NothingToSee(Wording(en="no row yet to look at", zh="暂时没有数据可以查看"))
    try:
        of_zero = ask(0).rows
    except MarketplaceRefused:
        of_zero = []
    return Seen.said(
        _counts_its_rows(page) and all(row in page.rows for row in of_zero),
        en=f"rows on page 1: {len(page.rows)}, on page 0: {len(of_zero)}, total_count {page.total or '–'}",
        zh=f"第 1 页 {len(page.rows)} 条，第 0 页 {len(of_zero)} 条，total_count {page.total or '–'}",
    )


def _counts_its_rows(page: CountedPage) -> bool:
    return bool(page.rows) and page.total.isdecimal() and int(page.total) >= len(page.rows)


def _is_among(account: UnionAnswers, row: Row, start: datetime) -> bool:
    """Whether a case is reported from that time on. Raises NothingToSee where it may be on a further page."""
    page = account.channel_cases(start)
    if channel_case(row) in map(channel_case, page.rows):
        return True
    if not page.is_all:
        raise NothingToSee(Wording(en="more cases than one page holds", zh="记录超过一页"))
    return False
