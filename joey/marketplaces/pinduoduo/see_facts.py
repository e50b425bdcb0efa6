"""How each unverified fact is seen at an account: a function each, which only reads."""

from datetime import UTC, datetime

from joey.marketplaces.ask_account import NothingToSee
from joey.marketplaces.manifest_shape import Wording
from joey.marketplaces.pinduoduo.ask_jinbao import HOUR, WORD, JinbaoAnswers
from joey.marketplaces.pinduoduo.client import NOT_FILED
from joey.marketplaces.pinduoduo.custom_parameters import custom_parameters
from joey.marketplaces.pinduoduo.manifest import MANIFEST
from joey.marketplaces.pinduoduo.parse import after_sale, order_report
from joey.marketplaces.pinduoduo.parse_offer import offer_facts
from joey.marketplaces.port import MarketplaceRefused
from joey.marketplaces.row_values import text, whole
from joey.marketplaces.unverified import Seen

NO_ONE = '{"uid":"joeycheck"}'  # a person for whom nothing is filed
PPM = 1_000_000


def search_fields(account: JinbaoAnswers) -> Seen:
    """A search gives what an offer is made of."""
    row = account.an_item()
    facts = offer_facts(row, as_of=datetime.now(UTC))
    lacking = [name for name, value in (("min_group_price", facts.now_minor), ("mall_id", text(row, "mall_id")),
               ("goods_thumbnail_url", facts.picture_urls), ("promotion_rate", text(row, "promotion_rate")))
               if not value]  # fmt: skip
    names = ", ".join(lacking)
    if names:
        return Seen.said(False, en=f"it lacks {names}", zh=f"缺少 {names}")
    return Seen.said(True, en="all fields are there", zh="字段齐全")


def signs_are_looked_up(account: JinbaoAnswers) -> Seen:
    """An item is found again by the sign that a search gave."""
    sign = text(account.an_item(), "goods_sign", longest=120)
    found = [text(row, "goods_sign", longest=120) for row in account.looked_up(sign)]
    return Seen.said(sign in found, en=f"{len(found)} items under the sign", zh=f"按该标识找到 {len(found)} 件商品")


def a_keyword_may_be_a_link(account: JinbaoAnswers) -> Seen:
    """The item of a page is found by the page's address."""
    sign = text(account.an_item(), "goods_sign", longest=120)
    found = [text(row, "goods_sign", longest=120) for row in account.search(keyword=account.item_page(sign))]
    return Seen.said(
        found[:1] == [sign], en=f"{len(found)} items for the address", zh=f"按网址找到 {len(found)} 件商品"
    )


def orders_granted(account: JinbaoAnswers) -> Seen:
    """The order report answers."""
    account.orders(account.now - HOUR, account.now)
    return Seen.said(True, en="the report answers", zh="接口有返回")


def row_can_be_read(account: JinbaoAnswers) -> Seen:
    """A row has the fields that a line is made of."""
    order_report(account.an_order())
    return Seen.said(True, en="a row was read", zh="已读取一行")


def amount_is_the_product(account: JinbaoAnswers) -> Seen:
    """The commission is what was paid times the rate, cut to whole fen."""
    row = account.an_order(lambda row: whole(row, "promotion_amount") > 0)
    expected, found = whole(row, "order_amount") * whole(row, "promotion_rate") // 1000, whole(row, "promotion_amount")
    return _is(found, expected)


def fee_is_a_tenth(account: JinbaoAnswers) -> Seen:
    """The service fee is the part of the commission that estimates take for it."""
    row = account.an_order(lambda row: whole(row, "promotion_amount") > 0)
    expected = whole(row, "promotion_amount") * MANIFEST.service_fee_ppm // PPM
    return _is(whole(row, "duo_id_service_fee"), expected)


def after_sale_is_in_the_look_up(account: JinbaoAnswers) -> Seen:
    """The look-up of one order says whether an after-sale runs."""
    row = account.one_order()
    after_sale(row)
    code = text(row, "return_status")
    return Seen.said(True, en=f"return_status is {code}", zh=f"return_status 为 {code}")


def unfiled_is_refused(account: JinbaoAnswers) -> Seen:
    """A pid with a person who did not file it is refused."""
    code = _refusal_of_unfiled(account)
    if code:
        return Seen.said(True, en=f"refused with {code}", zh=f"被拒绝，代码 {code}")
    return Seen.said(False, en="it is answered", zh="有返回结果")


def unfiled_code(account: JinbaoAnswers) -> Seen:
    """And with which code."""
    code = _refusal_of_unfiled(account)
    if not code:
        raise NothingToSee(Wording(en="what is not filed is not refused", zh="未备案并不会被拒绝"))
    return Seen.said(code == NOT_FILED, en=f"the code is {code}", zh=f"代码为 {code}")


def filed_by_uid(account: JinbaoAnswers) -> Seen:
    """What is filed with a person holds for whatever else the custom parameters say."""
    pid = account.pid()
    if not account.is_filed(custom_parameters(pid)):
        raise NothingToSee(
            Wording(en="the pid is not filed with its own number as uid", zh="该 pid 还没有以自身编号作为 uid 备案")
        )
    holds = account.is_filed(custom_parameters(pid, "check"))
    return Seen.said(holds, en=f"with another sid it is {'' if holds else 'not '}filed",
                     zh=f"换一个 sid 后{'仍' if holds else '不再'}视为已备案")  # fmt: skip


def _refusal_of_unfiled(account: JinbaoAnswers) -> str:
    """The code with which a search on a pid that is not filed is refused; "" where it is answered."""
    try:
        account.search(keyword=WORD, pid=account.pid(), custom_parameters=NO_ONE)
    except MarketplaceRefused as refused:
        return str(refused.facts.get("code", "")) or "?"
    return ""


def _is(found: int, expected: int) -> Seen:
    same = abs(found - expected) <= 1  # either way of rounding
    return Seen.said(same, en=f"{found} of {expected} fen", zh=f"{found} 分，应为 {expected} 分")
