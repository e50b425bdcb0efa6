"""`taobao.tbk.dg.material.optional.upgrade` and `taobao.tbk.item.info.upgrade.get`: find items and look them up;
`taobao.tbk.itemid.ineffective.transform`: what an id that went stale is today.
"""

from collections.abc import Callable
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.dialects.taobao.arguments import Arguments
from joey.sandbox.dialects.taobao.envelope import ElementList
from joey.sandbox.dialects.taobao.errors import invalid_parameter, remote
from joey.sandbox.dialects.taobao.goods import category_numbers, union_item, union_items
from joey.sandbox.dialects.taobao.item_ids import current_epoch, is_number, item_id, number_ever, number_of
from joey.sandbox.dialects.taobao.item_shape import describe_item, without_id
from joey.sandbox.dialects.taobao.links import address_in, number_in_address, target_of_url
from joey.sandbox.dialects.taobao.permissions import check_mode, check_scene
from joey.sandbox.dialects.taobao.positions import adzone_of, relation_of
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.state import World

MOST_LOOKED_UP = 20
MOST_RENEWED = 20
# The simulated items have no sales and subsidies of the union's own, so some sorts are the same.
SORTS = ("total_sales", "tk_rate", "tk_mkt_rate", "tk_total_sales", "tk_total_commi", "final_promotion_price", "match")


MATERIALS = ("80309", "17004")  # the general one, and the personalised one, which falls back to it here


def search(world: World, arguments: Arguments) -> dict[str, Any]:
    """Items that hold every word of `q` and are in `cat`; out-of-stock items are not found.

    Refusals carry the search's own numbers as sub_code: 4 no such ad zone, 30001 no such material, 30002 neither `q`
    nor `cat`, 50001 nothing found, 1911 a scene that is not granted. No account has scene 2: a
    whole title that only one item has is answered without its id and without a link.
    """
    check_mode(arguments)
    check_scene(arguments, 1)
    adzone = adzone_of(world, arguments, sub_code="4")
    relation = relation_of(world, arguments)
    if arguments.text("material_id", MATERIALS[0]) not in MATERIALS:
        raise remote("30001", f"material_id is one of {', '.join(MATERIALS)}")
    query = arguments.text("q", "")
    _check_pasted(world, query)
    words = query.casefold().split()
    categories = arguments.listed("cat", most=10)
    if not words and not categories:
        raise remote("30002", "one of q and cat is needed")
    page = arguments.integer("page_no", 1, least=1, most=1000)
    size = arguments.integer("page_size", 20, least=1, most=100)
    fits = _filters(world, arguments)
    numbers = category_numbers()
    found = [
        item
        for item in union_items()
        if item.in_stock
        and (not categories or str(numbers[item.category]) in categories)
        and all(word in item.search_text for word in words)
        and fits(item)
    ]
    found = _sorted(world, found, arguments.text("sort", "total_sales_des"))
    if not found:
        raise remote("50001", "nothing was found; try other conditions")
    shown = found[(page - 1) * size : page * size]
    rows = [describe_item(world, item, adzone=adzone, relation=relation) for item in shown]
    if len(found) == 1 and words == found[0].title["zh"].casefold().split():
        rows = [without_id(row) for row in rows]
    return {"total_results": len(found), "result_list": ElementList("map_data", rows)}


def look_up(world: World, arguments: Arguments) -> dict[str, Any]:
    """Items by id, 20 at a time; an id may be up to 60 epochs old, and the answer carries the current one. An id of the
    time when they were numbers is refused with −4003, as the call before this one is known to do.

    What is out of stock, no longer sold or not an id of this publisher is simply not in the answer. The elements have
    the same nesting as those of the search; their list is `results.tbk_item_detail` with `input_item_iid` naming the id
    that was asked for, read in an independent client and not in the official description.
    """
    check_mode(arguments)
    check_scene(arguments, 1, 3)
    relation_of(world, arguments)
    ids = arguments.listed("item_id", most=MOST_LOOKED_UP)
    if not ids:
        arguments.text("item_id")
    if any(is_number(asked) for asked in ids):
        raise remote("-4003", "item_id is a number; ask with the new id")
    epoch = current_epoch(world)
    rows = []
    for asked in ids:
        number = number_of(asked, epoch)
        item = union_item(number) if number else None
        if item and item.in_stock and not item.gone:
            rows.append(describe_item(world, item, adzone=None, relation=None) | {"input_item_iid": asked})
    return {"results": ElementList("tbk_item_detail", rows)}


def renew(world: World, arguments: Arguments) -> dict[str, Any]:
    """Today's ids for ids however old, also of the time when they were numbers; what was never one is left out."""
    ids = arguments.listed("item_ids", most=MOST_RENEWED)
    if not ids:
        arguments.text("item_ids")
    renewed = []
    for asked in ids:
        number = int(asked) if is_number(asked) and len(asked) < 19 else number_ever(asked)
        item = union_item(number) if number else None
        if item:
            today = item_id(item.external_id, current_epoch(world))
            renewed.append({"original_item_id": asked, "item_id": today})
    return {"results": ElementList("item_id_transform_d_t_o", renewed)}


def _check_pasted(world: World, query: str) -> None:
    """A link of the union is nothing to search by, the old number of an item's page only to compare prices."""
    address = address_in(query)
    if target_of_url(world, address):
        raise invalid_parameter("q is a link of the union")
    if number_in_address(world, address):
        raise remote("1911", "an item's address with its number needs biz_scene_id 2, which is not granted")


def _filters(world: World, arguments: Arguments) -> Callable[[SoldItem], bool]:
    today = beijing.day_of(world.now())
    with_coupon = arguments.boolean("has_coupon")
    start, end = arguments.maybe_yuan("start_price"), arguments.maybe_yuan("end_price")
    least_rate, most_rate = arguments.maybe_integer("start_tk_rate"), arguments.maybe_integer("end_tk_rate")

    def fits(item: SoldItem) -> bool:
        price, rate = item.price(today), item.rate_ppm // 100
        return (
            (not with_coupon or item.running_coupon(today) is not None)
            and (start is None or price >= start)
            and (end is None or price <= end)
            and (least_rate is None or rate >= least_rate)
            and (most_rate is None or rate <= most_rate)
        )

    return fits


def _sorted(world: World, items: list[SoldItem], sort: str) -> list[SoldItem]:
    name, _, direction = sort.rpartition("_")
    if name not in SORTS or direction not in ("des", "asc"):
        raise invalid_parameter(f"sort is one of {', '.join(SORTS)} with _des or _asc")
    today = beijing.day_of(world.now())
    keys: dict[str, Callable[[SoldItem], int]] = {
        "total_sales": lambda item: item.volume,
        "tk_total_sales": lambda item: item.volume,
        "tk_rate": lambda item: item.rate_ppm,
        "tk_mkt_rate": lambda item: item.rate_ppm,
        "tk_total_commi": lambda item: item.price(today) * item.rate_ppm,
        "final_promotion_price": lambda item: item.price(today),
        "match": lambda item: item.volume,
    }
    items = sorted(items, key=lambda item: item.external_id)
    return sorted(items, key=keys[name], reverse=direction == "des")
