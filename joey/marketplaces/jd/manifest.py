"""JD Union (京东联盟). The README has the sources, unverified.py what no source proves."""

from dataclasses import replace
from datetime import timedelta
from string import ascii_letters, digits

from joey.marketplaces.jd.report_fields import REPORT_FIELDS
from joey.marketplaces.manifest_shape import (
    Capabilities,
    ClosingReason,
    CredentialField,
    InApp,
    KeyForm,
    Manifest,
    OrderLookUp,
    Positions,
    Question,
    Quota,
    RowFields,
    SubIds,
    Wording,
)

ITEM_HOSTS = frozenset({"item.jd.com", "item.m.jd.com", "npcitem.jd.hk", "jingfen.jd.com"})
LINK_HOSTS = frozenset({"u.jd.com", "union-click.jd.com"})

# The order report: an hour at most, five hundred rows a page, orders of ninety days.
_WINDOW = timedelta(hours=1)
_OVERLAP = timedelta(minutes=10)
_FURTHEST_BACK = timedelta(days=90) - timedelta(minutes=10)
_PAGE_SIZE = 500
_DAILY = timedelta(days=1)
_RESCAN_AFTER = (timedelta(days=2), timedelta(days=7), timedelta(days=30))

QUOTA = Quota(
    calls_per_second=10, kept_for_people=3
)  # commonly named, and not official (unverified.py: calls_a_second)

ORDERS = Question(
    "orders", "changed", _WINDOW, _OVERLAP, _FURTHEST_BACK, _PAGE_SIZE,
    recheck_back=timedelta(hours=25), recheck_every=timedelta(hours=2), rescan_after=_RESCAN_AFTER,
)  # fmt: skip
# That its settlement day came changes no row, so no report by time of change brings it: each day of completions is
# asked again while its rows may settle, which is around the twentieth of the following month (unverified.py:
# settles_around_the_twentieth). The sixteen looks are some 400 calls a day.
ORDERS_COMPLETED = Question(
    "orders_completed", "received", _WINDOW, timedelta(0), _FURTHEST_BACK, _PAGE_SIZE, every=_DAILY,
    rescan_after=tuple(timedelta(days=age) for age in range(21, 53, 2)), begins_today=True,
)  # fmt: skip
ORDERS_PLACED = Question(
    "orders_placed", "placed", _WINDOW, _OVERLAP, timedelta(days=3), _PAGE_SIZE, every=_DAILY,
    rescan_after=_RESCAN_AFTER[:1],
)  # fmt: skip
ORDER_LOOK_UP = OrderLookUp(
    "number", replace(ORDERS_PLACED, furthest_back=_FURTHEST_BACK), numbers="digits", longest=19
)

SUB_IDS = SubIds(max_length=80, alphabet=ascii_letters + digits + "_", reported=True)

# An order has to come from the site or app whose siteId its link carries.
_REGISTER = Wording(
    en="Share the link or the poster from here as it is, and not a copy on another site or in another app. If that is"
    " what you did, appeal: an operator can check which sites and apps are registered in JD's console.",
    zh="请直接分享这里的链接或海报，不要转贴到其他网站或应用里打开。如果你就是这样分享的，请申诉：运营人员可以到京东联盟后台核对"
    "已备案的网站和应用。",
)
_STOP = Wording(
    en="Stop sharing in the way that this order came, and appeal with where and how you shared the link: an operator"
    " can take it up with JD.",
    zh="请停止以这种方式分享，并在申诉里写明你在哪里、怎样分享了链接：运营人员可以与京东核实。",
)


# JD's findings against the promoter.
_VIOLATIONS = {
    "13": ("another one", "其他"),
    "25": ("traffic was hijacked", "流量劫持"),
    "26": ("abnormal traffic", "流量异常"),
    "27": ("against JD's platform rules", "违反京东平台规则"),
    "28": ("several abnormal trades", "多笔交易异常"),
    "36": ("an account was bound wrongly", "账号绑定异常"),
}
# Why a row is void, by its validCode.
CLOSED_BECAUSE = {
    "2": ClosingReason(
        en="the order was split; its parts count in its place, as orders of their own",
        zh="订单已拆分，改由拆出的子订单分别计佣",
        is_routine=True,
        is_split=True,
    ),
    "3": ClosingReason(en="the order was cancelled", zh="订单已取消", is_routine=True),
    "4": ClosingReason(en="an order by way of JD's 帮帮主 programme", zh="京东帮帮主订单"),
    "5": ClosingReason(en="the buyer's account is abnormal", zh="买家账号异常"),
    "6": ClosingReason(en="gift category, which pays nothing", zh="赠品类目，不计佣金"),
    "7": ClosingReason(en="a campus order", zh="校园订单"),
    "8": ClosingReason(en="an enterprise order", zh="企业订单"),
    "9": ClosingReason(en="a group purchase", zh="团购订单"),
    "11": ClosingReason(en="a rural promoter's order", zh="乡村推广员订单"),
    "14": ClosingReason(
        en="link opened from a place not registered for this account",
        zh="链接在本账号未备案的位置被打开",
        to_do=_REGISTER,
    ),
    "19": ClosingReason(en="its commission rate is 0", zh="佣金比例为 0"),
    "20": ClosingReason(en="the first purchase that this one repeats is void", zh="复购订单对应的首购订单无效"),
    "21": ClosingReason(en="a cloud shop's order", zh="云店订单"),
    "22": ClosingReason(en="a PLUS member's order, whose rate is 0", zh="PLUS 会员佣金比例为 0"),
    "23": ClosingReason(en="a gift for paying", zh="支付有礼订单"),
    "29": ClosingReason(en="bought on another screen in another shop", zh="跨屏跨店订单"),
    "30": ClosingReason(en="more pieces than its category pays for", zh="购买件数超出类目上限"),
    "31": ClosingReason(en="the item is on JD's black list", zh="黑名单商品"),
    "33": ClosingReason(en="topping up a supermarket card", zh="超市卡充值订单"),
    "34": ClosingReason(en="an order of a 推卡 card", zh="推卡订单"),
    "35": ClosingReason(en="not a CID order", zh="非 CID 订单"),
    **{
        code: ClosingReason(en=f"violation: {en}", zh=f"违规：{zh}", to_do=_STOP, is_violation=True)
        for code, (en, zh) in _VIOLATIONS.items()
    },
}

