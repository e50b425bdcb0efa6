"""The control calls of the demo and the tests: buy, move orders on, break things. JSON, from this machine only."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from joey.sandbox import beijing, messages
from joey.sandbox.amounts import read_yuan
from joey.sandbox.answers import json_answer, read_json, take
from joey.sandbox.bank.demo_key import KEY
from joey.sandbox.bulk_orders import create_many
from joey.sandbox.on_sale import FEEDS, category_numbers
from joey.sandbox.order_states import WORDS, Order
from joey.sandbox.orders import act, buy, order_by_trade_id, order_of, refunds_of
from joey.sandbox.outages import PLACES, begin_outage
from joey.sandbox.refused import Refused, invalid
from joey.sandbox.taobao import demo_account as account
from joey.sandbox.taobao.item_ids import rotate
from joey.sandbox.visits import arrive
from joey.sandbox.world import World

MOST_BULK_BODY = 32_000_000


def check_caller(request: Request) -> None:
    """Refused 403 for another machine, unless the sandbox was opened; and for a page of some other site."""
    world = world_of(request)
    if world.open_control:
        return
    host = request.client.host if request.client else ""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise Refused(403, "control calls are taken from this machine only; JOEY_SANDBOX_OPEN=1 opens them")
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc not in hosts_of(request):
        raise Refused(403, "control calls are not taken from pages of other sites")


def world_of(request: Request) -> World:
    """The sandbox's state."""
    world: World = request.app.state.world
    return world


def hosts_of(request: Request) -> set[str]:
    """The names under which this sandbox's links may come back."""
    return {urlsplit(world_of(request).url).netloc, request.headers.get("host", "")} - {""}


async def purchase(request: Request) -> Response:
    """`{"url", "quantity"?, "click_time"?, "paid_at"?}` → 201 `{"order"}`. Follows the link first, as a
    browser would.
    """
    check_caller(request)
    world = world_of(request)
    body = take(await read_json(request), url=str, quantity_=int, click_time_=str, paid_at_=str)
    click_at, paid_at = _moment(body, "click_time"), _moment(body, "paid_at")
    if body["quantity"] is not None and body["quantity"] < 1:
        raise invalid("quantity", "at least one piece")
    offer, visit = arrive(world, body["url"], hosts_of(request))
    if visit is None and click_at is not None:
        raise invalid("click_time", "no tracked link was followed, so there was no click")
    order = buy(world, offer, body["quantity"] or 1, visit=visit, click_at=click_at, paid_at=paid_at)
    return json_answer({"order": order.trade_id}, 201)


async def move_order(request: Request) -> Response:
    """`{"do", "quantity"?, "at"?, "commission"?}` → the order. 409 for a step that cannot follow."""
    check_caller(request)
    world = world_of(request)
    body = take(await read_json(request), do=str, quantity_=int, at_=str, commission_=str)
    order = act(
        world,
        request.path_params["order"],
        body["do"],
        quantity=body["quantity"],
        at=_moment(body, "at"),
        commission_minor=_yuan(body, "commission"),
    )
    return json_answer(truth_of(world, order))


async def one_order(request: Request) -> Response:
    """The truth of one order, whatever was reported of it."""
    check_caller(request)
    world = world_of(request)
    return json_answer(truth_of(world, order_by_trade_id(world, request.path_params["order"])))


async def all_orders(request: Request) -> Response:
    """The truth of all orders, oldest first; `?after=` an order's number goes on behind it."""
    check_caller(request)
    world = world_of(request)
    after = request.query_params.get("after", "")
    number = order_by_trade_id(world, after).number if after else 0
    rows = world.rows("SELECT * FROM orders WHERE number > ? ORDER BY number LIMIT 1001", number)
    items = [truth_of(world, order_of(row)) for row in rows[:1000]]
    return json_answer({"items": items, "next": items[-1]["order"] if len(rows) > 1000 else None})


async def bulk(request: Request) -> Response:
    """A list of `{"adzone_id", "item", "click_time"?, "paid_at"?, "quantity"?, "relation_id"?, "do"?}` → 201."""
    check_caller(request)
    return json_answer({"orders": create_many(world_of(request), await read_json(request, MOST_BULK_BODY))}, 201)


