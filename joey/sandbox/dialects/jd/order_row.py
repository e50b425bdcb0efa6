"""A row of the order report, field by field as real rows have them: one row for each kind of thing in an order.

There is no time of a click. What an order earned is `actualFee`: without what came back and without price protection.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from sqlite3 import Row
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.dialects.jd.baskets import order_number_of
from joey.sandbox.dialects.jd.demo_account import SITE_ID, account_of_site
from joey.sandbox.dialects.jd.envelope import Hundredths
from joey.sandbox.dialects.jd.goods import (
    OWN_SHOP,
    category_fields,
    category_numbers,
    item_id,
    item_of_sku,
    owner_of,
    percent_of,
    shop_number,
    yuan,
)
from joey.sandbox.dialects.jd.item_shape import picture_of
from joey.sandbox.sealed import short_code
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.simulated_order import RECEIVED, SETTLED
from joey.sandbox.world.state import World

SETTLEMENT_DAY = 20  # of the month after; payMonth says which day it is
TO_SHIP, SHIPPED = 10, 20
_NO_TAGS = "0" * 32


@dataclass(frozen=True)
class RowContext:
    """What a row needs beside the order: the answer's day, its refund cases, and what the account sees."""

    world: World
    today: date
    cases: list[Row]
    code: int
    fields: frozenset[str]
    sees_sub_union_id: bool
    sees_ext1: bool


def row_of(order: Row, context: RowContext) -> dict[str, Any]:
    """The row. `fields` of the question add `goodsInfo`, `categoryInfo` and `sign`."""
    item = item_of_sku(order["item"])
    assert item is not None
    text_of = beijing.text_of
    carried = json.loads(order["carried"] or "{}")
    number = order_number_of(context.world, order["order_id"])
    completed = _completed(order)
    row: dict[str, Any] = {
        "id": order["order_id"],
        "orderId": number,
        "parentId": order_number_of(context.world, order["parent"]) if order["parent"] else 0,
        "orderTime": text_of(order["created_at"]),
        "finishTime": text_of(completed),
        "modifyTime": text_of(order["modified_at"]),
        "orderEmt": 2,
        "plus": 0,
        "unionId": account_of_site(carried.get("siteId", SITE_ID)).union_id,
        "skuId": int(order["item"]),
        "itemId": item_id(order["item"]),
        "skuName": order["title"],
        "skuNum": order["quantity"],
        "skuReturnNum": order["returned"],
        "skuFrozenNum": order["quantity"] - order["returned"] if order["frozen"] else 0,
        "price": yuan(order["list_minor"]),
        "commissionRate": percent_of(order["rate_ppm"]),
        "subSideRate": Hundredths(9_000),
        "subsidyRate": Hundredths(1_000),
        "finalRate": Hundredths(10_000),
        **_amounts(order, context),
        "validCode": context.code,
        "traceType": 2,
        "positionId": int(order["position"] or 0),
        "siteId": carried.get("siteId", SITE_ID),
        "pid": "",
        "subUnionId": (order["sub_id"] or "") if context.sees_sub_union_id else "",
        "ext1": carried.get("ext1", "") if context.sees_ext1 else "",
        "unionTag": _NO_TAGS,
        "unionAlias": "",
        "unionRole": 1,
        "popId": 0 if owner_of(item) == OWN_SHOP else shop_number(item),
        "cpActId": 0,
        "rid": 0,
        "giftCouponKey": "",
        "giftCouponOcsAmount": 0,
        "expressStatus": TO_SHIP if completed is None else SHIPPED,
        "channelId": 0,
        "skuTag": _NO_TAGS,
        "callerItemId": "",
        "subCpUnionId": "",
        "orderTag": "",
    }
    return row | _categories(item, order["number"]) | _asked_for(item, number, context)


