"""Duoduo Jinbao (多多进宝), Pinduoduo's union. The README has the sources, unverified.py what no source proves."""

from dataclasses import replace
from datetime import timedelta
from string import ascii_letters, digits

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
from joey.marketplaces.pinduoduo.report_fields import REPORT_FIELDS

ITEM_HOSTS = frozenset({"mobile.yangkeduo.com"})
LINK_HOSTS = frozenset({"p.pinduoduo.com"})

# The order report by time of change: a day at most, ninety days back.
_WINDOW = timedelta(days=1)
_OVERLAP = timedelta(minutes=10)
_FURTHEST_BACK = timedelta(days=90) - timedelta(minutes=10)
_PAGE_SIZE, _PAGE_SIZE_BY_PAYMENT = 50, 300  # of the first, 40 to 50 are advised and 100 allowed
_RESCAN_AFTER = (timedelta(days=2), timedelta(days=7), timedelta(days=30))

QUOTA = Quota(calls_per_second=10, kept_for_people=3)  # a share of what all callers have together (unverified.py)

ORDERS = Question(
    "orders", "changed", _WINDOW, _OVERLAP, _FURTHEST_BACK, _PAGE_SIZE,
    recheck_back=timedelta(hours=25), recheck_every=timedelta(hours=2), rescan_after=_RESCAN_AFTER,
)  # fmt: skip
ORDERS_PAID = Question(
    "orders_paid", "paid", _WINDOW, timedelta(0), timedelta(days=3), _PAGE_SIZE_BY_PAYMENT,
    rescan_after=_RESCAN_AFTER[:1], every=timedelta(days=1),
)  # fmt: skip
# Whether an after-sale runs is only in the look-up of one order, a call each (reports.py has how many of them). Each
# order is looked up when it changed and some times later: an after-sale may begin and end without a change of the order
# (unverified.py: after_sale_changes).
AFTER_SALES = tuple(
    Question(
        f"after_sales_{days}", "changed", timedelta(days=1), timedelta(0), _FURTHEST_BACK, _PAGE_SIZE,
        every=timedelta(hours=1), behind=timedelta(days=days),
    )
    for days in (0, 3, 7, 15, 30, 45)
)  # fmt: skip
ORDER_LOOK_UP = OrderLookUp("number", replace(ORDERS_PAID, furthest_back=_FURTHEST_BACK))

# Behind `{"uid":"…","sid":"…"}` and the number of the pid: 64 bytes at most.
SUB_IDS = SubIds(max_length=24, alphabet=ascii_letters + digits, reported=True)

MANIFEST = Manifest(
    code="pinduoduo",
    marketplaces={"pinduoduo": Wording(en="Pinduoduo", zh="拼多多")},
    reported_name=Wording(en="Pinduoduo", zh="拼多多"),
    zone="Asia/Shanghai",
    currency="CNY",
    hosts=ITEM_HOSTS | LINK_HOSTS,
    picture_hosts=frozenset({"img.pddpic.com"}),
    identity="seller_and_picture",  # ids are opaque signs, and whether one stays is not documented (unverified.py)
    reported_commission="before_fee",
    service_fee_ppm=100_000,  # duo_id_service_fee in order rows; another rate there is what gets booked
    refused_in_apps=tuple(
        InApp(app=app, marketplaces=frozenset({"pinduoduo"}), offer_instead="open_in_browser")  # unverified.py: in_apps
        for app in ("douyin", "xiaohongshu")
    ),
    capabilities=Capabilities(
        search="api",
        look_up="api",
        recognise=True,
        track="api",
        report="api",
        positions=Positions(
            granted="api",
            registered=True,
            at_most=100_000,
            keys=KeyForm(
                "[1-9][0-9]{0,18}_[1-9][0-9]{0,18}",
                Wording(en="a pid like 1234567_89012345", zh="形如 1234567_89012345 的 pid"),
            ),
            filed=True,
        ),
        look_up_at_once=50,
    ),
    quota=QUOTA,
    questions=(ORDERS, ORDERS_PAID, *AFTER_SALES),
    order_look_up=ORDER_LOOK_UP,
    row_fields={"order": RowFields(("order_sn",), "order_modify_at", decide=("order_create_time",))},
    report_fields=REPORT_FIELDS,
    evidence=("position",),  # with the time of the order: the report has no click
    # A failed audit mostly comes with words of Pinduoduo's, which are shown then.
    closed_because={
        "4": ClosingReason(en="the audit failed", zh="审核未通过"),
        "8": ClosingReason(en="the item is not in the commission programme", zh="不是多多进宝商品"),
        "10": ClosingReason(
            en="violation: the promotion was punished",
            zh="违规：推广被处罚",
            to_do=Wording(
                en="Share only as Pinduoduo allows. If you think that it is wrong, appeal: an operator reads its own"
                " reason in Pinduoduo's console and answers you.",
                zh="请按平台允许的方式推广。如果你认为判错了，可以申诉：运营人员会到拼多多后台查看具体原因并答复你。",
            ),
            is_violation=True,
        ),
    },
    earns_less_because={
        "price_compared": Wording(
            en="it judged the order as a price comparison: the buyer had looked at the item before, by another way",
            zh="该订单被判定为比价订单：买家此前已通过其他途径看过这件商品",
        ),
    },
    window_days=1,
    refund_days=45,
    usual_settle_days=45,
    own_account=(
        CredentialField(
            "client_id",
            Wording(en="Client ID (client_id)", zh="应用 client_id"),
            Wording(
                en="Of an application of the type 多多客联盟 that is bound to your account of Duoduo Jinbao. This"
                " site’s address has to be on its IP white list: ask the operator for it.",
                zh="类型为“多多客联盟”、已绑定你的多多进宝账号的应用。"
                "应用的 IP 白名单里要有本站的地址，可向本站运营人员询问。",
            ),
        ),
        CredentialField(
            "client_secret",
            Wording(en="Client secret", zh="应用 client_secret"),
            Wording(
                en="The secret of the same application. Every call is signed with it.",
                zh="同一个应用的密钥，每次调用都用它签名。",
            ),
            is_secret=True,
        ),
        CredentialField(
            "media_id",
            Wording(en="Media ID (media_id)", zh="媒体 ID（media_id）"),
            Wording(
                en="The medium of your account that a new position (pid) is to belong to.",
                zh="新建的推广位（pid）所属的媒体。",
            ),
            is_needed=False,
        ),
    ),
    reserved_names=frozenset({"pinduoduo", "pdd", "duoduo", "yangkeduo"}),
)