async def rotate_ids(request: Request) -> Response:
    """Every item id is another one from now on; the old ones go on working for 60 epochs."""
    check_caller(request)
    return json_answer({"epoch": rotate(world_of(request))})


async def outage(request: Request) -> Response:
    """`{"seconds", "kind", "where"?, "delay"?}`: gateway and feeds fail in that way for so long; 0 seconds ends it."""
    check_caller(request)
    body = take(await read_json(request), seconds=int, kind=str, where_=str, delay_=int)
    places = (body["where"],) if body["where"] else PLACES[:2]
    begin_outage(world_of(request), body["kind"], body["seconds"], places, body["delay"])
    return json_answer({"kind": body["kind"], "seconds": body["seconds"], "where": list(places)})


async def repeat(request: Request) -> Response:
    """`{"order"}`: report it again, unchanged, as modified now."""
    check_caller(request)
    world = world_of(request)
    body = take(await read_json(request), order=str)
    return json_answer(truth_of(world, act(world, body["order"], "repeat")))


async def marketplaces(request: Request) -> Response:
    """Where each simulated marketplace and the bank answer, and with which credentials."""
    check_caller(request)
    world = world_of(request)
    taobao = {
        "gateway": world.url + "/router/rest",
        "credentials": {
            "app_key": account.APP_KEY,
            "app_secret": account.APP_SECRET,
            "session": account.SESSION,
            "publisher_id": str(account.PUBLISHER_ID),
            "site_id": str(account.SITE_ID),
            "adzones": [str(row["id"]) for row in world.rows("SELECT id FROM adzone ORDER BY id")],
        },
        "categories": {str(number): code for code, number in category_numbers().items()},
    }
    feeds = {code: {"gateway": f"{world.url}/feeds/{code}.jsonl", "credentials": {}} for code in FEEDS}
    bank = {"gateway": world.url + "/bank", "credentials": {"key": KEY}}
    return json_answer({"taobao": taobao, "tmall": taobao, **feeds, "bank": bank})


async def post_message(request: Request) -> Response:
    """`{"to", "text", "kind"}`: what Joey would send by SMS or e-mail."""
    check_caller(request)
    body = take(await read_json(request), to=str, text=str, kind=str)
    return json_answer({"id": messages.keep(world_of(request), body["to"], body["kind"], body["text"])}, 201)


async def list_messages(request: Request) -> Response:
    """`?to=`: the messages to one recipient, or all, newest first."""
    check_caller(request)
    found = messages.newest(world_of(request), request.query_params.get("to", ""))
    return json_answer({"items": [each | {"at": _utc(each["at"])} for each in found]})


def truth_of(world: World, order: Order) -> dict[str, Any]:
    """What really happened, in fen, for a journey to compare with."""
    return {
        "order": order.trade_id,
        "marketplace": order.marketplace,
        "item": order.item,
        "title": order.title,
        "state": WORDS[order.status],
        "tk_status": order.status,
        "currency": order.currency,
        "quantity": order.quantity,
        "returned": order.returned,
        "paid_minor": order.paid_minor,
        "rate_ppm": order.rate_ppm,
        "estimate_minor": order.estimate_minor,
        "settled_minor": order.settled_minor,
        "service_minor": order.service_minor,
        "adzone_id": None if order.adzone is None else str(order.adzone),
        "relation_id": None if order.relation is None else str(order.relation),
        "click_time": _utc(order.click_at),
        "paid_at": _utc(order.paid_at),
        "settled_at": _utc(order.earned_at),
        "modified_at": _utc(order.modified_at),
        "refunds": [
            {
                "quantity": row["quantity"],
                "refund_minor": row["refund_minor"],
                "returned_commission_minor": row["commission_minor"] + row["service_minor"],
                "at": _utc(row["created_at"]),
            }
            for row in refunds_of(world, order)
        ],
    }


def _utc(moment: int | None) -> str | None:
    return None if moment is None else beijing.utc_text(moment)


def _moment(body: dict[str, Any], name: str) -> int | None:
    if body[name] is None:
        return None
    try:
        return beijing.read_any(body[name])
    except ValueError as error:
        raise invalid(name, str(error)) from None


def _yuan(body: dict[str, Any], name: str) -> int | None:
    if body[name] is None:
        return None
    try:
        return read_yuan(body[name])
    except ValueError as error:
        raise invalid(name, str(error)) from None
