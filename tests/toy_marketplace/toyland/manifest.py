"""Toyland, the marketplace of a test: no positions, a sub-id that comes back, amounts of none to three decimals."""

import string
from dataclasses import replace
from datetime import timedelta

from joey.marketplaces.manifest_shape import Capabilities, Manifest, OrderLookUp, Question, SubIds, Wording

# Changes become visible up to a day after the time that they carry: what was read is asked again, later as a whole day.
ORDERS = Question(
    code="orders",
    asked_by="changed",
    window=timedelta(days=7),
    overlap=timedelta(minutes=30),
    furthest_back=timedelta(days=60),
    page_size=50,
    rescan_after=(timedelta(days=1), timedelta(days=3)),
)
CASES = replace(ORDERS, code="cases")

# Its shop asks for one order by its number.
ORDER_LOOK_UP = OrderLookUp("number", replace(ORDERS, code="order"))

MANIFEST = Manifest(
    code="toyland",
    marketplaces={"toyland": Wording(en="Toyland", zh="玩具城")},
    reported_name=Wording(en="Toyland", zh="玩具城"),
    zone="Asia/Kuwait",
    currency="KWD",
    hosts=frozenset({"shop.toyland.example"}),
    capabilities=Capabilities(
        search="api",
        look_up="api",
        recognise=True,
        track="api",
        report="api",
        sub_ids=SubIds(max_length=32, alphabet=string.ascii_lowercase + string.digits, reported=True),
        look_up_at_once=10,
    ),
    questions=(ORDERS, CASES),
    order_look_up=ORDER_LOOK_UP,
    report_fields=frozenset({"order", "sub", "item", "title", "why", "case"}),
    evidence=("sub_id",),
    window_days=7,
    refund_days=14,
    usual_settle_days=10,
    reserved_names=frozenset({"toyland"}),
)
