"""Pinduoduo as the sandbox plays it: a gateway, promotion links, and the page on which a person files a pid."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from joey.sandbox.answers import json_answer, read_json, take
from joey.sandbox.callers import check_caller, world_of
from joey.sandbox.dialects.pinduoduo import demo_account
from joey.sandbox.dialects.pinduoduo.differ import DIFFERENCES
from joey.sandbox.dialects.pinduoduo.errors import WORDS
from joey.sandbox.dialects.pinduoduo.filing import FILING_PATH, MOST_BYTES, file_pair, has_pid, pair_of_path
from joey.sandbox.dialects.pinduoduo.gateway import METHODS, gateway
from joey.sandbox.dialects.pinduoduo.goods import PINDUODUO, duo_item, duo_items, opt_numbers
from joey.sandbox.dialects.pinduoduo.links import (
    APP_PATH,
    GOODS_PATH,
    LANDING_PATH,
    SHORT_PATH,
    item_of_page,
    path_of_short_link,
    target_of_path,
)
from joey.sandbox.dialects.pinduoduo.order_row import SERVICE_PPM, order_sn_of
from joey.sandbox.dialects.pinduoduo.own_steps import STEPS
from joey.sandbox.dialects.pinduoduo.refuse_calls import ALL_CALLS, refuse_calls
from joey.sandbox.dialects.port import Dialect, SimulatedMarketplace
from joey.sandbox.refused import invalid, missing
from joey.sandbox.render import page
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.market_rules import BASIC_STEPS, MarketRules
from joey.sandbox.world.state import World
from joey.sandbox.world.visits import Destination

GATEWAY = "/api/router"
CHANGED = "this link was not given out here, or it was changed"


class PinduoduoDialect(Dialect):
    """A position is a pid; a sub-id is the text of the custom parameters."""

    marketplaces = (SimulatedMarketplace(PINDUODUO, {"zh": "拼多多", "en": "Pinduoduo"}, "#c2342b"),)
    rules = MarketRules(
        account=PINDUODUO,
        steps=BASIC_STEPS | {"repeat", "price_protect", "risk", "release", "unknown_code"},
        service_fee_ppm=SERVICE_PPM,
        rounds_down=True,
        own_steps=STEPS,
        order_id=order_sn_of,
    )
    reports_orders = True
    can_differ_in = DIFFERENCES
    calls = METHODS
    link_paths = (LANDING_PATH, APP_PATH)
    schema = (Path(__file__).parent / "schema.sql").read_text("utf-8")

    def items(self) -> Sequence[SoldItem]:
        return duo_items()

    def account(self, world: World, marketplace: str) -> dict[str, Any]:
        return {
            "gateway": world.url + GATEWAY,
            "credentials": {
                "client_id": demo_account.CLIENT_ID,
                "client_secret": demo_account.CLIENT_SECRET,
                "media_id": str(demo_account.MEDIA_ID),
                "pid": demo_account.pid_of(demo_account.FIRST_PID),
            },
            "calls_per_second": 1_000,  # a real account is paced; the demo's first sync has much to read
            "categories": {str(number): code for code, number in opt_numbers().items()},
        }

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(GATEWAY, gateway, methods=["POST"]),
            Route(GOODS_PATH, goods_page),
            Route(SHORT_PATH + "{code}", open_short_link),
            Route(FILING_PATH, open_filing_link),
            Route("/control/pinduoduo/refusals", refuse_on_purpose, methods=["POST"]),
        ]

    def set_up(self, world: World) -> None:
        first = (demo_account.FIRST_PID, demo_account.FIRST_PID_NAME, demo_account.MEDIA_ID, world.now())
        with world.change() as db:
            db.execute("INSERT OR IGNORE INTO duo_pid VALUES (?, ?, ?, ?)", first)

    def follow(self, world: World, path: str) -> Destination | None:
        if path.startswith(SHORT_PATH):
            path = path_of_short_link(world, path.partition("?")[0]) or path
        place = urlsplit(path).path
        if place == GOODS_PATH:
            item = item_of_page(world, world.url + path)
            return Destination(item) if item else None
        if place.startswith(SHORT_PATH):
            raise missing("there is no such short link")
        if place not in self.link_paths:
            return None
        target = target_of_path(path)
        item = duo_item(target.item) if target else None
        if target is None or item is None:
            raise missing(CHANGED)
        return Destination(item, target.pid, target.custom or None)

    def check_tracking(self, world: World, position: str | None, sub_id: str | None) -> None:
        if position is None or not has_pid(world, position):
            raise invalid("position", "every link carries a pid that this account generated")
        if sub_id is not None and not 1 <= len(sub_id.encode()) <= MOST_BYTES:
            raise invalid("sub_id", f"custom parameters are a text of at most {MOST_BYTES} bytes")


async def goods_page(request: Request) -> Response:
    """`/goods.html?goods_id=` or `?goods_sign=`: an item's page without a promoter."""
    world = world_of(request)
    item = item_of_page(world, f"{world.url}{GOODS_PATH}?{request.url.query}")
    if item is None:
        raise missing("nothing is sold under this number or sign")
    return RedirectResponse(f"/item/{item.marketplace}/{item.external_id}", 302)


async def open_short_link(request: Request) -> Response:
    """A short link goes on to the long one, which counts the visit or files the pid."""
    path = path_of_short_link(world_of(request), request.url.path)
    if path is None:
        raise missing("there is no such short link")
    return RedirectResponse(path, 302)


async def open_filing_link(request: Request) -> Response:
    """A person opens the link of a pid: from now on it is filed. HEAD only asks whether there is such a link."""
    world = world_of(request)
    pair = pair_of_path(f"{request.url.path}?{request.url.query}")
    if pair is None:
        raise missing(CHANGED)
    if request.method == "HEAD":
        return Response(status_code=204)
    file_pair(world, pair)
    return page(request, "filed.html", marketplace=PINDUODUO, position=pair.pid, sub_id=pair.custom)


async def refuse_on_purpose(request: Request) -> Response:
    """`{"codes": {call or "*": code}}`: from now on these calls are refused with these codes, and no others."""
    check_caller(request)
    codes = take(await read_json(request), codes=dict)["codes"]
    for call, code in codes.items():
        if call != ALL_CALLS and call not in METHODS:
            raise invalid("codes", "a call of this gateway, or *, is needed")
        if not isinstance(code, int) or code not in WORDS:
            raise invalid("codes", "a code of the documents is needed")
    refuse_calls(world_of(request), codes)
    return json_answer({"codes": codes})


DIALECT = PinduoduoDialect()
