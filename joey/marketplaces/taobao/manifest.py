"""The Taobao Union (阿里妈妈, Alimama): one account serves Taobao and Tmall. The README has the sources."""

from dataclasses import replace
from datetime import timedelta

from joey.marketplaces.manifest_shape import (
    Allowed,
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
    Wording,
)
from joey.marketplaces.taobao.report_fields import REPORT_FIELDS

SERVED = {"taobao": Wording(en="Taobao", zh="淘宝"), "tmall": Wording(en="Tmall", zh="天猫")}

ITEM_HOSTS = frozenset({"item.taobao.com", "detail.tmall.com", "h5.m.taobao.com", "detail.m.tmall.com"})
LINK_HOSTS = frozenset({"s.click.taobao.com", "uland.taobao.com", "m.tb.cn", "e.tb.cn"})

# The order report: three hours at most and less near the great sales, one hundred rows a page, ninety days back.
_WINDOW = timedelta(hours=3)
_FURTHEST_BACK = timedelta(days=90) - timedelta(minutes=10)
_OVERLAP = timedelta(minutes=30)  # rows can become visible a little after their own time of change
_PAGE_SIZE = 100

QUOTA = Quota(calls_per_second=30, kept_for_people=5)  # the order report alone takes about 40, the account 200

# Some become visible up to a day late; what comes later still is read when its day is two, seven and thirty days old.
# With the reading every three minutes that is some 1,250 calls a day, and 4,200 near the sales, where windows are
# short; an account on trial has 5,000. The second looks once a day take 70 more, and 600 near the sales. An account
# that works by relations asks the order report twice, for channel orders by themselves.
_RECHECK_BACK, _RECHECK_EVERY = timedelta(hours=25), timedelta(hours=2)
_RESCAN_AFTER = (timedelta(days=2), timedelta(days=7), timedelta(days=30))
_DAILY = timedelta(days=1)

ORDERS = Question(
    "orders", "changed", _WINDOW, _OVERLAP, _FURTHEST_BACK, _PAGE_SIZE,
    recheck_back=_RECHECK_BACK, recheck_every=_RECHECK_EVERY, rescan_after=_RESCAN_AFTER,
    also_read_by=("orders_by_relation", "orders_of_relations"),
)  # fmt: skip
REFUNDS = Question(
    "refunds", "changed", _WINDOW, _OVERLAP, _FURTHEST_BACK, _PAGE_SIZE,
    recheck_back=_RECHECK_BACK, recheck_every=_RECHECK_EVERY, rescan_after=_RESCAN_AFTER,
)  # fmt: skip
# What an account asks that works by relations. A cursor tells how far one report was read, so each has its own: what
# was never asked for, or is read in another way, is asked for from the beginning, or from where it was asked last.
# Both of the order report ask for the same rows, and for all that ORDERS asks for; not the other way round, since order
# scene 1 may lack channel orders (unverified.py: channel_orders_among_all). REFUNDS is of all orders, channels' too.
ORDERS_BY_RELATION = replace(  # channel orders by themselves as well
    ORDERS, code="orders_by_relation", also_read_by=("orders_of_relations",)
)
ORDERS_OF_RELATIONS = replace(  # those without a relation are held, too
    ORDERS, code="orders_of_relations", also_read_by=("orders_by_relation",)
)
CHANNEL_REFUNDS = replace(  # the report of channel orders, instead of that of all
    REFUNDS, code="channel_refunds", also_read_by=("refunds",)
)
# The order report by its other times, because not each change of an order may make a new time of change (unverified.py:
# change_has_its_time). What settled is what is paid, so its whole month is made sure of.
ORDERS_PLACED = Question(
    "orders_placed", "placed", _WINDOW, _OVERLAP, timedelta(days=3), _PAGE_SIZE,
    rescan_after=_RESCAN_AFTER[:1], every=_DAILY,
)  # fmt: skip
ORDERS_PAID = Question(
    "orders_paid", "paid", _WINDOW, _OVERLAP, timedelta(days=3), _PAGE_SIZE,
    rescan_after=_RESCAN_AFTER[:1], every=_DAILY,
)  # fmt: skip
ORDERS_SETTLED = Question(
    "orders_settled", "settled", _WINDOW, _OVERLAP, timedelta(days=31), _PAGE_SIZE,
    rescan_after=_RESCAN_AFTER, every=_DAILY,
)  # fmt: skip

# Punished orders have no time of change, so all of them are asked for once a day: thirty days at once, by the time of
# the order (unverified.py: punished_days, punished_pages).
FROZEN_ORDERS = Question(
    "frozen_orders", "placed", timedelta(days=30), timedelta(0), _FURTHEST_BACK, 20,
    recheck_back=_FURTHEST_BACK, recheck_every=_DAILY, every=_DAILY,
)  # fmt: skip
# The report cannot be asked by number. It has an order some seconds after the time that its buyer sees, and people
# give that time to the minute, or from memory.
ORDER_LOOK_UP = OrderLookUp(
    "time", replace(ORDERS_PLACED, furthest_back=_FURTHEST_BACK), around=timedelta(minutes=30), numbers="digits"
)

