"""The control calls of the demo and the tests: buy, move orders on, break things. JSON, from this machine only.

They are a contract that tests from outside rely on; README.md lists them.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from joey.sandbox import beijing, messages
from joey.sandbox.amounts import part_of
from joey.sandbox.answers import json_answer, read_json, take
from joey.sandbox.bank.demo_key import KEY
from joey.sandbox.bulk_orders import create_many
from joey.sandbox.callers import check_caller, hosts_of, world_of
from joey.sandbox.dialects.port import Dialect
from joey.sandbox.dialects.registry import all_dialects, dialect_of, item_at
from joey.sandbox.follow_links import arrive
from joey.sandbox.outages import BANK, FEEDS, REPEAT, begin_outage
from joey.sandbox.purchases import buy_item, move, serving
from joey.sandbox.refused import invalid
from joey.sandbox.world.differs import set_differing
from joey.sandbox.world.order_book import find_order, order_of, parts_of, taken_back_of
from joey.sandbox.world.rates import set_rate
from joey.sandbox.world.reports import ReportStyle, set_style
from joey.sandbox.world.simulated_order import CLOSED, PLACED, SETTLED, SimulatedOrder
from joey.sandbox.world.state import World
from joey.sandbox.world.state_steps import SPLIT

MOST_BULK_BODY = 32_000_000
MOST_LATE_MINUTES = 60 * 24 * 60
ORDERS_AT_ONCE = 1000


async def marketplaces(request: Request) -> Response:
    """Where each simulated marketplace and the bank answer, and with which credentials."""
    check_caller(request)
    world = world_of(request)
    found = {
        place.code: dialect.account(world, place.code) for dialect in all_dialects() for place in dialect.marketplaces
    }
    return json_answer({**found, BANK: {"gateway": world.url + "/bank", "credentials": {"key": KEY}}})


async def purchase(request: Request) -> Response:
    """`{"url", "quantity"?, "click_time"?, "paid_at"?}` → 201 `{"order"}`. Follows the link first, as a
    browser would.
    """
    check_caller(request)
    world = world_of(request)
    body = take(await read_json(request), url=str, quantity_=int, click_time_=str, paid_at_=str)
    click_at, paid_at = moment_in(body, "click_time"), moment_in(body, "paid_at")
    quantity = 1 if body["quantity"] is None else body["quantity"]
    item, visit = arrive(world, body["url"], hosts_of(request))
    if visit is None and click_at is not None:
        raise invalid("click_time", "no tracked link was followed, so there was no click")
    order = buy_item(world, item, quantity, visit=visit, click_at=click_at, paid_at=paid_at)
    return json_answer({"order": order.order_id}, 201)


async def move_order(request: Request) -> Response:
    """`{"do", "at"?, "quantity"?, "amount"?, "commission"?, "currency"?}` → the order. 409 for a step that cannot
    follow, 422 for one that the marketplace does not have.
    """
    check_caller(request)
    world = world_of(request)
    body = take(await read_json(request), do=str, at_=str, quantity_=int, amount_=int, commission_=int, currency_=str)
    return json_answer(truth_of(world, move(world, request.path_params["order"], body, at=moment_in(body, "at"))))


async def one_order(request: Request) -> Response:
    """The truth of one order, whatever was reported of it."""
    check_caller(request)
    world = world_of(request)
    return json_answer(truth_of(world, find_order(world, request.path_params["order"])))


async def all_orders(request: Request) -> Response:
    """The truth of all orders, oldest first; `?after=` an order's id continues after it."""
    check_caller(request)
    world = world_of(request)
    after = request.query_params.get("after", "")
    number = find_order(world, after).number if after else 0
    rows = world.rows("SELECT * FROM orders WHERE number > ? ORDER BY number LIMIT ?", number, ORDERS_AT_ONCE + 1)
    items = [truth_of(world, order_of(row)) for row in rows[:ORDERS_AT_ONCE]]
    return json_answer({"items": items, "next": items[-1]["order"] if len(rows) > ORDERS_AT_ONCE else None})


async def bulk(request: Request) -> Response:
    """A list of orders, already moved on → 201 `{"orders"}`; see bulk_orders.py."""
    check_caller(request)
    return json_answer({"orders": create_many(world_of(request), await read_json(request, MOST_BULK_BODY))}, 201)


async def reports(request: Request) -> Response:
    """How a marketplace reports from now on; a call replaces the one before. 422 for one that reports no orders."""
    check_caller(request)
    body = take(
        await read_json(request),
        marketplace=str, late_minutes_=int, uneven_=bool, same_second_=bool, shuffle_=bool, duplicate_=bool,
        unknown_state_=bool, extra_field_=bool, fields_=dict, edition_=str,
    )  # fmt: skip
    dialect = _dialect(body.pop("marketplace"), "marketplace")
    if not dialect.reports_orders:
        raise invalid("marketplace", "this marketplace reports no orders")
    if not 0 <= (body["late_minutes"] or 0) <= MOST_LATE_MINUTES:
        raise invalid("late_minutes", f"between 0 and {MOST_LATE_MINUTES}")
    if body["edition"] not in (None, "", *dialect.editions):
        raise invalid("edition", "this marketplace has no such edition of its interface")
    chosen = {name: value for name, value in body.items() if value is not None}
    set_style(world_of(request), dialect.rules.account, ReportStyle(**chosen))
    return json_answer({"marketplaces": [place.code for place in dialect.marketplaces]} | chosen)


