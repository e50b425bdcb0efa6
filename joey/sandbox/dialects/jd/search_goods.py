"""Find goods and look them up: `goods.query`, `goods.jingfen.query`, `goods.promotiongoodsinfo.query`."""

from collections.abc import Callable
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.amounts import part_of
from joey.sandbox.dialects.jd.arguments import JsonArguments
from joey.sandbox.dialects.jd.errors import wrong_argument
from joey.sandbox.dialects.jd.goods import category_numbers, item_of_id, item_of_sku, jd_items, owner_of
from joey.sandbox.dialects.jd.grants import SCENE_2, check_granted, check_not_of_others
from joey.sandbox.dialects.jd.item_shape import describe_item, describe_promoted
from joey.sandbox.dialects.jd.links import item_behind
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.state import World

BY_ID, BY_NUMBER = 1, 2  # sceneId
MOST_REACHABLE = 10_000
SORTS = ("price", "commissionShare", "commission", "inOrderCount30Days", "inOrderComm30Days")
LOW_PRICE_MINOR = 990
# The channels of jingfen.query that the dossier names.
GOOD_COUPONS, PICKED, LOW_PRICE, HOT = 1, 2, 10, 22


def query(world: World, arguments: JsonArguments) -> dict[str, Any]:
    """Goods by words, by ids, in a category. `keyword` may be an address: of a link of the union, or of an item."""
    scene = arguments.integer("sceneId", least=BY_ID, most=BY_NUMBER)
    if scene == BY_NUMBER:
        check_granted(world, SCENE_2)
    check_not_of_others(arguments)
    numbers, ids = arguments.listed("skuIds", most=20), arguments.listed("itemIds", most=20)
    if numbers and scene != BY_NUMBER:
        raise wrong_argument("skuIds needs sceneId 2")
    if ids and scene != BY_ID:
        raise wrong_argument("itemIds needs sceneId 1")
    page = arguments.integer("pageIndex", 1, least=1, most=MOST_REACHABLE)
    size = arguments.integer("pageSize", 20, least=1, most=30)
    if page * size > MOST_REACHABLE:
        raise wrong_argument(f"only the first {MOST_REACHABLE} goods can be reached")
    keyword = arguments.text("keyword", "")
    found: list[SoldItem]
    if numbers or ids:
        asked = [item_of_sku(each) for each in numbers] + [item_of_id(each) for each in ids]
        found = [item for item in asked if item]
    elif keyword.startswith(("http://", "https://")):
        linked = item_behind(world, keyword)
        found = [linked] if linked else []
    else:
        words = keyword.casefold().split()
        found = [item for item in jd_items() if all(word in item.search_text for word in words)]
    fits = _filters(world, arguments)
    found = _sorted(world, arguments, [item for item in found if _is_sold(item) and fits(item)])
    return _page(world, found, page, size, scene)


def channel(world: World, arguments: JsonArguments) -> dict[str, Any]:
    """The goods of one of the union's channels; words find nothing here."""
    elite = arguments.integer("eliteId", least=1, most=10_000)
    page = arguments.integer("pageIndex", 1, least=1, most=MOST_REACHABLE)
    size = arguments.integer("pageSize", 20, least=1, most=50)
    check_not_of_others(arguments)
    today = beijing.day_of(world.now())
    belongs: dict[int, Callable[[SoldItem], bool]] = {
        GOOD_COUPONS: lambda item: item.running_coupon(today) is not None,
        PICKED: lambda item: item.rate_ppm > 0,
        LOW_PRICE: lambda item: item.price(today) <= LOW_PRICE_MINOR,
        HOT: lambda item: item.volume > 0,
    }
    if elite not in belongs:
        raise wrong_argument(f"eliteId is one of {', '.join(map(str, belongs))} in this sandbox")
    found = [item for item in jd_items() if _is_sold(item) and belongs[elite](item)]
    return _page(world, _sorted(world, arguments, found), page, size, BY_ID)


def promoted(world: World, arguments: JsonArguments) -> dict[str, Any]:
    """Goods by number; what is out of stock or no number of JD is simply not in the answer."""
    asked = arguments.listed("skuIds", most=100)
    if not asked:
        arguments.text("skuIds")
    found = [item for each in asked if (item := item_of_sku(each))]
    return {"data": [describe_promoted(world, item) for item in found if _is_sold(item)]}


def _is_sold(item: SoldItem) -> bool:
    return item.in_stock and not item.gone


def _page(world: World, found: list[SoldItem], page: int, size: int, scene: int) -> dict[str, Any]:
    rows = [describe_item(world, item, scene) for item in found[(page - 1) * size : page * size]]
    return {"totalCount": len(found), "data": rows}


def _filters(world: World, arguments: JsonArguments) -> Callable[[SoldItem], bool]:
    today = beijing.day_of(world.now())
    categories = [arguments.maybe_integer("cid1"), arguments.maybe_integer("cid2"), arguments.maybe_integer("cid3")]
    with_coupon = arguments.integer("isCoupon", 0, least=0, most=1)
    lowest, highest = arguments.maybe_yuan("pricefrom"), arguments.maybe_yuan("priceto")
    least_share, most_share = arguments.maybe_yuan("commissionShareStart"), arguments.maybe_yuan("commissionShareEnd")
    owner = arguments.text("owner", "")
    if owner not in ("", "g", "p"):
        raise wrong_argument("owner is g or p")

    def fits(item: SoldItem) -> bool:
        price, share = item.price(today), item.rate_ppm // 100
        numbers = category_numbers()[item.category]
        return (
            all(asked in (None, number) for asked, number in zip(categories, numbers, strict=True))
            and (not with_coupon or item.running_coupon(today) is not None)
            and (lowest is None or price >= lowest)
            and (highest is None or price <= highest)
            and (least_share is None or share >= least_share)
            and (most_share is None or share <= most_share)
            and owner in ("", owner_of(item))
        )

    return fits


def _sorted(world: World, arguments: JsonArguments, items: list[SoldItem]) -> list[SoldItem]:
    name, direction = arguments.text("sortName", "inOrderCount30Days"), arguments.text("sort", "desc")
    if name not in SORTS:
        raise wrong_argument(f"sortName is one of {', '.join(SORTS)}")
    if direction not in ("asc", "desc"):
        raise wrong_argument("sort is asc or desc")
    today = beijing.day_of(world.now())
    keys: dict[str, Callable[[SoldItem], int]] = {
        "price": lambda item: item.price(today),
        "commissionShare": lambda item: item.rate_ppm,
        "commission": lambda item: part_of(item.price(today), item.rate_ppm),
        "inOrderCount30Days": lambda item: item.volume,
        "inOrderComm30Days": lambda item: item.price(today) * item.volume * item.rate_ppm,
    }
    by_number = sorted(items, key=lambda item: item.external_id)
    return sorted(by_number, key=keys[name], reverse=direction == "desc")
