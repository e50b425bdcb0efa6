"""The Taobao Union as the sandbox plays it: one account and one gateway for Taobao and Tmall."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from joey.sandbox.answers import json_answer, read_json, take
from joey.sandbox.callers import check_caller, world_of
from joey.sandbox.dialects.port import Dialect, PanelButton, SimulatedMarketplace
from joey.sandbox.dialects.taobao import demo_account
from joey.sandbox.dialects.taobao.differ import DIFFERENCES
from joey.sandbox.dialects.taobao.gateway import METHODS, gateway
from joey.sandbox.dialects.taobao.goods import TAOBAO, TMALL, category_numbers, union_item, union_items
from joey.sandbox.dialects.taobao.item_ids import current_epoch, number_of, rotate
from joey.sandbox.dialects.taobao.links import (
    COUPON_PATH,
    SHORT_PATH,
    TRACKED_PATH,
    path_of_copy_code,
    path_of_short_link,
    target_of_token,
)
from joey.sandbox.dialects.taobao.order_report import SERVICE_PPM, parent_id_of, trade_id_of
from joey.sandbox.dialects.taobao.permissions import withhold
from joey.sandbox.refused import invalid, missing
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.market_rules import BASIC_STEPS, MarketRules
from joey.sandbox.world.state import World
from joey.sandbox.world.visits import Destination

GATEWAY = "/router/rest"
ITEM_PAGE = "/item/edetail"
EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]

ROTATE = PanelButton(
    name="rotate",
    label={"zh": "更换所有商品 ID", "en": "Rotate all item ids"},
    why={
        "zh": "真实的联盟会更换商品 ID。这里一天一期，旧 ID 还能用 60 期。",
        "en": "The real union rotates item ids. Here each day is an epoch, and old ids work for 60 more.",
    },
    press=rotate,
    note=lambda world: str(current_epoch(world)),
)


class TaobaoDialect(Dialect):
    """A position is an ad zone; a sub-id is a channel relation."""

    marketplaces = (
        SimulatedMarketplace(TAOBAO, {"zh": "淘宝", "en": "Taobao"}, "#e8641b"),
        SimulatedMarketplace(TMALL, {"zh": "天猫", "en": "Tmall"}, "#c81e3a"),
    )
    rules = MarketRules(
        account=TAOBAO,
        steps=BASIC_STEPS | {"repeat", "freeze", "release"},
        service_fee_ppm=SERVICE_PPM,
        closes_without_commission=True,
        order_id=trade_id_of,
    )
    reports_orders = True
    can_differ_in = DIFFERENCES
    calls = METHODS
    link_paths = (TRACKED_PATH, COUPON_PATH, SHORT_PATH + "{code}")
    schema = (Path(__file__).parent / "schema.sql").read_text("utf-8")
    buttons = (ROTATE,)

    def items(self) -> Sequence[SoldItem]:
        return union_items()

    def account(self, world: World, marketplace: str) -> dict[str, Any]:
        return {
            "gateway": world.url + GATEWAY,
            "credentials": {
                "app_key": demo_account.APP_KEY,
                "app_secret": demo_account.APP_SECRET,
                "session": demo_account.SESSION,
                "publisher_id": str(demo_account.PUBLISHER_ID),
                "site_id": str(demo_account.SITE_ID),
                "adzones": [str(row["id"]) for row in world.rows("SELECT id FROM adzone ORDER BY id")],
            },
            # A real account is paced; the demo's first sync reads a month of short windows, and a start waits for it.
            "calls_per_second": 1_000,
            "categories": {str(number): code for code, number in category_numbers().items()},
        }

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(GATEWAY, gateway, methods=EVERY_METHOD),
            Route(ITEM_PAGE, item_by_rotating_id),
            Route("/control/taobao/rotate-ids", rotate_ids, methods=["POST"]),
            Route("/control/taobao/scopes", withhold_scopes, methods=["POST"]),
        ]

    def set_up(self, world: World) -> None:
        now = world.now()
        with world.change() as db:
            for table, known in (("adzone", demo_account.ADZONES), ("relation", demo_account.RELATIONS)):
                rows = [(number, name, now) for number, name in known]
                db.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?, ?)", rows)

    def number_of_all(self, world: World, order_id: str) -> str:
        return parent_id_of(order_id)

    def follow(self, world: World, path: str) -> Destination | None:
        if path.startswith(SHORT_PATH):
            path = path_of_short_link(world, path.partition("?")[0]) or ""
            if not path:
                raise missing("there is no such short link")
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        if parts.path == ITEM_PAGE:
            number = number_of(query.get("id", [""])[0], current_epoch(world))
            item = union_item(number) if number else None
            return Destination(item) if item else None
        if parts.path not in (TRACKED_PATH, COUPON_PATH):
            return None
        target = target_of_token(query.get("e", [""])[0])
        item = union_item(target.item) if target else None
        if target is None or item is None:
            raise missing("this link was not given out by the union, or it was changed")
        return Destination(item, str(target.adzone), str(target.relation) if target.relation else None)

    def path_in_text(self, world: World, text: str) -> str | None:
        return path_of_copy_code(world, text)

    def check_tracking(self, world: World, position: str | None, sub_id: str | None) -> None:
        for name, table, value in (("position", "adzone", position), ("sub_id", "relation", sub_id)):
            if value is None:
                continue
            known = value.isascii() and value.isdigit() and len(value) < 19
            if not known or world.row(f"SELECT id FROM {table} WHERE id = ?", int(value)) is None:
                raise invalid(name, "this publisher has no such tracking")
        if position is None:
            raise invalid("position", "every link of the union carries an ad zone")


async def item_by_rotating_id(request: Request) -> Response:
    """`/item/edetail?id=`: the address that the union's answers give."""
    number = number_of(request.query_params.get("id", ""), current_epoch(world_of(request)))
    item = union_item(number) if number else None
    if item is None:
        raise missing("nothing is sold under this id, or it is too old")
    return RedirectResponse(f"/item/{item.marketplace}/{item.external_id}", 302)


async def rotate_ids(request: Request) -> Response:
    """Every item id is another one from now on; the old ones go on working for 60 epochs."""
    check_caller(request)
    return json_answer({"epoch": rotate(world_of(request))})


async def withhold_scopes(request: Request) -> Response:
    """`{"withheld": […]}`: from now on these scopes are not granted to the application, and all others are."""
    check_caller(request)
    asked = take(await read_json(request), withheld=list)["withheld"]
    known = [method.scope for method in METHODS.values() if method.scope]
    for scope in asked:
        if scope not in known:
            raise invalid("withheld", f"one of {', '.join(dict.fromkeys(known))}")
    withhold(world_of(request), asked)
    return json_answer({"withheld": asked})


DIALECT = TaobaoDialect()