# What an account that works by relations names; one that does not names ad zones alone.
_NUMBER = "[1-9][0-9]{0,18}"
ADZONES = KeyForm(
    _NUMBER,
    Wording(
        en="an ad zone’s number, the last one of its pid, which does not begin with 0",
        zh="推广位 pid 的最后一段数字，不以 0 开头",
    ),
)
ADZONES_AND_RELATIONS = KeyForm(
    f"(?:relation:)?{_NUMBER}",
    Wording(
        en="an ad zone’s number, or “relation:” and a channel’s, which does not begin with 0",
        zh="推广位的数字编号，或“relation:”加渠道关系 ID，数字不以 0 开头",
    ),
)

CHANNEL_ORDERS = Wording(en="channel orders (those with a relation)", zh="渠道订单（带渠道关系 ID 的订单）")

MANIFEST = Manifest(
    code="taobao",
    marketplaces=SERVED,
    reported_name=Wording(en="Taobao or Tmall", zh="淘宝或天猫"),
    zone="Asia/Shanghai",
    currency="CNY",
    hosts=ITEM_HOSTS | LINK_HOSTS,
    picture_hosts=frozenset({"img.alicdn.com", "gw.alicdn.com", "gd1.alicdn.com", "gd2.alicdn.com", "gd3.alicdn.com"}),
    identity="seller_and_picture",
    price_life=timedelta(hours=24),
    allowed=Allowed(),
    paid_by="operator",
    reported_commission="before_fee",
    service_fee_ppm=100_000,  # the technical service fee in order reports; another rate there is what gets booked
    reports_clicks=True,
    own_purchases_count=True,  # unverified.py: own_purchases
    refused_in_apps=tuple(
        InApp(app=app, marketplaces=frozenset(SERVED), offer_instead="copy_code")  # seen from a phone, 2026-11
        for app in ("wechat", "qq", "douyin", "xiaohongshu")
    ),
    capabilities=Capabilities(
        search="api",
        look_up="api",
        recognise=True,
        track="api",
        copy_codes=True,
        report="api",
        positions=Positions(granted="api", registered=True, keys=ADZONES_AND_RELATIONS),
        look_up_at_once=20,
    ),
    quota=QUOTA,
    questions=(ORDERS, REFUNDS, ORDERS_PLACED, ORDERS_PAID, ORDERS_SETTLED, FROZEN_ORDERS),
    order_look_up=ORDER_LOOK_UP,
    row_fields={
        "order": RowFields(
            ("trade_id", "tk_order_role", "adzone_id"),
            "modified_time",
            order="trade_parent_id",
            decide=("click_time", "tk_earning_time"),
        ),
        # The two refund reports name role and case each in their own way, and a row needs both (parse.py).
        "refund": RowFields(("tb_trade_id",), "modified_time", order="tb_trade_parent_id", decide=("tk_refund_time",)),
    },
    # parse.py: no field says why, but for this one
    closed_because={"refunded": ClosingReason(en="refunded", zh="已退款", is_routine=True)},
    report_fields=REPORT_FIELDS,
    evidence=("position",),  # with the time of the click
    window_days=15,
    refund_days=30,
    usual_settle_days=12,
    reserved_names=frozenset({"taobao", "tao", "tmall", "tianmao", "alibaba", "alipay"}),
    own_account=(
        CredentialField(
            "app_key",
            Wording(en="App key", zh="应用 App Key"),
            Wording(
                en="The number of your application for Taobao Union, digits only.",
                zh="你的淘宝联盟应用的编号，全是数字。",
            ),
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
            "adzone_id",
            Wording(en="Ad zone for searches (adzone_id)", zh="搜索用的推广位 ID（adzone_id）"),
            Wording(
                en="The last number of a pid, mm_1_2_3. You make ad zones in the console of Taobao Union. Searches name"
                " this one; links of your shop go by another.",
                zh="推广位 pid（形如 mm_1_2_3）的最后一段数字。推广位在淘宝联盟后台新建。"
                "搜索商品时用它，小店的链接用另一个推广位。",
            ),
        ),
        CredentialField(
            "site_id",
            Wording(en="Site ID (site_id)", zh="媒体 ID（site_id）"),
            Wording(
                en="The middle number of a pid: the 2 in mm_1_2_3. With it this site can make an ad zone for you.",
                zh="推广位 pid 中间的那段数字，即 mm_1_2_3 中的 2。填了以后，本站可以为小店新建推广位。",
            ),
            is_needed=False,
        ),
    ),
)
