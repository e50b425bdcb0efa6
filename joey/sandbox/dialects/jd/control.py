"""Control calls of this dialect alone; README.md lists them."""

from starlette.requests import Request
from starlette.responses import Response

from joey.sandbox import beijing
from joey.sandbox.answers import json_answer, read_json, take
from joey.sandbox.callers import check_caller, world_of
from joey.sandbox.dialects.jd.baskets import put_together
from joey.sandbox.dialects.jd.demo_account import KEEPERS, DemoAccount
from joey.sandbox.dialects.jd.gateway import METHODS
from joey.sandbox.dialects.jd.goods import JD
from joey.sandbox.dialects.jd.grants import OF_DATA, withhold
from joey.sandbox.dialects.jd.links import age_short_links
from joey.sandbox.dialects.jd.rules import RULES
from joey.sandbox.dialects.jd.valid_codes import OPEN_CODES, VOID_CODES, ask_for
from joey.sandbox.refused import invalid, missing
from joey.sandbox.world.order_book import act, find_order
from joey.sandbox.world.state import World

MOST_DAYS = 3_650


def credentials_of(account: DemoAccount) -> dict[str, str]:
    """What a configuration of the account says."""
    return {
        "app_key": account.app_key,
        "app_secret": account.secret,
        "union_id": str(account.union_id),
        "union_key": account.union_key,
        "site_id": str(account.site),
    }


async def accounts_of_keepers(request: Request) -> Response:
    """The credentials of the accounts that are not the operator's."""
    check_caller(request)
    return json_answer([credentials_of(each) for each in KEEPERS])


async def withhold_grants(request: Request) -> Response:
    """`{"withheld": […]}`: from now on these methods and data are not granted to the account, and all others are."""
    check_caller(request)
    asked = take(await read_json(request), withheld=list)["withheld"]
    known = (*METHODS, *OF_DATA)
    for name in asked:
        if name not in known:
            raise invalid("withheld", f"one of {', '.join(known)}")
    withhold(world_of(request), asked)
    return json_answer({"withheld": asked})


async def report_code(request: Request) -> Response:
    """`{"order", "validCode", "at"?}`: the order is void for that reason, or is reported so until its next step."""
    check_caller(request)
    world = world_of(request)
    asked = take(await read_json(request), order=str, validCode=int, at_=str)
    code, at = asked["validCode"], None
    if code not in OPEN_CODES + VOID_CODES:
        raise invalid("validCode", f"one of {', '.join(map(str, OPEN_CODES + VOID_CODES))}")
    _check_order(world, asked["order"])
    if asked["at"] is not None:
        try:
            at = beijing.read_any(asked["at"])
        except ValueError as error:
            raise invalid("at", str(error)) from None
    if code in VOID_CODES:
        moved = act(world, RULES, asked["order"], "close", at, because=str(code))
    else:
        moved = act(world, RULES, asked["order"], "unknown_code", at)
        ask_for(world, moved, code)
    return json_answer({"order": moved.order_id, "state": moved.state, "validCode": code})


async def buy_together(request: Request) -> Response:
    """`{"orders": […]}`: they were bought at once, so their rows carry one order number."""
    check_caller(request)
    world = world_of(request)
    orders = take(await read_json(request), orders=list)["orders"]
    for order in orders:
        _check_order(world, order)
    return json_answer({"orderId": put_together(world, orders)})


async def age_links(request: Request) -> Response:
    """`{"days"}`: every short link so far is so many days older."""
    check_caller(request)
    days = take(await read_json(request), days=int)["days"]
    if not 1 <= days <= MOST_DAYS:
        raise invalid("days", f"between 1 and {MOST_DAYS}")
    return json_answer({"links": age_short_links(world_of(request), days)})


def _check_order(world: World, order_id: object) -> None:
    if find_order(world, str(order_id)).account != JD:
        raise missing("there is no such order at JD")
