"""How the union describes one item: prices, commission, coupon, shop and category."""

from datetime import date, timedelta
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.amounts import part_of
from joey.sandbox.dialects.jd.envelope import Hundredths
from joey.sandbox.dialects.jd.goods import (
    OWN_SHOP,
    category_fields,
    category_numbers,
    id_page,
    item_id,
    jd_items,
    number_page,
    owner_of,
    percent_of,
    shop_number,
    yuan,
)
from joey.sandbox.sealed import short_code
from joey.sandbox.world.goods import RunningCoupon, SoldItem
from joey.sandbox.world.state import World

COUPON_PATH = "/coupons/show.action"
COUPON_DAYS, PROMOTED_DAYS = 30, 30
HOT_FROM = 1_000


def describe_item(world: World, item: SoldItem, scene: int) -> dict[str, Any]:
    """A row of a search. In scene 1 the address has the opaque id, in scene 2 the number."""
    today = beijing.day_of(world.now())
    price = item.price(today)
    return {
        "skuId": int(item.external_id),
        "itemId": item_id(item.external_id),
        "skuName": item.title["zh"],
        "spuid": int(item.external_id),
        "owner": owner_of(item),
        "brandName": item.brand["zh"],
        "brandCode": str(shop_number(item) % 100_000),
        "priceInfo": _prices(item, price),
        "commissionInfo": _commission(item, price, today),
        "couponInfo": {"couponList": _coupons(world, item, today)},
        "purchasePriceInfo": {
            "code": 200, "message": "success", "purchasePrice": yuan(price), "thresholdPrice": yuan(item.now_minor),
            "couponList": [],
        },
        "imageInfo": {"imageList": [{"url": picture_of(world, item)}], "whiteImage": ""},
        "shopInfo": {"shopId": shop_number(item), "shopName": item.seller},
        "categoryInfo": category_fields(item),
        "inOrderCount30Days": item.volume,
        "inOrderComm30Days": yuan(part_of(price * item.volume, item.rate_ppm)),
        "goodCommentsShare": Hundredths(9_800),
        "comments": item.volume * 4,
        "materialUrl": id_page(world, item) if scene == 1 else number_page(world, item),
        "forbidTypes": [0],
        "deliveryType": 1 if owner_of(item) == OWN_SHOP else 0,
        "isHot": int(item.volume >= HOT_FROM),
    }  # fmt: skip


def describe_promoted(world: World, item: SoldItem) -> dict[str, Any]:
    """A row of `promotiongoodsinfo.query`: other names for much the same, and some of them misspelt."""
    begins, ends = promoted_from(world)
    first, second, third = category_numbers()[item.category]
    name = item.category_name["zh"]
    rate = percent_of(item.rate_ppm)
    return {
        "skuId": int(item.external_id),
        "goodsName": item.title["zh"],
        "unitPrice": yuan(item.list_minor or item.now_minor),
        "wlUnitPrice": yuan(item.now_minor),
        "commisionRatioPc": rate,
        "commisionRatioWl": rate,
        "imgUrl": picture_of(world, item),
        "materialUrl": number_page(world, item),
        "cid": first, "cidName": name, "cid2": second, "cid2Name": name, "cid3": third, "cid3Name": name,
        "shopId": shop_number(item),
        "isJdSale": int(owner_of(item) == OWN_SHOP),
        "isFreeShipping": 1,
        "isFreeFreightRisk": 0,
        "isSeckill": 0,
        "inOrderCount": item.volume,
        "startDate": begins,
        "endDate": ends,
        "vid": shop_number(item),
    }  # fmt: skip


def coupon_address(world: World, item: SoldItem, today: date) -> str:
    """The address of the coupon that runs today, empty without one. A link that takes it takes it unmodified."""
    coupon = item.running_coupon(today)
    return f"{world.url}{COUPON_PATH}?key={_coupon_key(item, coupon)}" if coupon else ""


def item_of_coupon(world: World, key: str) -> SoldItem | None:
    """The item that a coupon is for; None once it is over."""
    today = beijing.day_of(world.now())
    for item in jd_items():
        coupon = item.running_coupon(today)
        if coupon and _coupon_key(item, coupon) == key:
            return item
    return None


def picture_of(world: World, item: SoldItem) -> str:
    """The address of its drawing."""
    return f"{world.url}/pictures/{item.picture}.webp"


def promoted_from(world: World) -> tuple[int, int]:
    """The milliseconds between which the seller's plan runs."""
    today = beijing.day_of(world.now())
    return (_starts(today - timedelta(days=PROMOTED_DAYS)), _ends(today + timedelta(days=PROMOTED_DAYS)))


def _prices(item: SoldItem, price: int) -> dict[str, Any]:
    return {
        "price": yuan(item.list_minor or item.now_minor),
        "lowestPrice": yuan(item.now_minor),
        "lowestPriceType": 1,
        "lowestCouponPrice": yuan(price),
        "historyPriceDay": 30,
    }


def _commission(item: SoldItem, price: int, today: date) -> dict[str, Any]:
    return {
        "commission": yuan(part_of(item.now_minor, item.rate_ppm)),
        "commissionShare": percent_of(item.rate_ppm),
        "couponCommission": yuan(part_of(price, item.rate_ppm)),
        "plusCommissionShare": 0,
        "isLock": 1,
        "startTime": _starts(today - timedelta(days=PROMOTED_DAYS)),
        "endTime": _ends(today + timedelta(days=PROMOTED_DAYS)),
    }


def _coupons(world: World, item: SoldItem, today: date) -> list[dict[str, Any]]:
    coupon = item.running_coupon(today)
    if coupon is None:
        return []
    begins, ends = _starts(coupon.until - timedelta(days=COUPON_DAYS)), _ends(coupon.until)
    return [
        {
            "bindType": 3, "discount": yuan(coupon.off_minor), "quota": yuan(item.now_minor), "platformType": 0,
            "isBest": 1, "link": coupon_address(world, item, today), "getStartTime": begins, "getEndTime": ends,
            "useStartTime": begins, "useEndTime": ends,
        }
    ]  # fmt: skip


def _coupon_key(item: SoldItem, coupon: RunningCoupon) -> str:
    return short_code("jd coupon", f"{item.external_id} {coupon.off_minor} {coupon.until}", 20)


def _starts(day: date) -> int:
    return (beijing.end_of_day(day - timedelta(days=1)) + 1) * 1000


def _ends(day: date) -> int:
    return beijing.end_of_day(day) * 1000
