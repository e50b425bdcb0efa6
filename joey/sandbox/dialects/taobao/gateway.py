"""The TOP gateway at `/router/rest`: checks in the real order, methods by name, errors in the body with HTTP 200."""

import json
from collections.abc import Callable, Collection
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from joey.sandbox.answers import read_body
from joey.sandbox.dialects.taobao import checks, convert_links, permissions, positions, relations, search_items
from joey.sandbox.dialects.taobao.arguments import Arguments
from joey.sandbox.dialects.taobao.call_limit import throttled
from joey.sandbox.dialects.taobao.channel_refunds import report_channel_refunds
from joey.sandbox.dialects.taobao.demo_account import KEEPER_SESSIONS, SESSION
from joey.sandbox.dialects.taobao.differ import as_it_differs
from joey.sandbox.dialects.taobao.envelope import failure, success
from joey.sandbox.dialects.taobao.errors import TopError
from joey.sandbox.dialects.taobao.goods import TAOBAO
from joey.sandbox.dialects.taobao.order_report import report_orders
from joey.sandbox.dialects.taobao.punish_report import report_punished
from joey.sandbox.dialects.taobao.refund_report import report_refunds
from joey.sandbox.dialects.taobao.repeat_pages import as_it_repeats
from joey.sandbox.outages import REPEAT, running_outage, suffer
from joey.sandbox.refused import Refused
from joey.sandbox.world.state import World

MOST_BODY = 1_000_000


class Method(NamedTuple):
    """What answers a method; the sessions that it takes, none where the caller needs none; and the scope that has to be
    granted for it, "" where none is documented.
    """

    answer: Callable[[World, Arguments], dict[str, Any]]
    sessions: Collection[str] = ()
    scope: str = ""


OF_THE_PUBLISHER = (SESSION,)
METHODS = {
    "taobao.tbk.dg.material.optional.upgrade": Method(search_items.search, scope="27939"),
    "taobao.tbk.item.info.upgrade.get": Method(search_items.look_up, scope="16189"),
    "taobao.tbk.itemid.ineffective.transform": Method(search_items.renew),
    "taobao.tbk.dg.general.link.convert": Method(convert_links.convert, scope="28308"),
    "taobao.tbk.dg.general.link.parse": Method(convert_links.parse, scope="31094"),
    "taobao.tbk.sc.general.link.parse": Method(convert_links.parse, OF_THE_PUBLISHER, "31093"),
    "taobao.tbk.tpwd.create": Method(convert_links.create_copy_code, scope="11655"),
    "taobao.tbk.order.details.get": Method(report_orders, scope="16175"),
    "taobao.tbk.order.refund.get": Method(report_refunds, scope="16175"),
    "taobao.tbk.dg.punish.order.get": Method(report_punished, scope="16175"),
    "taobao.tbk.sc.punish.order.get": Method(report_punished, OF_THE_PUBLISHER),
    "taobao.tbk.adzone.create": Method(positions.create_adzone),
    "taobao.tbk.sc.adzone.create": Method(positions.create_adzone, OF_THE_PUBLISHER, "13878"),
    "taobao.tbk.relation.refund": Method(report_channel_refunds, scope="16175"),
    "taobao.tbk.sc.invitecode.get": Method(relations.invite, OF_THE_PUBLISHER),
    "taobao.tbk.sc.publisher.info.save": Method(relations.file_relation, KEEPER_SESSIONS),
    "taobao.tbk.sc.publisher.info.get": Method(relations.list_relations, OF_THE_PUBLISHER),
}


async def gateway(request: Request) -> Response:
    """Answer one call. Parameters are the union of query and form; the body wins where both name one."""
    world: World = request.app.state.world
    if broken := await _broken(world, TAOBAO):
        return broken
    try:
        if request.method not in ("GET", "POST"):
            raise TopError(9, "Http Action Not Allowed")
        parameters = await _parameters(request)
        method = checks.check_method(parameters, METHODS)
        if broken := await _broken(world, method):
            return broken
        checks.check_system(parameters, sessions=METHODS[method].sessions)
        permissions.check_scope(world, METHODS[method].scope)
        usual = partial(as_it_differs, world, method, parameters, METHODS[method].answer)
        outage = running_outage(world, method)
        answer = as_it_repeats(outage, parameters, usual) if outage and outage.kind == REPEAT else usual()
        return _json(success(method, answer, simplify=parameters.get("simplify") == "true"))
    except TopError as error:
        return _json(failure(error))


async def _broken(world: World, place: str) -> Response | None:
    broken = await suffer(world, place)
    return _json(failure(throttled())) if isinstance(broken, str) else broken


async def _parameters(request: Request) -> dict[str, str]:
    try:
        found = dict(parse_qsl(request.url.query, keep_blank_values=True, errors="strict"))
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            async with request.form(max_files=4, max_fields=200, max_part_size=MOST_BODY) as form:
                # files take no part in the signature
                return found | {key: value for key, value in form.multi_items() if isinstance(value, str)}
        body = await read_body(request, MOST_BODY)
        return found | dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict"))
    except (UnicodeDecodeError, ValueError):
        raise TopError(41, "Invalid arguments", "isv.invalid-parameter", "parameters must be UTF-8 form text") from None
    except Refused as refused:
        raise TopError(41, "Invalid arguments", "isv.invalid-parameter", refused.text) from None


def _json(body: dict[str, Any]) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, media_type="application/json;charset=UTF-8")
