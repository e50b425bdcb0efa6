"""How the union describes one item: basics, prices and what a publisher earns."""

from datetime import timedelta
from typing import Any
from zlib import crc32

from joey.demo import catalogue
from joey.demo.catalogue import DemoOffer
from joey.sandbox import beijing
from joey.sandbox.amounts import part_of, percent, yuan
from joey.sandbox.on_sale import category_numbers, coupon_of, price_today
from joey.sandbox.taobao.envelope import Listed
from joey.sandbox.taobao.item_ids import current_epoch, item_id
from joey.sandbox.taobao.links import Target, as_the_marketplace_prints, tracked_path
from joey.sandbox.world import World


def describe_item(world: World, offer: DemoOffer, *, adzone: int | None, relation: int | None) -> dict[str, Any]:
    """An element of `map_data`. Links to earn with need an ad zone and are left away without one."""
    return {
        "item_id": item_id(offer.external_id, current_epoch(world)),
        "item_basic_info": _basics(world, offer),
        "price_promotion_info": _prices(world, offer),
        "publish_info": _earning(world, offer, adzone, relation),
    }


def _basics(world: World, offer: DemoOffer) -> dict[str, Any]:
    good = offer.good
    number = item_id(offer.external_id, current_epoch(world))
    return {
        "title": good.title["zh"],
        "short_title": good.title["zh"][:12],
        "brand_name": good.brand["zh"],
        "pict_url": as_the_marketplace_prints(f"{world.url}/pictures/{good.slug}.webp"),
        "item_url": as_the_marketplace_prints(f"{world.url}/item/edetail?id={number}"),
        "shop_title": offer.seller,
        "seller_id": str(2_200_000_000 + crc32(offer.seller.encode()) % 100_000_000),
        "user_type": 1 if offer.marketplace == "tmall" else 0,
        "volume": offer.volume,
        "annual_vol": f"{max(offer.volume * 10 // 100 * 100, 100)}+",
        "category_id": category_numbers()[good.category],
        "category_name": catalogue.categories()[good.category]["zh"],
        "provcity": offer.ships_from["zh"],
    }


def _prices(world: World, offer: DemoOffer) -> dict[str, Any]:
    today = beijing.day_of(world.now())
    coupon = coupon_of(offer, today)
    steps = []
    if coupon:
        ends = beijing.end_of_day(coupon.until)
        steps.append(
            {
                "promotion_title": "商品券",
                "promotion_desc": f"立减{yuan(coupon.off_minor)}元",
                "promotion_fee": yuan(coupon.off_minor),
                "promotion_start_time": str(beijing.end_of_day(coupon.until - timedelta(days=30)) * 1000 + 1000),
                "promotion_end_time": str(ends * 1000),
            }
        )
    return {
        "reserve_price": yuan(offer.list_minor),
        "zk_final_price": yuan(offer.now_minor),
        "final_promotion_price": yuan(price_today(offer, today)),
        "final_promotion_path_list": Listed("final_promotion_path_map_data", steps),
    }


def _earning(world: World, offer: DemoOffer, adzone: int | None, relation: int | None) -> dict[str, Any]:
    today = beijing.day_of(world.now())
    rate = percent(offer.commission_ppm)
    links: dict[str, Any] = {}
    if adzone is not None:
        number = int(offer.external_id)
        plain = tracked_path(Target(number, adzone, relation, coupon=False))
        links["click_url"] = as_the_marketplace_prints(world.url + plain)
        if offer.coupon_minor is not None:
            by_coupon = tracked_path(Target(number, adzone, relation, coupon=True))
            links["coupon_share_url"] = as_the_marketplace_prints(world.url + by_coupon)
    return links | {
        "income_rate": rate,
        "commission_type": "MKT",
        "income_info": {
            "commission_rate": rate,
            "commission_amount": yuan(part_of(price_today(offer, today), offer.commission_ppm)),
            "subsidy_rate": "0",
            "subsidy_amount": "0",
        },
    }
