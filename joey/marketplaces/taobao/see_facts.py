"""How each unverified fact about goods, orders and refunds is seen at an account: a function each, which only reads."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from joey.marketplaces.ask_account import NothingToSee
from joey.marketplaces.manifest_shape import Wording
from joey.marketplaces.port import MarketplaceRefused
from joey.marketplaces.row_values import Row, fen, inner, listed, moment, ppm, text
from joey.marketplaces.taobao.ask_account import (
    PAID,
    RECEIVED,
    REFUND_STRETCHES,
    SECOND,
    UnionAnswers,
    Window,
    changed,
)
from joey.marketplaces.taobao.client import NO_RESULT, REMOTE, WINDOW_TOO_LONG
from joey.marketplaces.taobao.parse import commission_field
from joey.marketplaces.taobao.parse_offer import offer_facts
from joey.marketplaces.taobao.reports import CHANNEL_SCENE
from joey.marketplaces.taobao.windows import LONGEST, windows
from joey.marketplaces.unverified import Seen

DAY = timedelta(days=1)
ALL = 1_000_000  # ppm
BEGUN_AFTER_ITS_END = "2001"  # how the order report names such a window
NOTHING_LIKE_IT = "qzxvkjwq 08f3b1"  # words of no title
MADE_UP_ID = "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1"  # as long as a real one
_IN_SEARCH: dict[str, tuple[str, ...]] = {
    "item_basic_info": ("title", "pict_url", "shop_title", "seller_id", "user_type"),
    "price_promotion_info": ("zk_final_price", "final_promotion_price"),
    "publish_info": ("income_rate", "click_url"),
}
_IN_LOOK_UP = {**_IN_SEARCH, "publish_info": ("income_rate",)}
_BEFORE_SETTLEMENT = ("pub_share_pre_fee", "tk_total_rate", "alimama_share_fee")


def refusal_code(account: UnionAnswers) -> Seen:
    refused = _refusal(lambda: account.orders(account.now, account.now - SECOND))
    code = text(refused.facts, "top_code")
    return Seen(code in map(str, REMOTE), f"code {code}")


def numeric_sub_codes(account: UnionAnswers) -> Seen:
    refused = _refusal(lambda: account.orders(account.now, account.now - SECOND))
    sub_code = text(refused.facts, "sub_code")
    return Seen(sub_code == BEGUN_AFTER_ITS_END, f"sub_code {sub_code or '–'}")


def orders_granted(account: UnionAnswers) -> Seen:
    account.orders(*_quiet_second(account))
    return Seen(True, "taobao.tbk.order.details.get")


def order_window(account: UnionAnswers) -> Seen:
    start = _day_without_sales(account)
    try:
        account.orders(start, start + LONGEST)
    except MarketplaceRefused as refused:
        return Seen(False, refused.text)
    return Seen(True, f"{start:%Y-%m-%d}")


def window_too_long(account: UnionAnswers) -> Seen:
    start = _day_without_sales(account)
    try:
        account.orders(start, start + DAY)
    except MarketplaceRefused as refused:
        return Seen(WINDOW_TOO_LONG in (refused.facts.get("sub_code"), refused.facts.get("top_code")), refused.text)
    return Seen.said(True, en="a whole day is answered", zh="一整天的时间窗也有应答")


def window_holds_its_start(account: UnionAnswers) -> Seen:
    row = account.an_order()
    return Seen(*_is_among(account, row, changed(row), changed(row) + SECOND))


def empty_list(account: UnionAnswers) -> Seen:
    start, end = _quiet_second(account)
    data = account.orders(start, end)
    found = data.get("results")
    if isinstance(found, Mapping):
        found = found.get("publisher_order_dto")
    if listed(data, "results", "publisher_order_dto") and found:
        raise NothingToSee(
            Wording(en="an order changed in the one second that was asked for", zh="所查的一秒内恰有订单变动")
        )
    if "results" not in data:
        return Seen.said(True, en="the key is absent", zh="没有这个字段")
    return Seen(found is None or found == [], repr(found)[:40])


def nothing_found(account: UnionAnswers) -> Seen:
    try:
        rows = listed(account.search(NOTHING_LIKE_IT), "result_list", "map_data")
    except MarketplaceRefused as refused:
        return Seen(refused.facts.get("sub_code") == NO_RESULT, refused.text)
    if rows:
        raise NothingToSee(Wording(en="even nonsense finds something", zh="无意义的词也能搜到商品"))
    return Seen.said(True, en="an empty list", zh="空列表")


def search_fields(account: UnionAnswers) -> Seen:
    return _has_fields(account.hits(), _IN_SEARCH)


def look_up_fields(account: UnionAnswers) -> Seen:
    return _has_fields(account.look_up(account.ids()), _IN_LOOK_UP)


def identity_agrees(account: UnionAnswers) -> Seen:
    found = {text(row, "item_id", longest=120): row for row in account.hits()}
    pairs = [
        (found[name], row)
        for row in account.look_up(account.ids())
        if (name := text(row, "input_item_iid", longest=120) or text(row, "item_id", longest=120)) in found
    ]
    if not pairs:
        raise NothingToSee(Wording(en="no item was found both ways", zh="没有商品同时出现在搜索和详情里"))
    other = [one for one, two in pairs if _identity(one, account.now) != _identity(two, account.now)]
    return Seen(not other, f"{len(pairs) - len(other)}/{len(pairs)}")


def unknown_id_is_left_out(account: UnionAnswers) -> Seen:
    ids = account.ids()[:1]
    try:
        rows = account.look_up([*ids, MADE_UP_ID])
    except MarketplaceRefused as refused:
        return Seen(False, refused.text)
    names = [text(row, "input_item_iid", longest=120) or text(row, "item_id", longest=120) for row in rows]
    return Seen.said(names == ids, en=f"{len(rows)} of 1 item", zh=f"1 个商品返回 {len(rows)} 个")


def renewed_ids(account: UnionAnswers) -> Seen:
    ids = account.ids()[:1]
    try:
        rows = account.renew([*ids, MADE_UP_ID])
    except MarketplaceRefused as refused:
        return Seen(False, refused.text)
    today = {text(row, "original_item_id", longest=120): text(row, "item_id", longest=120) for row in rows}
    holds = list(today) == ids and all(new and not new.isdigit() for new in today.values())
    return Seen.said(holds, en=f"{len(rows)} of 1 id", zh=f"1 个 ID 返回 {len(rows)} 个")


def parse_gives_new_ids(account: UnionAnswers) -> Seen:
    links = [text(inner(row, "publish_info"), "click_url", longest=4000) for row in account.hits()]
    link = next((each for each in links if each), "")
    if not link:
        raise NothingToSee(Wording(en="no item has a link", zh="没有商品带推广链接"))
    entry = account.parse("https:" + link if link.startswith("//") else link)
    found = text(inner(entry, "link_info_dto"), "material_id", longest=120)
    if not found:
        return Seen.said(False, en=f"no item: {_said(entry)}", zh=f"没有商品：{_said(entry)}")
    kind = Wording(en="a number", zh="纯数字") if found.isdigit() else Wording(en="an opaque id", zh="新版 ID")
    return Seen(not found.isdigit(), kind.text)


def estimate_before_settlement(account: UnionAnswers) -> Seen:
    row = account.an_order(lambda row: text(row, "tk_status") in (PAID, RECEIVED))
    return _missing([name for name in _BEFORE_SETTLEMENT if not text(row, name)])


def service_fee_within_commission(account: UnionAnswers) -> Seen:
    account.an_order(_names_fee)
    rows = list(filter(_names_fee, account.order_rows()))
    above = sum((fen(row, "alimama_share_fee") or 0) > (fen(row, commission_field(row)) or 0) for row in rows)
    cuts = sum((ppm(row, "pub_share_rate") or ALL) < ALL for row in rows)
    return Seen.said(
        not above,
        en=f"more in {above} of {len(rows)} orders; {cuts} of these {len(rows)} have a cut below 100 %",
        zh=f"{len(rows)} 笔订单（其中 {cuts} 笔分成比例低于 100%）中有 {above} 笔超过",
    )


def channel_orders_among_all(account: UnionAnswers) -> Seen:
    row = account.an_order(scene=CHANNEL_SCENE)
    return Seen(*_is_among(account, row, changed(row) - SECOND, changed(row) + 2 * SECOND))


def relation_in_all_scenes(account: UnionAnswers) -> Seen:
    row = account.an_order(scene=CHANNEL_SCENE)
    found = account.orders(changed(row) - SECOND, changed(row) + 2 * SECOND)
    same = [each for each in listed(found, "results", "publisher_order_dto") if _names_trade_of(row, each)]
    if not same:
        raise NothingToSee(Wording(en="no channel order is in scene 1", zh="场景 1 里没有渠道订单"))
    relations = {text(each, "relation_id") or "–" for each in same}
    holds = relations == {text(row, "relation_id")}
    return Seen.said(
        holds,
        en="the same one" if holds else "another one, or none",
        zh="一致" if holds else "不一致或没有",
    )


def one_ad_zone_a_trade(account: UnionAnswers) -> Seen:
    zones: dict[tuple[str, str], set[str]] = {}
    for row in [account.an_order(), *account.order_rows()]:
        zones.setdefault((text(row, "trade_id"), text(row, "tk_order_role")), set()).add(text(row, "adzone_id"))
    twice = sum(len(each) > 1 for each in zones.values())
    return Seen.said(not twice, en=f"{twice} of {len(zones)} in more than one", zh=f"{len(zones)} 笔中有 {twice} 笔")


def refund_window(account: UnionAnswers) -> Seen:
    longest = timedelta(0)
    for each in REFUND_STRETCHES:  # the first is the one that is relied on
        if refused := _refused_refunds(account, (account.until - each, account.until)):
            break
        longest = each
    if not longest:
        return Seen(False, refused)
    hours = longest // timedelta(hours=1)
    return Seen.said(True, en=f"{hours} h at least", zh=f"至少 {hours} 小时")


def refund_refusal(account: UnionAnswers) -> Seen:
    try:
        answer = account.refunds(account.now, account.now - SECOND)
    except MarketplaceRefused as refused:
        return Seen(False, refused.text)
    why = text(answer, "biz_error_desc", longest=200)
    return Seen(bool(why), f"biz_error_code {text(answer, 'biz_error_code') or '–'}: {why or '–'}")


def refund_first_page(account: UnionAnswers) -> Seen:
    window, _rows = account.cases()
    first = _cases(account.refund_rows(window))
    try:
        of_zero = _cases(account.refund_rows(window, page=0))
    except MarketplaceRefused:
        of_zero = set()
    return Seen.said(
        bool(first) and of_zero <= first,
        en=f"cases on page 1: {len(first)}, on page 0: {len(of_zero)}",
        zh=f"第 1 页 {len(first)} 条，第 0 页 {len(of_zero)} 条",
    )


def settles_after_its_cases(account: UnionAnswers) -> Seen:
    _window, rows = account.cases(lambda row: bool(text(row, "earning_time")))
    early = [row for row in rows if _settled_meanwhile(row)]
    return Seen.said(not early, en=f"{len(early)} of {len(rows)} cases", zh=f"{len(rows)} 条中有 {len(early)} 条")


def _refusal(ask: Callable[[], object]) -> MarketplaceRefused:
    """What is refused. Raises NothingToSee where nothing was."""
    try:
        ask()
    except MarketplaceRefused as refused:
        return refused
    raise NothingToSee(Wording(en="a window that ends before it begins is answered", zh="先止后始的时间窗也有应答"))


def _quiet_second(account: UnionAnswers) -> Window:
    """One second, as far back as anything is answered, in which hardly any order changed."""
    start = account.now - timedelta(days=88)
    return start, start + SECOND


def _day_without_sales(account: UnionAnswers) -> datetime:
    """The latest moment at which a whole day was over that no sale is near to."""
    days = (account.now - DAY * back for back in range(3, 88))
    return next(day for day in days if _all_are_long(day - DAY, day + 2 * DAY))


def _all_are_long(since: datetime, until: datetime) -> bool:
    return all(end - start == LONGEST for start, end in windows(since, until))


def _names_trade_of(row: Row, other: Row) -> bool:
    return text(row, "trade_id") == text(other, "trade_id")


def _names_fee(row: Row) -> bool:
    return bool(text(row, "alimama_share_fee") and text(row, commission_field(row)))


def _is_among(account: UnionAnswers, row: Row, start: datetime, end: datetime) -> tuple[bool, str]:
    """Whether the order is reported for that stretch of time, and of how many."""
    found = listed(account.orders(start, end), "results", "publisher_order_dto")
    trades = {text(each, "trade_id") for each in found}
    return text(row, "trade_id") in trades, f"{text(row, 'modified_time')}, {len(found)}"


def _has_fields(rows: Sequence[Row], wanted: Mapping[str, Sequence[str]]) -> Seen:
    """Whether some row has each field: one that is closed to an application is in none."""
    if not rows:
        return Seen.said(False, en="no item at all", zh="没有任何商品")
    names = [
        f"{part}.{name}" for part, names in wanted.items() for name in names
        if not any(text(inner(row, part), name, longest=4000) for row in rows)
    ]  # fmt: skip
    return _missing(names)


def _missing(names: Sequence[str]) -> Seen:
    if not names:
        return Seen.said(True, en="all are there", zh="都有")
    listed_names = ", ".join(names)
    return Seen.said(False, en=f"missing: {listed_names}", zh=f"缺少：{listed_names}")


def _identity(row: Row, as_of: datetime) -> str:
    return offer_facts(row, as_of=as_of).identity


def _said(entry: Row) -> str:
    return " ".join(part for name in ("code", "msg") if (part := text(entry, name, longest=100))) or "–"


def _refused_refunds(account: UnionAnswers, window: Window) -> str:
    """Why the report refuses the window; empty where it does not."""
    try:
        answer = account.refunds(*window)
    except MarketplaceRefused as refused:
        return str(refused)
    code = text(answer, "biz_error_code")
    return f"{code}: {text(answer, 'biz_error_desc', longest=200)}" if code not in ("", "0") else ""


def _cases(rows: Sequence[Row]) -> set[str]:
    return {text(row, "refund_suit_id") for row in rows}


def _settled_meanwhile(row: Row) -> bool:
    opened, settled, done = (moment(row, each) for each in ("tk_refund_time", "earning_time", "tk_refund_suit_time"))
    return bool(opened and settled and done and opened < settled < done)
