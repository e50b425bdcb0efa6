"""How the gateway describes one item: prices in fen, rates in per mille, times in seconds, null for what is absent."""

from datetime import timedelta
from typing import Any
from zlib import crc32

from joey.sandbox import beijing
from joey.sandbox.dialects.pinduoduo.goods import cat_numbers, goods_sign, opt_numbers
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.state import World

PPM_PER_MILLE = 1_000
FLAGSHIP, PERSONAL = 3, 1  # merchant_type
MANY, MANY_WORD = 10_000, "万+"
COUPON_DAYS, COUPONS, COUPONS_LEFT = 30, 10_000, 9_000


def describe_item(world: World, item: SoldItem, *, search_id: str) -> dict[str, Any]:
    """An element of `goods_list`. It has no goods_id: only the sign names it."""
    picture = f"{world.url}/pictures/{item.picture}.webp"
    rate = item.rate_ppm // PPM_PER_MILLE
    coupon = coupon_of(world, item)
    return {
        "goods_sign": goods_sign(item.external_id),
        "goods_name": item.title["zh"],
        "goods_desc": item.about["zh"],
        "goods_thumbnail_url": picture,
        "goods_image_url": picture,
        "goods_gallery_urls": None,
        "min_group_price": item.now_minor,
        "min_normal_price": max(item.list_minor, item.now_minor),
        "mall_id": mall_id(item),
        "mall_name": item.seller,
        "merchant_type": FLAGSHIP if item.seller_kind == "brand store" else PERSONAL,
        "sales_tip": f"{item.volume // MANY}{MANY_WORD}" if item.volume >= MANY else str(item.volume),
        "promotion_rate": rate,
        "predict_promotion_rate": rate,
        "share_rate": 0,
        **coupon,
        "has_mall_coupon": False,
        "opt_id": opt_numbers()[item.category],
        "opt_name": item.category_name["zh"],
        "cat_ids": cat_numbers(item.category),
        "desc_txt": "高",
        "serv_txt": "高",
        "lgst_txt": "高",
        "unified_tags": ["极速发货"],
        "service_tags": [9],
        "activity_tags": [4],
        "search_id": search_id,
        "zs_duo_id": 0,
        "plan_type": 2,
        "only_scene_auth": False,
    }


def coupon_of(world: World, item: SoldItem) -> dict[str, Any]:
    """The coupon that the marketplace shows, running or over. It counts from its own worth on, so always here."""
    coupon = item.coupon(beijing.day_of(world.now()))
    if coupon is None:
        return no_coupon()
    return {
        "has_coupon": True,
        "coupon_discount": coupon.off_minor,
        "coupon_min_order_amount": coupon.off_minor,
        "coupon_total_quantity": COUPONS,
        "coupon_remain_quantity": COUPONS_LEFT,
        "coupon_start_time": beijing.end_of_day(coupon.until - timedelta(days=COUPON_DAYS)) + 1,
        "coupon_end_time": beijing.end_of_day(coupon.until),
    }


def no_coupon() -> dict[str, Any]:
    """The same fields of an item without one."""
    return {
        "has_coupon": False,
        "coupon_discount": 0,
        "coupon_min_order_amount": 0,
        "coupon_total_quantity": 0,
        "coupon_remain_quantity": 0,
        "coupon_start_time": None,
        "coupon_end_time": None,
    }


def mall_id(item: SoldItem) -> int:
    """The shop's number."""
    return 1_000_000 + crc32(item.seller.encode()) % 9_000_000
