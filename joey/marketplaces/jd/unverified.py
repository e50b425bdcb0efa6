"""What Joey takes for granted about JD and no document proves."""

from collections.abc import Callable

from joey.marketplaces.jd import see_facts as see
from joey.marketplaces.jd.ask_union import JdAnswers
from joey.marketplaces.manifest_shape import Wording
from joey.marketplaces.unverified import Seen, UnverifiedFact


def _fact(name: str, file: str, look: Callable[[JdAnswers], Seen], *, en: str, zh: str) -> UnverifiedFact:
    return UnverifiedFact(name, Wording(en=en, zh=zh), f"{file}.py", see=look)


def _not_asked(name: str, file: str, *, en: str, zh: str, why_en: str, why_zh: str) -> UnverifiedFact:
    return UnverifiedFact(name, Wording(en=en, zh=zh), file, why_not_asked=Wording(en=why_en, zh=why_zh))


FACTS = (
    _fact(
        "search_fields", "parse_offer", see.search_fields,
        en="A search gives price, rate, picture and shop of an item.",
        zh="搜索结果给出商品的价格、佣金比例、图片和店铺。",
    ),
    _fact(
        "look_up_fields", "parse_offer", see.look_up_fields,
        en="A look-up gives its price on the phone, rate and picture.",
        zh="商品查询给出手机端价格、佣金比例和图片。",
    ),
    _fact(
        "rates_agree", "parse_offer", see.rates_agree,
        en="Search and look-up name the same rate.",
        zh="搜索和商品查询的佣金比例一致。",
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
        "fee_is_the_product", "parse", see.fee_is_the_product,
        en="The estimate is the price times commissionRate and finalRate.",
        zh="预估佣金等于计佣金额乘以 commissionRate 和 finalRate。",
    ),
    _fact(
        "protection_is_inside", "parse", see.protection_is_inside,
        en="Price protection is out of actualFee already.",
        zh="实际佣金已扣除价保部分。",
    ),
    _fact(
        "balance_is_the_fee", "parse", see.balance_is_the_fee,
        en="The amounts of balanceExt add up to actualFee.",
        zh="balanceExt 各笔金额之和等于 actualFee。",
    ),
    _fact(
        "names_a_pay_month_once_completed", "parse", see.names_a_pay_month_once_completed,
        en="A completed row names its day of settlement.",
        zh="已完成的订单行给出结算日期。",
    ),
    _fact(
        "sub_id_is_read_back", "parse", see.sub_id_is_read_back,
        en="A row gives the sub-union id of its link back.",
        zh="订单行会带回链接里的 subUnionId。",
    ),
    _fact(
        "frozen_pieces_are_counted", "parse", see.frozen_pieces_are_counted,
        en="Pieces in an after-sale case are counted in skuFrozenNum.",
        zh="售后中的件数计入 skuFrozenNum。",
    ),
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
