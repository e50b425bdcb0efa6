"""The gateway at `/api/router`: methods by `type`, errors in the body with HTTP 200."""

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from joey.sandbox.dialects.pinduoduo import filing, order_report, pids, promote, search_goods
from joey.sandbox.dialects.pinduoduo.arguments import PddArguments
from joey.sandbox.dialects.pinduoduo.checks import check_system
from joey.sandbox.dialects.pinduoduo.differ import as_it_differs
from joey.sandbox.dialects.pinduoduo.errors import NOT_IN_A_PACK, THROTTLED, PddError
from joey.sandbox.dialects.pinduoduo.goods import PINDUODUO
from joey.sandbox.dialects.pinduoduo.read_call import read_call
from joey.sandbox.dialects.pinduoduo.refuse_calls import check_refusals
from joey.sandbox.dialects.pinduoduo.repeat_pages import as_it_repeats
from joey.sandbox.outages import REPEAT, running_outage, suffer
from joey.sandbox.world.state import World


class DuoCall(NamedTuple):
    """What answers a call, and the root key of its answer, which cannot be derived from its name; "" for none."""

    answer: Callable[[World, PddArguments], dict[str, Any]]
    root: str


METHODS = {
    "pdd.ddk.goods.search": DuoCall(search_goods.search, "goods_search_response"),
    "pdd.ddk.goods.detail": DuoCall(search_goods.look_up, "goods_detail_response"),
    "pdd.ddk.goods.promotion.url.generate": DuoCall(promote.generate, "goods_promotion_url_generate_response"),
    "pdd.ddk.goods.zs.unit.url.gen": DuoCall(promote.convert, "goods_zs_unit_generate_response"),
    # Guessed, as two independent clients read it: the answer has no root key.
    "pdd.ddk.url.short.parse": DuoCall(promote.parse_short, ""),
    "pdd.ddk.goods.pid.generate": DuoCall(pids.generate_pids, "p_id_generate_response"),
    "pdd.ddk.goods.pid.query": DuoCall(pids.list_pids, "p_id_query_response"),
    "pdd.ddk.pid.mediaid.bind": DuoCall(pids.bind_media, "p_id_bind_response"),
    "pdd.ddk.rp.prom.url.generate": DuoCall(filing.generate_filing_link, "rp_promotion_url_generate_response"),
    "pdd.ddk.member.authority.query": DuoCall(filing.query_filing, "authority_query_response"),
    "pdd.ddk.order.list.increment.get": DuoCall(order_report.list_by_update, "order_list_get_response"),
    "pdd.ddk.order.list.range.get": DuoCall(order_report.list_by_payment, "order_list_get_response"),
    "pdd.ddk.order.detail.get": DuoCall(order_report.look_up_order, "order_detail_response"),
}
# Calls that are there and in no pack of this application.
NOT_GRANTED = frozenset({
    "pdd.ddk.goods.recommend.get", "pdd.ddk.cms.prom.url.generate", "pdd.ddk.cashgift.create",
    "pdd.ddk.oauth.goods.search", "pdd.ddk.oauth.order.list.increment.get", "pdd.ddk.all.order.list.increment.get",
    "pdd.order.number.list.get",
})  # fmt: skip


async def gateway(request: Request) -> Response:
    """Answer one call."""
    world: World = request.app.state.world
    if broken := await _broken(world, PINDUODUO):
        return broken
    try:
        parameters = await read_call(request)
        method = check_system(parameters, METHODS.keys() | NOT_GRANTED)
        if broken := await _broken(world, method):
            return broken
        if method in NOT_GRANTED:
            raise PddError(NOT_IN_A_PACK, "no pack of the application has this call")
        check_refusals(world, method)
        call = METHODS[method]
        usual = partial(as_it_differs, world, method, parameters, call.answer)
        outage = running_outage(world, method)
        answer = as_it_repeats(outage, parameters, usual) if outage and outage.kind == REPEAT else usual()
    except PddError as refused:
        return _json({"error_response": refused.body | {"request_id": _request_id()}})
    found = answer | {"request_id": _request_id()}
    return _json({call.root: found} if call.root else found)


async def _broken(world: World, place: str) -> Response | None:
    broken = await suffer(world, place)
    if isinstance(broken, str):
        return _json({"error_response": PddError(THROTTLED).body | {"request_id": _request_id()}})
    return broken


def _request_id() -> str:
    return str(time.time_ns())[:17]


def _json(body: dict[str, Any]) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, media_type="application/json;charset=UTF-8")
