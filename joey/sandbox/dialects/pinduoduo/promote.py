"""Links to earn with: `pdd.ddk.goods.promotion.url.generate`, `pdd.ddk.goods.zs.unit.url.gen`, and
`pdd.ddk.url.short.parse`, which resolves a short one.
"""

from typing import Any
from urllib.parse import urlsplit

from joey.sandbox.dialects.pinduoduo.arguments import PddArguments
from joey.sandbox.dialects.pinduoduo.errors import impossible, unreadable
from joey.sandbox.dialects.pinduoduo.filing import FiledPair, check_filed, pair_in
from joey.sandbox.dialects.pinduoduo.goods import duo_item, item_of_sign
from joey.sandbox.dialects.pinduoduo.links import (
    PromotedItem,
    app_path,
    give_out,
    item_of_page,
    landing_path,
    path_of_short_link,
    schema_url,
    target_of_path,
    target_of_url,
)
from joey.sandbox.dialects.pinduoduo.we_app import we_app_info
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.state import World

MOST_AT_ONCE = 100


def generate(world: World, arguments: PddArguments) -> dict[str, Any]:
    """A link for each sign. `goods_gen_url_param_list` wins over `goods_sign_list`; its sku parts need a right that
    this account does not have, and so have no effect.
    """
    pair = pair_in(world, arguments.text("p_id"), arguments.text("custom_parameters", ""))
    items = [_item_of(sign) for sign in _signs(arguments)]
    arguments.maybe_integer("zs_duo_id")
    arguments.integer("url_type", 0, least=0, most=1)
    arguments.boolean("multi_group")
    short, schema, card = (
        arguments.boolean("generate_short_url"),
        arguments.boolean("generate_schema_url"),
        arguments.boolean("generate_we_app"),
    )
    check_filed(world, pair)
    entries = []
    for item in items:
        target = PromotedItem(item.external_id, pair.pid, pair.custom)
        entry: dict[str, Any] = _urls(world, target, short=short)
        entry |= {"schema_url": schema_url(target) if schema else "", "tz_schema_url": ""}
        entry |= dict.fromkeys(("share_image_url", "weixin_code", "weixin_long_link", "weixin_short_link"), "")
        page = f"package_a/welfare_coupon/welfare_coupon?{urlsplit(landing_path(target)).query}"
        entries.append(entry | ({"we_app_info": we_app_info(page, item.title["zh"])} if card else {}))
    return {"goods_promotion_url_list": entries}


def convert(world: World, arguments: PddArguments) -> dict[str, Any]:
    """Our link to what a promotion link, or the address of an item's page, leads to."""
    pair = pair_in(world, arguments.text("pid"), arguments.text("custom_parameters", ""))
    source = arguments.text("source_url")
    target = target_of_url(world, source)
    item = duo_item(target.item) if target else item_of_page(world, source)
    if item is None or item.gone:
        raise impossible("source_url leads to nothing that is promoted here")
    check_filed(world, pair)
    ours = _urls(world, _ours(item, pair), short=True)
    return ours | {f"multi_group_{name}": url for name, url in ours.items()}


def parse_short(world: World, arguments: PddArguments) -> dict[str, Any]:
    """The long link behind a short one that a promotion call gave out."""
    url = arguments.text("original_url")
    path = path_of_short_link(world, url.removeprefix(world.url)) if url.startswith(world.url) else None
    if path is None or target_of_path(path) is None:
        raise impossible("original_url is no short link of a promotion")
    return {"url": world.url + path}


def _signs(arguments: PddArguments) -> list[str]:
    signs = arguments.texts("goods_sign_list", most=MOST_AT_ONCE)
    asked = arguments.json_list("goods_gen_url_param_list")
    if asked is not None:
        if not all(isinstance(each, dict) and isinstance(each.get("goods_sign"), str) for each in asked):
            raise unreadable("goods_gen_url_param_list", "goods_gen_url_param_list holds a goods_sign in each element")
        signs = [each["goods_sign"] for each in asked]
    if not signs:
        arguments.text("goods_sign_list")
        raise impossible("goods_sign_list has no sign")
    return signs


def _item_of(sign: str) -> SoldItem:
    item = item_of_sign(sign)
    if item is None or item.gone:
        raise impossible("goods_sign_list has a sign of nothing that is promoted here")
    return item


def _ours(item: SoldItem, pair: FiledPair) -> PromotedItem:
    return PromotedItem(item.external_id, pair.pid, pair.custom)


def _urls(world: World, target: PromotedItem, *, short: bool) -> dict[str, Any]:
    paths = [landing_path(target), app_path(target)]
    shorts = give_out(world, paths)
    urls = {"url": world.url + paths[0], "mobile_url": world.url + paths[1]}
    if short:
        urls |= {"short_url": world.url + shorts[0], "mobile_short_url": world.url + shorts[1]}
    return urls
