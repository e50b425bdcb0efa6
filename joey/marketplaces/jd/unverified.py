"""What Joey takes for granted about JD and no document proves."""

from joey.marketplaces.manifest_shape import Wording
from joey.marketplaces.unverified import UnverifiedFact


def _not_asked(name: str, file: str, *, en: str, zh: str, why_en: str, why_zh: str) -> UnverifiedFact:
    return UnverifiedFact(name, Wording(en=en, zh=zh), file, why_not_asked=Wording(en=why_en, zh=why_zh))


FACTS = (
    _not_asked(
        "mobile_picture_host", "manifest.py",
        en="Pictures may come from m.360buyimg.com too.",
        zh="图片也可能来自 m.360buyimg.com。",
        why_en="a product file is not asked", why_zh="商品文件无法查询",
    ),
    _not_asked(
        "calls_a_second", "manifest.py",
        en="An account may make ten calls a second.",
        zh="一个账号每秒可以调用十次。",
        why_en="it would use up the quota", why_zh="需要先用完调用量",
    ),
    _not_asked(
        "settles_around_the_twentieth", "manifest.py",
        en="A row settles between the 21st and the 52nd day after its order was completed.",
        zh="订单完成后第 21 到第 52 天之间结算。",
        why_en="it takes two months of comparing", why_zh="需要对照两个月",
    ),
    _not_asked(
        "price_life", "manifest.py",
        en="A price may be shown for 24 hours.",
        zh="价格可以展示 24 小时。",
        why_en="no call says for how long", why_zh="没有接口说明时长",
    ),
    _not_asked(
        "window_of_a_click", "manifest.py",
        en="An order counts for fifteen days after the click.",
        zh="点击后十五天内的订单计佣。",
        why_en="it is a rule of the contract", why_zh="属于合同条款",
    ),
    _not_asked(
        "item_address_is_material", "connector.py",
        en="A link can be made of the address of an item's own page.",
        zh="可以用商品详情页地址生成推广链接。",
        why_en="links would have to be made", why_zh="需要生成推广链接",
    ),
    _not_asked(
        "kind_of_position", "connector.py",
        en="A position of one's own site has unionType 1 and type 4.",
        zh="自有网站的推广位，unionType 为 1，type 为 4。",
        why_en="positions would have to be made", why_zh="需要新建推广位",
    ),
    _not_asked(
        "free_positions", "connector.py",
        en="With sub-union ids a position may be any number, of eighteen digits too.",
        zh="使用 subUnionId 时，推广位可以是任意数字，包括十八位。",
        why_en="links would have to be made", why_zh="需要生成推广链接",
    ),
)  # fmt: skip
