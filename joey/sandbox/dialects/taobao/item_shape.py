"""How the union describes one item: basics, prices and what a publisher earns."""

from datetime import timedelta
from typing import Any
from zlib import crc32

from joey.sandbox import beijing
from joey.sandbox.amounts import decimal_text, part_of, percent
from joey.sandbox.dialects.taobao.envelope import ElementList
from joey.sandbox.dialects.taobao.goods import TMALL, category_numbers
from joey.sandbox.dialects.taobao.item_ids import current_epoch, item_id
from joey.sandbox.dialects.taobao.links import Target, as_the_marketplace_prints, item_page, tracked_path
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.state import World


def describe_item(world: World, item: SoldItem, *, adzone: int | None, relation: int | None) -> dict[str, Any]:
    """An element of `map_data`. Links to earn with need an ad zone and are left out without one."""
    return {
        "item_id": item_id(item.external_id, current_epoch(world)),
        "item_basic_info": _basics(world, item),
        "price_promotion_info": _prices(world, item),
        "publish_info": _earning(world, item, adzone, relation),
    }


def without_id(row: dict[str, Any]) -> dict[str, Any]:
    """The same element as a caller without scene 2 gets it for an item's whole title: nothing leads to the item."""
    basics = {name: value for name, value in row["item_basic_info"].items() if name != "item_url"}
    earning = {name: value for name, value in row["publish_info"].items() if not name.endswith("_url")}
    rest = {name: value for name, value in row.items() if name != "item_id"}
    return rest | {"item_basic_info": basics, "publish_info": earning}


def _basics(world: World, item: SoldItem) -> dict[str, Any]:
    number = item_id(item.external_id, current_epoch(world))
    return {
        "title": item.title["zh"],
        "short_title": item.title["zh"][:12],
        "brand_name": item.brand["zh"],
        "pict_url": as_the_marketplace_prints(f"{world.url}/pictures/{item.picture}.webp"),
        "item_url": item_page(world, number),
        "shop_title": item.seller,
        "seller_id": str(2_200_000_000 + crc32(item.seller.encode()) % 100_000_000),
        "user_type": 1 if item.marketplace == TMALL else 0,
        "volume": item.volume,
        "annual_vol": f"{max(item.volume * 10 // 100 * 100, 100)}+",
        "category_id": category_numbers()[item.category],
        "category_name": item.category_name["zh"],
        "provcity": item.ships_from["zh"],
    }


def _prices(world: World, item: SoldItem) -> dict[str, Any]:
    today = beijing.day_of(world.now())
    coupon = item.coupon(today)
    steps = []
    if coupon:
        ends = beijing.end_of_day(coupon.until)
        steps.append(
            {
                "promotion_title": "商品券",
                "promotion_desc": f"立减{decimal_text(coupon.off_minor)}元",
                "promotion_fee": decimal_text(coupon.off_minor),
                "promotion_start_time": str(beijing.end_of_day(coupon.until - timedelta(days=30)) * 1000 + 1000),
                "promotion_end_time": str(ends * 1000),
            }
        )
    return {
        "reserve_price": decimal_text(item.list_minor),
        "zk_final_price": decimal_text(item.now_minor),
        "final_promotion_price": decimal_text(item.price(today)),
        "final_promotion_path_list": ElementList("final_promotion_path_map_data", steps),
    }


def _earning(world: World, item: SoldItem, adzone: int | None, relation: int | None) -> dict[str, Any]:
    today = beijing.day_of(world.now())
    rate = percent(item.rate_ppm)
    links: dict[str, Any] = {}
    if adzone is not None:
        number = int(item.external_id)
        plain = tracked_path(Target(number, adzone, relation, coupon=False))
        links["click_url"] = as_the_marketplace_prints(world.url + plain)
        if item.coupon_minor is not None:
            by_coupon = tracked_path(Target(number, adzone, relation, coupon=True))
            links["coupon_share_url"] = as_the_marketplace_prints(world.url + by_coupon)
    return links | {
        "income_rate": rate,
        "commission_type": "MKT",
        "income_info": {
            "commission_rate": rate,
            "commission_amount": decimal_text(part_of(item.price(today), item.rate_ppm)),
            "subsidy_rate": "0",
            "subsidy_amount": "0",
        },
    }
