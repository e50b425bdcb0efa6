"""`taobao.tbk.dg.general.link.convert`, `…sc.general.link.parse` and `taobao.tbk.tpwd.create`: links to earn with."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from joey.sandbox import beijing
from joey.sandbox.amounts import decimal_text, percent
from joey.sandbox.dialects.taobao.arguments import Arguments
from joey.sandbox.dialects.taobao.demo_account import pid_of
from joey.sandbox.dialects.taobao.envelope import ElementList
from joey.sandbox.dialects.taobao.errors import TopError, remote
from joey.sandbox.dialects.taobao.goods import union_item
from joey.sandbox.dialects.taobao.item_ids import current_epoch, is_number, item_id, number_of
from joey.sandbox.dialects.taobao.links import (
    Target,
    address_in,
    copy_codes,
    full_text,
    number_in_address,
    path_of_copy_code,
    short_paths,
    target_of_token,
    target_of_url,
    tracked_path,
)
from joey.sandbox.dialects.taobao.permissions import check_mode, check_scene
from joey.sandbox.dialects.taobao.positions import adzone_of, relation_of
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.state import World

MOST_AT_ONCE = 20
NO_PERMISSION = {"code": 1001, "msg": "无权限"}
OLD_NUMBER = {"code": 35, "msg": "请使用新的商品ID"}  # the number that the older conversions have for it


def convert(world: World, arguments: Arguments) -> dict[str, Any]:
    """Tracked links for items (`item_id_list`) and for links or copy-code texts (`material_list`), 20 of each.

    Each entry succeeds or fails for itself: 1001 for what cannot be promoted, also for an item page's address on a
    channel, which needs the scene of comparing prices; 35 for an id of the time when they were numbers. Entries of
    `material_list` come back in `material_url_list` with `input_material_url`; copy-codes hold no comma, so the list is
    split at commas.
    """
    check_mode(arguments)
    check_scene(arguments, 1, 4)
    adzone = adzone_of(world, arguments)
    relation = relation_of(world, arguments)
    items = arguments.listed("item_id_list", most=MOST_AT_ONCE)
    materials = arguments.listed("material_list", most=MOST_AT_ONCE)
    if not items and not materials:
        raise TopError(40, "Missing required arguments:item_id_list", "isv.missing-parameter:item_id_list")
    epoch = current_epoch(world)
    by_item = []
    for asked in items:
        entry = OLD_NUMBER if is_number(asked) else _entry(world, number_of(asked, epoch), adzone, relation)
        by_item.append({"input_item_id": asked} | entry)
    by_material = []
    for asked in materials:
        compared = relation is not None and number_in_address(world, address_in(asked)) is not None
        entry = NO_PERMISSION if compared else _entry(world, _item_of_material(world, asked), adzone, relation)
        by_material.append({"input_material_url": asked} | entry)
    return {
        "data": {
            "item_url_list": ElementList("item_url_list", by_item),
            "material_url_list": ElementList("material_url_list", by_material),
        }
    }


def parse(world: World, arguments: Arguments) -> dict[str, Any]:
    """What a link or copy-code is about.

    `material_dto` is a JSON array of `{"material_url": link or text}`; the answer's `data.material_url_list` holds per
    entry `code`, `msg`, `input_material_url` and `link_info_dto` with `material_id` (the current item id),
    `material_type` 1, `tk_biz_type` 1 for a copy-code, and `origin_pid` where `fields` asks for it. Names read in an
    independent client and the metadata, not in a recorded answer.
    """
    adzone_of(world, arguments)
    relation_of(world, arguments)
    fields = arguments.listed("fields", most=MOST_AT_ONCE)
    asked = arguments.json("material_dto")
    if asked is None:
        arguments.text("material_dto")
    asked = [asked] if isinstance(asked, dict) else asked
    if not isinstance(asked, list) or len(asked) > MOST_AT_ONCE or not all(isinstance(one, dict) for one in asked):
        raise TopError(41, "Invalid arguments:material_dto", "isv.invalid-parameter", "a JSON array of objects")
    rows: list[dict[str, Any]] = []
    for one in asked:
        text = str(one.get("material_url", ""))
        number = _item_of_material(world, text)
        item = union_item(number) if number else None
        if item is None:
            rows.append({"input_material_url": text} | NO_PERMISSION)
            continue
        path = path_of_copy_code(world, text)
        target = _target(world, text)
        link = {
            "material_id": item_id(item.external_id, current_epoch(world)),
            "material_type": 1,
            "tpwd_origin_url": world.url + path if path else text,
        }
        if path:
            link["tk_biz_type"] = 1
        if target and "origin_pid" in fields:
            link["origin_pid"] = pid_of(target.adzone)
        rows.append({"code": 0, "msg": "", "input_material_url": text, "link_info_dto": link})
    return {"data": {"material_url_list": ElementList("material_url_list", rows)}}


def create_copy_code(world: World, arguments: Arguments) -> dict[str, Any]:
    """A copy-code for an unmodified union link; `text`, `logo`, `ext` and `user_id` have no effect any more."""
    url = arguments.text("url")
    target = target_of_url(world, "http:" + url if url.startswith("//") else url)
    item = union_item(target.item) if target else None
    if target is None or item is None:
        raise remote("isv.invalid-parameter", "url is not an unmodified link of the union")
    path = tracked_path(target)
    code, short = copy_codes(world, [path])[0], short_paths(world, [path])[0]
    return {"data": {"password_simple": f"￥{code}￥", "model": full_text(world, code, short, item.title["zh"])}}


def _entry(world: World, number: int | None, adzone: int, relation: int | None) -> dict[str, Any]:
    item = union_item(number) if number else None
    if item is None or item.gone:
        return dict(NO_PERMISSION)
    today = beijing.day_of(world.now())
    coupon = item.running_coupon(today)
    promotion = {
        "commission_rate": percent(item.rate_ppm),
        "commission_type": "MKT",
        "promotion_price": item.price(today),  # in fen, the one amount that is
    }
    entry: dict[str, Any] = {"code": 0, "msg": "", "promotion_info_dto": promotion}
    if coupon:
        entry["coupon_info_dto"] = {
            "coupon_amount": decimal_text(coupon.off_minor),
            "coupon_desc": f"立减{decimal_text(coupon.off_minor)}元",
            "coupon_end_time": beijing.text_of(beijing.end_of_day(coupon.until)),
            "coupon_remain_count": 9944,
            "coupon_type": 1,
        }
    return entry | {"link_info_dto": _links(world, item, adzone, relation, with_coupon=coupon is not None)}


def _links(world: World, item: SoldItem, adzone: int, relation: int | None, *, with_coupon: bool) -> dict[str, Any]:
    links: dict[str, Any] = {"item_id": item_id(item.external_id, current_epoch(world)), "material_type": 1}
    kinds = {"cps": False, "coupon": True} if with_coupon else {"cps": False}
    paths = [tracked_path(Target(int(item.external_id), adzone, relation, coupon)) for coupon in kinds.values()]
    shorts, codes = short_paths(world, paths), copy_codes(world, paths)
    for kind, path, short, code in zip(kinds, paths, shorts, codes, strict=True):
        links[f"{kind}_long_url"] = world.url + path
        links[f"{kind}_short_url"] = world.url + short
        links[f"{kind}_short_tpwd"] = f"￥{code}￥"
        links[f"{kind}_full_tpwd"] = full_text(world, code, short, item.title["zh"])
    return links


def _item_of_material(world: World, text: str) -> int | None:
    """The item's number behind a copy-code, a tracked or short link, or the address of an item page."""
    target = _target(world, text)
    if target:
        return target.item
    address = address_in(text)
    if address.startswith(f"{world.url}/item/edetail?"):
        return number_of(parse_qs(address.partition("?")[2]).get("id", [""])[0], current_epoch(world))
    return number_in_address(world, address)


def _target(world: World, text: str) -> Target | None:
    path = path_of_copy_code(world, text)
    if path is None:
        return target_of_url(world, address_in(text))
    return target_of_token(parse_qs(urlsplit(path).query).get("e", [""])[0])
