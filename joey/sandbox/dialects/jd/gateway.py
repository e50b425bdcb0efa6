"""The gateway at `/routerjson`: checks, methods by name, and the answer of the union as a text inside of the gateway's.

Parameters may come in the address, in a form, or in both; everything is HTTP 200.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from joey.sandbox.answers import read_body
from joey.sandbox.callers import world_of
from joey.sandbox.dialects.jd import categories, checks, envelope, positions, promote, search_goods
from joey.sandbox.dialects.jd.arguments import JsonArguments
from joey.sandbox.dialects.jd.demo_account import DemoAccount
from joey.sandbox.dialects.jd.errors import GatewayRefusal, UnionRefusal, wrong_argument
from joey.sandbox.dialects.jd.goods import JD
from joey.sandbox.dialects.jd.grants import check_granted
from joey.sandbox.dialects.jd.order_report import METHOD, report_orders
from joey.sandbox.outages import suffer
from joey.sandbox.refused import Refused
from joey.sandbox.world.state import World

GATEWAY = "/routerjson"
MOST_BODY = 1_000_000


class UnionMethod(NamedTuple):
    """What answers a method, the name of its one argument ("" where the arguments are all on top), and the name of the
    text in its answer.
    """

    answer: Callable[[World, JsonArguments], dict[str, Any]]
    top: str
    key: str


METHODS = {
    "jd.union.open.goods.query": UnionMethod(search_goods.query, "goodsReqDTO", "queryResult"),
    "jd.union.open.goods.jingfen.query": UnionMethod(search_goods.channel, "goodsReq", "queryResult"),
    "jd.union.open.goods.promotiongoodsinfo.query": UnionMethod(search_goods.promoted, "", "queryResult"),
    "jd.union.open.promotion.common.get": UnionMethod(promote.for_a_site, "promotionCodeReq", "getResult"),
    "jd.union.open.promotion.bysubunionid.get": UnionMethod(promote.for_social_media, "promotionCodeReq", "getResult"),
    METHOD: UnionMethod(report_orders, "orderReq", "queryResult"),
    "jd.union.open.position.create": UnionMethod(positions.create, "positionReq", "createResult"),
    "jd.union.open.position.query": UnionMethod(positions.query, "positionReq", "queryResult"),
    "jd.union.open.category.goods.get": UnionMethod(categories.below, "req", "getResult"),
}


async def gateway(request: Request) -> Response:
    """Answer one call. The body wins where it and the address name one parameter."""
    world = world_of(request)
    try:
        if broken := await _broken(world, JD):
            return broken
        parameters = await _parameters(request)
        name = checks.check_method(parameters, METHODS)
        if broken := await _broken(world, name):
            return broken
        caller = checks.check_system(parameters)
        return _json(_answer(world, name, checks.read_parameters(parameters), caller))
    except GatewayRefusal as refusal:
        return _json(envelope.failure(refusal))


def _answer(world: World, name: str, given: dict[str, Any], caller: DemoAccount) -> str:
    method = METHODS[name]
    try:
        check_granted(world, name)
        arguments = given.get(method.top) if method.top else given
        if not isinstance(arguments, dict):
            raise wrong_argument(f"the object {method.top} is needed")
        return envelope.success(name, method.key, method.answer(world, JsonArguments(arguments, caller)))
    except UnionRefusal as refusal:
        return envelope.refused(name, method.key, refusal)


async def _broken(world: World, place: str) -> Response | None:
    broken = await suffer(world, place)
    if isinstance(broken, str):
        raise GatewayRefusal("2", "应用调用频率超限", "App call limited")
    return broken


async def _parameters(request: Request) -> dict[str, str]:
    try:
        found = parse_qsl(request.url.query, keep_blank_values=True, errors="strict")
        body = await read_body(request, MOST_BODY)
        return dict(found + parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict"))
    except (UnicodeDecodeError, ValueError):
        raise GatewayRefusal("28", "参数错误", "Invalid parameters, they must be UTF-8 form text") from None
    except Refused as refused:
        raise GatewayRefusal("28", "参数错误", f"Invalid parameters, {refused.text}") from None


def _json(text: str) -> Response:
    return Response(text, media_type="application/json;charset=UTF-8")
