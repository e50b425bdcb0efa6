"""`pdd.ddk.goods.search` and `pdd.ddk.goods.detail`: find items, and look one up by its sign."""

import secrets
from collections.abc import Callable
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.dialects.pinduoduo.arguments import PddArguments
from joey.sandbox.dialects.pinduoduo.errors import EMPTY, PddError, impossible, unreadable
from joey.sandbox.dialects.pinduoduo.filing import check_filed, pair_in
from joey.sandbox.dialects.pinduoduo.goods import cat_numbers, duo_item, duo_items, item_of_sign, opt_numbers
from joey.sandbox.dialects.pinduoduo.item_shape import PPM_PER_MILLE, describe_item
from joey.sandbox.dialects.pinduoduo.links import item_of_page, target_of_url
from joey.sandbox.sealed import short_code
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.state import World

Fits = Callable[[SoldItem], bool]
MOST_SIGNS = 100
# The items of the sandbox have neither scores nor a day on which they joined, so the sorts by those are not there.
SORTS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14)
RANGES = (0, 1, 2, 3, 5, 6)


def search(world: World, arguments: PddArguments) -> dict[str, Any]:
    """Items that hold every word of `keyword`; out-of-stock items are not found.

    A keyword may also be a promotion link or the address of an item's page: that item is found. (Seen on the
    official page of 2026; the numbers that it takes as well are no keyword here.)
    """
    check_filed(world, pair_in(world, arguments.text("pid", ""), arguments.text("custom_parameters", "")))
    keyword = arguments.text("keyword", "")
    opt, cat = arguments.maybe_integer("opt_id"), arguments.maybe_integer("cat_id")
    signs = arguments.texts("goods_sign_list", most=MOST_SIGNS)
    if not (keyword or opt or cat or signs):
        raise PddError(EMPTY, "one of keyword, opt_id, cat_id and goods_sign_list is needed")
    page = arguments.integer("page", 1, least=1, most=10_000)
    size = arguments.integer("page_size", 100, least=10, most=100)
    sort = arguments.integer("sort_type", 0, least=0, most=32)
    with_coupon = arguments.boolean("with_coupon")
    asked = arguments.json_list("range_list") or []
    ranges = [_range(world, each) for each in asked]
    list_id = short_code("list", repr((keyword, opt, cat, signs, size, sort, with_coupon, asked)), 16)
    if arguments.text("list_id", list_id) != list_id:
        raise impossible("list_id is not the one of the page before")
    named = _named_by(world, keyword)
    wanted = {item.external_id for sign in signs if (item := item_of_sign(sign))}
    today = beijing.day_of(world.now())
    found = [
        item
        for item in duo_items()
        if item.in_stock
        and (item is named if named else all(word in item.search_text for word in keyword.casefold().split()))
        and (not signs or item.external_id in wanted)
        and (not opt or opt_numbers()[item.category] == opt)
        and (not cat or cat in cat_numbers(item.category))
        and (not with_coupon or item.running_coupon(today) is not None)
        and all(fits(item) for fits in ranges)
    ]
    search_id = secrets.token_hex(8)
    shown = _sorted(world, found, sort)[(page - 1) * size : page * size]
    return {
        "total_count": len(found),
        "list_id": list_id,
        "search_id": search_id,
        "goods_list": [describe_item(world, item, search_id=search_id) for item in shown],
    }


def look_up(world: World, arguments: PddArguments) -> dict[str, Any]:
    """One item by its sign; nothing for one that cannot be bought. A sign that was never one is refused."""
    check_filed(world, pair_in(world, arguments.text("pid", ""), arguments.text("custom_parameters", "")))
    item = item_of_sign(arguments.text("goods_sign"))
    if item is None:
        raise impossible("goods_sign was not given out here")
    if not item.in_stock or item.gone:
        return {"goods_details": []}
    found = describe_item(world, item, search_id=arguments.text("search_id", ""))
    gallery = {"goods_gallery_urls": [found["goods_image_url"]]}
    return {"goods_details": [found | gallery]}


def _named_by(world: World, keyword: str) -> SoldItem | None:
    target = target_of_url(world, keyword)
    return duo_item(target.item) if target else item_of_page(world, keyword)


def _range(world: World, asked: Any) -> Fits:
    """What an element of `range_list` lets through; both ends of the range belong to it."""
    names = ("range_id", "range_from", "range_to")
    if not isinstance(asked, dict) or not all(_is_number(asked.get(name)) for name in names):
        raise unreadable("range_list", "range_list holds a range_id, a range_from and a range_to in each element")
    kind, least, most = (int(asked[name]) for name in names)
    if kind not in RANGES:
        raise impossible(f"range_id is one of {', '.join(map(str, RANGES))}")
    value = _values(world)[kind]
    return lambda item: least <= value(item) <= most


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _values(world: World) -> dict[int, Callable[[SoldItem], int]]:
    """What each range is about."""
    today = beijing.day_of(world.now())

    def off(item: SoldItem) -> int:
        coupon = item.running_coupon(today)
        return coupon.off_minor if coupon else 0

    return {
        0: lambda item: item.now_minor,
        1: lambda item: item.price(today),
        2: lambda item: item.rate_ppm // PPM_PER_MILLE,
        3: off,
        5: lambda item: item.volume,
        6: lambda item: item.price(today) * item.rate_ppm,
    }


def _sorted(world: World, items: list[SoldItem], sort: int) -> list[SoldItem]:
    if sort not in SORTS:
        raise impossible(f"sort_type is one of {', '.join(map(str, SORTS))}")
    values = _values(world)
    # sort_type → what it sorts by, as range_list names it; odd sorts go up, even ones down
    by = {0: 5, 1: 2, 2: 2, 3: 0, 4: 0, 5: 5, 6: 5, 7: 3, 8: 3, 9: 1, 10: 1, 13: 6, 14: 6}
    items = sorted(items, key=lambda item: item.external_id)
    return sorted(items, key=values[by[sort]], reverse=sort % 2 == 0)
