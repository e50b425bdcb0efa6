"""`taobao.tbk.dg.material.optional.upgrade` and `taobao.tbk.item.info.upgrade.get`: find items and look them up."""

from collections.abc import Callable
from typing import Any

from joey.demo.catalogue import DemoOffer
from joey.sandbox import beijing
from joey.sandbox.on_sale import (
    category_numbers,
    is_gone,
    price_today,
    running_coupon,
    search_text,
    taobao_offer,
    taobao_offers,
)
from joey.sandbox.taobao.arguments import Arguments
from joey.sandbox.taobao.envelope import Listed
from joey.sandbox.taobao.errors import invalid_parameter, remote
from joey.sandbox.taobao.item_ids import current_epoch, number_of
from joey.sandbox.taobao.item_shape import describe_item
from joey.sandbox.taobao.positions import check_adzone, check_relation
from joey.sandbox.world import World

MOST_LOOKED_UP = 20
SORTS = ("total_sales", "tk_rate", "price")


def search(world: World, arguments: Arguments) -> dict[str, Any]:
    """Items that hold every word of `q` and stand in `cat`; out-of-stock items are not found."""
    adzone = check_adzone(world, arguments.integer("adzone_id"))
    relation = check_relation(world, arguments.maybe_integer("relation_id"))
    words = arguments.text("q", "").casefold().split()
    categories = arguments.listed("cat", most=10)
    if not words and not categories:
        raise remote("isv.missing-parameter:q", "one of q and cat is needed")
    page = arguments.integer("page_no", 1, least=1, most=1000)
    size = arguments.integer("page_size", 20, least=1, most=100)
    fits = _filters(world, arguments)
    numbers = category_numbers()
    found = [
        offer
        for offer in taobao_offers()
        if offer.in_stock
        and (not categories or str(numbers[offer.good.category]) in categories)
        and all(word in search_text(offer) for word in words)
        and fits(offer)
    ]
    found = _sorted(world, found, arguments.text("sort", "total_sales_des"))
    shown = found[(page - 1) * size : page * size]
    rows = [describe_item(world, offer, adzone=adzone, relation=relation) for offer in shown]
    return {"total_results": len(found), "result_list": Listed("map_data", rows)}


def look_up(world: World, arguments: Arguments) -> dict[str, Any]:
    """Items by id, 20 at a time; an id may be up to 60 epochs old, and the answer carries the current one.

    What is out of stock, no longer sold or not an id of this publisher is simply not in the answer. The elements have
    the same nesting as those of the search; their list is `results.tbk_item_detail` with `input_item_iid` naming the id
    that was asked for, read in an independent client and not in the official description.
    """
    ids = arguments.listed("item_id", most=MOST_LOOKED_UP)
    if not ids:
        arguments.text("item_id")
    epoch = current_epoch(world)
    rows = []
    for asked in ids:
        number = number_of(asked, epoch)
        offer = taobao_offer(number) if number else None
        if offer and offer.in_stock and not is_gone(offer):
            rows.append(describe_item(world, offer, adzone=None, relation=None) | {"input_item_iid": asked})
    return {"results": Listed("tbk_item_detail", rows)}


def _filters(world: World, arguments: Arguments) -> Callable[[DemoOffer], bool]:
    today = beijing.day_of(world.now())
    with_coupon = arguments.boolean("has_coupon")
    start, end = arguments.maybe_yuan("start_price"), arguments.maybe_yuan("end_price")
    least_rate, most_rate = arguments.maybe_integer("start_tk_rate"), arguments.maybe_integer("end_tk_rate")

    def fits(offer: DemoOffer) -> bool:
        price, rate = price_today(offer, today), offer.commission_ppm // 100
        return (
            (not with_coupon or running_coupon(offer, today) is not None)
            and (start is None or price >= start)
            and (end is None or price <= end)
            and (least_rate is None or rate >= least_rate)
            and (most_rate is None or rate <= most_rate)
        )

    return fits


def _sorted(world: World, offers: list[DemoOffer], sort: str) -> list[DemoOffer]:
    name, _, direction = sort.rpartition("_")
    if name not in SORTS or direction not in ("des", "asc"):
        raise invalid_parameter("sort is one of total_sales, tk_rate, price with _des or _asc")
    today = beijing.day_of(world.now())
    keys: dict[str, Callable[[DemoOffer], int]] = {
        "total_sales": lambda offer: offer.volume,
        "tk_rate": lambda offer: offer.commission_ppm,
        "price": lambda offer: price_today(offer, today),
    }
    offers = sorted(offers, key=lambda offer: offer.external_id)
    return sorted(offers, key=keys[name], reverse=direction == "des")