async def differs(request: Request) -> Response:
    """`{"marketplace", "facts"}`: in which unproved facts it differs from now on; a call replaces the one before."""
    check_caller(request)
    body = take(await read_json(request), marketplace=str, facts=list)
    dialect = _dialect(body["marketplace"], "marketplace")
    for fact in body["facts"]:
        if fact not in dialect.can_differ_in:
            raise invalid("facts", f"this marketplace can differ in: {', '.join(dialect.can_differ_in) or 'nothing'}")
    set_differing(world_of(request), dialect.rules.account, body["facts"])
    return json_answer({"marketplaces": [place.code for place in dialect.marketplaces], "facts": body["facts"]})


async def rates(request: Request) -> Response:
    """`{"marketplace", "item", "rate_ppm"?}`: the item pays this commission rate from now on; without a rate its usual
    one again. An order is reported with the rate of when it was paid, whatever was shown at its click.
    """
    check_caller(request)
    body = take(await read_json(request), marketplace=str, item=str, rate_ppm_=int)
    item = item_at(body["marketplace"], body["item"])
    if item is None:
        raise invalid("item", "this marketplace has no such item")
    if not 0 <= (body["rate_ppm"] or 0) <= 1_000_000:
        raise invalid("rate_ppm", "between 0 and 1000000")
    set_rate(world_of(request), item.marketplace, item.external_id, body["rate_ppm"])
    return json_answer({"marketplace": item.marketplace, "item": item.external_id, "rate_ppm": item.rate_ppm})


async def outage(request: Request) -> Response:
    """`{"seconds", "kind", "where"?, "call"?}`: a marketplace, the feeds or the bank fails in that way, or one call
    alone of a marketplace; 0 seconds ends it.

    Without `where` every marketplace and the feeds fail.
    """
    check_caller(request)
    body = take(await read_json(request), seconds=int, kind=str, where_=str, call_=str)
    if body["kind"] == REPEAT and body["call"] is None:
        raise invalid("call", "which call repeats its last full page")
    if body["call"] is not None:
        if body["call"] not in _dialect(body["where"] or "", "where").calls:
            raise invalid("call", "no call of this marketplace that can fail by itself")
        places = [body["call"]]
    elif body["where"] is None:
        places = [FEEDS, *(dialect.rules.account for dialect in all_dialects())]
    elif body["where"] in (FEEDS, BANK):
        places = [body["where"]]
    else:
        places = [_dialect(body["where"], "where").rules.account]
    begin_outage(world_of(request), body["kind"], body["seconds"], places)
    return json_answer({"kind": body["kind"], "seconds": body["seconds"], "where": places})


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


def truth_of(world: World, order: SimulatedOrder) -> dict[str, Any]:
    """What really happened, in minor units, for a journey to compare with."""
    return {
        "order": order.order_id,
        "number": serving(order.marketplace).number_of_all(world, order.order_id),
        "marketplace": order.marketplace,
        "item": order.item,
        "title": order.title,
        "state": order.state,
        "frozen": bool(order.frozen),
        "risk": bool(order.risk),
        "closed_because": order.closed_because,
        "parent": order.parent or None,
        "split_into": parts_of(world, order) if order.closed_because == SPLIT else [],
        "currency": order.currency,
        "quantity": order.quantity,
        "returned": order.returned,
        "paid_minor": order.paid_minor,
        "rate_ppm": order.rate_ppm,
        "estimate_minor": order.estimate_minor,
        "settled_minor": order.settled_minor,
        "service_minor": order.service_minor,
        "net_minor": net_of(order),
        "position": order.position,
        "sub_id": order.sub_id,
        "click_time": _utc(order.click_at),
        "paid_at": _utc(order.paid_at),
        "settled_at": _utc(order.settled_at),
        "modified_at": _utc(order.modified_at),
        "refunds": [
            {
                "kind": row["kind"],
                "currency": row["currency"],
                "quantity": row["quantity"],
                "refund_minor": row["refund_minor"],
                "returned_commission_minor": row["commission_minor"] + row["service_minor"],
                "at": _utc(row["at"]),
            }
            for row in taken_back_of(world, order)
            if order.settled_at is not None and row["at"] >= order.settled_at
        ],
    }


def net_of(order: SimulatedOrder) -> int:
    """What the marketplace gives for the order after its fee and what it took back, in the order's own currency.

    Before settlement it is an estimate. Below zero, it took more than it gave.
    """
    if order.state in (PLACED, CLOSED):
        given = 0
    elif order.state == SETTLED:
        given = order.settled_minor - order.service_minor
    else:
        fee = serving(order.marketplace).rules.service_fee_ppm
        given = order.estimate_minor - part_of(order.estimate_minor, fee)
    return given - (order.taken_back_minor - order.service_back_minor)


def moment_in(body: dict[str, Any], name: str) -> int | None:
    """The moment in an optional field. Raises Refused 422 naming it."""
    if body[name] is None:
        return None
    try:
        return beijing.read_any(body[name])
    except ValueError as error:
        raise invalid(name, str(error)) from None


def _dialect(code: str, field: str) -> Dialect:
    dialect = dialect_of(code)
    if dialect is None:
        raise invalid(field, "there is no such marketplace")
    return dialect


def _utc(moment: int | None) -> str | None:
    return None if moment is None else beijing.utc_text(moment)
