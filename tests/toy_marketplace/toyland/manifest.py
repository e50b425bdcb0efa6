"""Toyland, the marketplace of a test: no positions, a sub-id that comes back, amounts with three decimals."""

import string
from datetime import timedelta

from joey.marketplaces.manifest_shape import Capabilities, Manifest, Question, SubIds, Wording

ORDERS = Question(
    code="orders",
    asked_by="changed",
    window=timedelta(days=7),
    overlap=timedelta(minutes=5),
    furthest_back=timedelta(days=60),
    page_size=50,
)

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
    questions=(ORDERS,),
    evidence=("sub_id",),
    window_days=7,
    refund_days=14,
    usual_settle_days=10,
    reserved_names=frozenset({"toyland"}),
)