def pay_day(order: Row, today: date) -> date | None:
    """The day on which a completed order is settled, or was; None before it is completed.

    A day that has come means settled, so an order that the world has not settled yet has one that comes.
    """
    if order["state"] == SETTLED:  # never on a day before the order was completed
        day_before = beijing.day_of(order["settled_at"]) - timedelta(days=1)
        return max(day_before, beijing.day_of(_completed(order) or order["settled_at"]))
    if order["state"] != RECEIVED:
        return None
    day = settlement_after(beijing.day_of(order["received_at"]))
    return day if day > today else _next_settlement(today)


def settlement_after(day: date) -> date:
    """The day of settlement of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=SETTLEMENT_DAY)


def _next_settlement(today: date) -> date:
    return today.replace(day=SETTLEMENT_DAY) if today.day < SETTLEMENT_DAY else settlement_after(today)


def _completed(order: Row) -> int | None:
    """When the buyer had the goods; at the latest when it was settled."""
    found: int | None = order["settled_at"] if order["received_at"] is None else order["received_at"]
    return found


def _amounts(order: Row, context: RowContext) -> dict[str, Any]:
    day = pay_day(order, context.today)
    base, fee = 0, 0
    if order["state"] == SETTLED:
        base = order["paid_minor"] - order["refunded_minor"]
        fee = order["settled_minor"] - order["taken_back_minor"]
    elif order["state"] == RECEIVED:
        base, fee = order["paid_minor"], order["estimate_minor"]
    protected = sum(case["refund_minor"] for case in context.cases if case["kind"] == "price_protection")
    return {
        "estimateCosPrice": yuan(order["paid_minor"]),
        "estimateFee": yuan(order["estimate_minor"]),
        "actualCosPrice": yuan(base),
        "actualFee": yuan(fee),
        "payMonth": _as_number_or_text(day, order["number"]),
        "balanceExt": _balance(order, day, context.cases),
        "proPriceAmount": yuan(protected),
    }


def _as_number_or_text(day: date | None, number: int) -> int | str:
    """JD gives a day now as a number, now as a text, and 0 for none."""
    text = day.strftime("%Y%m%d") if day else "0"
    return int(text) if number % 2 else text


def _balance(order: Row, day: date | None, cases: list[Row]) -> str:
    """`{20191020:10,20191120:-2}`: what the first settlement gave, and what later ones take back. It is no JSON."""
    if day is None:
        return ""
    by_day: dict[date, int] = {}
    if order["state"] == SETTLED:
        for case in cases:
            if case["at"] >= order["settled_at"]:
                later = max(settlement_after(beijing.day_of(case["at"])), day + timedelta(days=1))
                by_day[later] = by_day.get(later, 0) - case["commission_minor"]
    given = order["settled_minor"] if order["state"] == SETTLED else order["estimate_minor"]
    entries = [(day, given), *sorted(by_day.items())]
    return "{" + ",".join(f"{each:%Y%m%d}:{_plainly(minor)}" for each, minor in entries) + "}"


def _plainly(minor: int) -> str:
    """1000 is `10`, 790 is `7.9`."""
    return str(Hundredths(minor)).removesuffix(".0")


def _categories(item: SoldItem, number: int) -> dict[str, Any]:
    """The numbers of the categories, which some rows do not have."""
    known: tuple[int | None, ...] = (None, None, None) if number % 5 == 0 else category_numbers()[item.category]
    return dict(zip(("cid1", "cid2", "cid3"), known, strict=True))


def _asked_for(item: SoldItem, number: int, context: RowContext) -> dict[str, Any]:
    more: dict[str, Any] = {
        "goodsInfo": {
            "imageUrl": picture_of(context.world, item), "owner": owner_of(item), "mainSkuId": int(item.external_id),
            "productId": int(item.external_id), "shopId": shop_number(item), "shopName": item.seller,
        },
        "categoryInfo": category_fields(item),
        "sign": short_code("jd sign", str(number), 32),
    }  # fmt: skip
    return {name: value for name, value in more.items() if name in context.fields}
