"""Links to earn with: `promotion.common.get` for a website or an app, `promotion.bysubunionid.get` for social media."""

from typing import Any

from joey.sandbox import beijing
from joey.sandbox.dialects.jd.arguments import JsonArguments
from joey.sandbox.dialects.jd.demo_account import ACCOUNTS
from joey.sandbox.dialects.jd.errors import UnionRefusal, wrong_argument
from joey.sandbox.dialects.jd.goods import item_at_address
from joey.sandbox.dialects.jd.grants import (
    COMMANDS,
    EXT1,
    SHORT_COMMANDS,
    check_granted,
    check_not_of_others,
    is_granted,
)
from joey.sandbox.dialects.jd.item_shape import coupon_address
from joey.sandbox.dialects.jd.links import (
    PromotedLink,
    command_text,
    keep_link,
    short_command,
    short_path,
    tracked_path,
    wechat_link,
)
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.state import World

SITE_IS_EMPTY, SITE_IS_SOCIAL = 1_002_024, 2_001_701
LONG, SHORT, BOTH = 1, 2, 3  # chainType
MOST_SUB_UNION_ID, MOST_EXT1 = 80, 200


def for_a_site(world: World, arguments: JsonArguments) -> dict[str, Any]:
    """A link on a registered position. An order through a site that is not registered ends as validCode 14."""
    site = arguments.integer("siteId", 0)
    if not site:
        raise UnionRefusal(SITE_IS_EMPTY, "siteId is empty")
    if site == arguments.caller.social_media:
        raise UnionRefusal(SITE_IS_SOCIAL, "this siteId is of social media and may not be used for this call")
    position = arguments.integer("positionId", 0)
    own = "SELECT id FROM jd_position WHERE id = ? AND site IN (?, ?)"
    if position and world.row(own, position, *arguments.caller.sites) is None:
        raise wrong_argument("positionId is not a registered position of this account")
    item, number = _promoted(world, arguments, site, position)
    command = command_text(world, number, item.title["zh"]) if is_granted(world, COMMANDS) else ""
    return {"data": {"clickURL": world.url + tracked_path(number), "jCommand": command}}


def for_social_media(world: World, arguments: JsonArguments) -> dict[str, Any]:
    """A link on a position that may be any number; by default a short one, which ends after 60 days."""
    chain = arguments.integer("chainType", SHORT, least=LONG, most=BOTH)
    wechat = arguments.integer("weChatType", 0, least=0, most=1)
    site = arguments.integer("siteId", 0) or arguments.caller.social_media
    item, number = _promoted(world, arguments, site, arguments.integer("positionId", 0))
    data: dict[str, Any] = {}
    if chain in (SHORT, BOTH):
        data["shortURL"] = world.url + short_path(world, number)
    if chain in (LONG, BOTH):
        data["clickURL"] = world.url + tracked_path(number)
    if is_granted(world, COMMANDS):
        data["jCommand"] = command_text(world, number, item.title["zh"])
    if is_granted(world, SHORT_COMMANDS):
        data["jShortCommand"] = short_command(world, number)
    if wechat:
        data["weChatShortLink"] = wechat_link(world, number)
    return {"data": data}


def is_registered(site: int) -> bool:
    """Whether orders through links of this site count."""
    return any(site in each.sites for each in ACCOUNTS)


def _promoted(world: World, arguments: JsonArguments, site: int, position: int) -> tuple[SoldItem, int]:
    """The item and the number of the link."""
    check_not_of_others(arguments)
    item = item_at_address(world, arguments.text("materialId"))
    if item is None:
        raise wrong_argument("materialId is not the address of an item")
    if item.gone:
        raise wrong_argument("materialId is of an item that is no longer sold")
    sub_union_id = arguments.word("subUnionId", longest=MOST_SUB_UNION_ID)
    ext1 = arguments.text("ext1", "", longest=MOST_EXT1)
    if ext1:
        check_granted(world, EXT1)
    coupon = arguments.text("couponUrl", "")
    if coupon and coupon != coupon_address(world, item, beijing.day_of(world.now())):
        raise wrong_argument("couponUrl is not the unmodified address of a coupon that runs for this item")
    return item, keep_link(world, PromotedLink(item.external_id, position, site, sub_union_id, ext1, coupon))
