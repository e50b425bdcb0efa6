"""What Joey takes for granted about Pinduoduo and no document proves."""

from collections.abc import Callable

from joey.marketplaces.manifest_shape import Wording
from joey.marketplaces.pinduoduo import see_facts as see
from joey.marketplaces.pinduoduo.ask_jinbao import JinbaoAnswers
from joey.marketplaces.unverified import Seen, UnverifiedFact


def _fact(name: str, file: str, look: Callable[[JinbaoAnswers], Seen], *, en: str, zh: str) -> UnverifiedFact:
    return UnverifiedFact(name, Wording(en=en, zh=zh), f"{file}.py", see=look)


def _not_asked(name: str, file: str, *, en: str, zh: str, why_en: str, why_zh: str) -> UnverifiedFact:
    return UnverifiedFact(name, Wording(en=en, zh=zh), f"{file}.py", why_not_asked=Wording(en=why_en, zh=why_zh))


FACTS = (
    _fact(
        "search_fields", "parse_offer", see.search_fields,
        en="A search gives price, rate, picture and shop of an item.",
        zh="搜索结果给出商品的价格、佣金比例、图片和店铺。",
    ),
    _fact(
        "signs_are_looked_up", "connector", see.signs_are_looked_up,
        en="An item is found again by the sign that a search gave.",
        zh="搜索给出的商品标识可以再查到同一件商品。",
    ),
    _fact(
        "a_keyword_may_be_a_link", "connector", see.a_keyword_may_be_a_link,
        en="A search finds the item of an address that is given as its words.",
        zh="把商品网址当作关键词搜索，可以找到这件商品。",
    ),
    _fact(
        "orders_granted", "reports", see.orders_granted,
        en="This account may ask for its order report.",
        zh="本账号有订单查询权限。",
    ),
    _fact(
        "row_can_be_read", "parse", see.row_can_be_read,
        en="A row has every field that a line is made of.",
        zh="订单行具备所需的全部字段。",
    ),
    _fact(
        "amount_is_the_product", "parse", see.amount_is_the_product,
        en="promotion_amount is order_amount times promotion_rate.",
        zh="promotion_amount 等于 order_amount 乘以 promotion_rate。",
    ),
    _fact(
        "fee_is_a_tenth", "manifest", see.fee_is_a_tenth,
        en="The service fee is a tenth of promotion_amount.",
        zh="服务费为 promotion_amount 的十分之一。",
    ),
    _fact(
        "after_sale_is_in_the_look_up", "reports", see.after_sale_is_in_the_look_up,
        en="The look-up of one order says whether an after-sale runs.",
        zh="单个订单查询会说明售后是否进行中。",
    ),
    _fact(
        "unfiled_is_refused", "connector", see.unfiled_is_refused,
        en="What is asked on a pid that is not filed is refused.",
        zh="使用未备案的 pid 会被拒绝。",
    ),
    _fact(
        "unfiled_code", "client", see.unfiled_code,
        en="The code of that refusal is 60001.",
        zh="拒绝的代码是 60001。",
    ),
    _fact(
        "filed_by_uid", "custom_parameters", see.filed_by_uid,
        en="A pid that is filed with a uid is filed for every sid.",
        zh="pid 与 uid 备案后，换任何 sid 都视为已备案。",
    ),
    _not_asked(
        "calls_a_second", "manifest",
        en="An account may make ten calls a second.",
        zh="一个账号每秒可以调用十次。",
        why_en="it would use up the quota", why_zh="需要先用完调用量",
    ),
    _not_asked(
        "signs_stay", "manifest",
        en="The sign of an item may become another one, so shop and picture say which item it is.",
        zh="商品标识可能变化，所以用店铺和图片认定同一件商品。",
        why_en="it takes weeks of comparing", why_zh="需要对照数周",
    ),
    _not_asked(
        "price_life", "manifest",
        en="A price may be shown for 24 hours.",
        zh="价格可以展示 24 小时。",
        why_en="no call says for how long", why_zh="没有接口说明时长",
    ),
    _not_asked(
        "window_of_a_click", "manifest",
        en="An order counts for one day after the click, and the last click counts.",
        zh="点击后一天内的订单计佣，以最后一次点击为准。",
        why_en="it is a rule of the contract", why_zh="属于合同条款",
    ),
    _not_asked(
        "settles_after_its_audit", "manifest",
        en="An order is audited fifteen days after its receipt and settled on the 20th of the month.",
        zh="确认收货十五天后审核，每月 20 日结算。",
        why_en="it takes two months of comparing", why_zh="需要对照两个月",
    ),
    _not_asked(
        "in_apps", "manifest",
        en="Douyin and Xiaohongshu do not open its links, and WeChat does.",
        zh="抖音和小红书打不开它的链接，微信可以。",
        why_en="it is seen on a phone", why_zh="需要在手机上看",
    ),
    _not_asked(
        "kinds_of_shops", "parse_offer",
        en="merchant_type 3 and 4 are brand stores.",
        zh="merchant_type 为 3 和 4 的是品牌店铺。",
        why_en="no call says what a type means", why_zh="没有接口说明类型的含义",
    ),
    _not_asked(
        "item_page", "parse_offer",
        en="An item has a page whose address holds its sign.",
        zh="商品有一个网址里带商品标识的页面。",
        why_en="it is seen in a browser", why_zh="需要在浏览器里看",
    ),
    _not_asked(
        "after_sale_changes", "manifest",
        en="An after-sale may begin and end without a change of its order.",
        zh="售后开始和结束时，订单的更新时间可能不变。",
        why_en="an after-sale would have to be asked for", why_zh="需要实际申请售后",
    ),
    _not_asked(
        "unknown_order", "reports",
        en="The look-up of an order that is not the account's is refused with 10000 or 21001.",
        zh="查询不属于本账号的订单，会以 10000 或 21001 拒绝。",
        why_en="someone else's order number would have to be asked for", why_zh="需要用别人的订单号查询",
    ),
)  # fmt: skip