MANIFEST = Manifest(
    code="jd",
    marketplaces={"jd": Wording(en="JD", zh="京东")},
    reported_name=Wording(en="JD", zh="京东"),
    zone="Asia/Shanghai",
    currency="CNY",
    hosts=ITEM_HOSTS | LINK_HOSTS,
    # The numbers are those in real pages and tables of its goods; for "m" see unverified.py.
    picture_hosts=frozenset({f"img{n}.360buyimg.com" for n in (10, 11, 12, 13, 14, 20, 30)} | {"m.360buyimg.com"}),
    price_life=timedelta(hours=24),  # no official hour was found (unverified.py: price_life)
    refused_in_apps=tuple(
        InApp(app=app, marketplaces=frozenset({"jd"}), offer_instead="open_in_browser")  # seen 2026-11
        for app in ("douyin", "xiaohongshu")
    ),
    capabilities=Capabilities(
        search="api",
        look_up="api",
        recognise=True,
        track="api",
        copy_codes=True,
        report="api",
        positions=Positions(
            granted="api",
            registered=True,
            keys=KeyForm("[1-9][0-9]{0,18}", Wording(en="a number that does not begin with 0", zh="不以 0 开头的数字")),
        ),
        found_at_once=30,
        look_up_at_once=100,
    ),
    quota=QUOTA,
    questions=(ORDERS, ORDERS_PLACED, ORDERS_COMPLETED),
    order_look_up=ORDER_LOOK_UP,
    row_fields={"order": RowFields(("id",), "modifyTime", decide=("orderTime",), order="orderId")},
    report_fields=REPORT_FIELDS,
    evidence=("position",),  # with the time of the order: JD reports no click
    closed_because=CLOSED_BECAUSE,
    window_days=15,  # unverified.py: window_of_a_click
    refund_days=60,
    usual_settle_days=40,
    reserved_names=frozenset({"jd", "jingdong"}),
    own_account=(
        CredentialField(
            "app_key",
            Wording(en="App key", zh="应用 App Key"),
            Wording(en="It names your application of JD Union (app_key).", zh="你的京东联盟应用的 app_key。"),
        ),
        CredentialField(
            "app_secret",
            Wording(en="App secret", zh="应用 App Secret"),
            Wording(
                en="The secret of the same application. Every call is signed with it.",
                zh="同一个应用的密钥，每次调用都用它签名。",
            ),
            is_secret=True,
        ),
        CredentialField(
            "site_id",
            Wording(en="Site ID (siteId)", zh="网站或 APP 的 ID（siteId）"),
            Wording(
                en="The number of the website or app that you registered at JD Union. That of a social-media account is"
                " refused.",
                zh="你在京东联盟登记的网站或 APP 的编号。社交媒体的编号会被京东拒绝。",
            ),
        ),
        CredentialField(
            "union_id",
            Wording(en="Union ID (unionId)", zh="联盟 ID（unionId）"),
            Wording(
                en="The number of your account at JD Union; each order report names it. Needed only if this site is to"
                " make a position for you.",
                zh="你在京东联盟的账号编号，每条订单报告里都有。只有让本站为你新建推广位时才需要。",
            ),
            is_needed=False,
        ),
        CredentialField(
            "union_key",
            Wording(en="Authorisation key of the union account", zh="联盟账号的授权 Key"),
            Wording(
                en="Goes with the union ID: JD takes both to make a position, and has to grant that. Without them, make"
                " one in JD’s console and give its number below.",
                zh="与联盟 ID 配对，新建推广位时京东要核对这两项，并且需要开通权限。"
                "没有的话，请在京东联盟后台新建推广位，把编号填在下面。",
            ),
            is_secret=True,
            is_needed=False,
        ),
    ),
)
