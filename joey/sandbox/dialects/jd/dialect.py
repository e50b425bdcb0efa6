"""The JD Union as the sandbox plays it: a gateway with order reports, and beside it the file of its offers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from joey.sandbox.callers import world_of
from joey.sandbox.dialects.feed_dialect import FeedDialect
from joey.sandbox.dialects.jd import control, demo_account
from joey.sandbox.dialects.jd.arguments import is_word
from joey.sandbox.dialects.jd.baskets import order_number_of
from joey.sandbox.dialects.jd.gateway import GATEWAY, METHODS, gateway
from joey.sandbox.dialects.jd.goods import JD, category_numbers, item_of_id, item_of_page, item_of_sku, jd_items
from joey.sandbox.dialects.jd.item_shape import COUPON_PATH, item_of_coupon
from joey.sandbox.dialects.jd.links import SHORT_PATH, TRACKED_PATH, destination_of, path_of_code
from joey.sandbox.dialects.jd.promote import MOST_SUB_UNION_ID
from joey.sandbox.dialects.jd.rules import RULES
from joey.sandbox.dialects.port import SimulatedMarketplace
from joey.sandbox.refused import invalid, missing
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.state import World
from joey.sandbox.world.visits import Destination


class JdDialect(FeedDialect):
    """A position is a number of the union, a sub-id is its subUnionId."""

    reports_orders = True
    calls = METHODS
    link_paths = (TRACKED_PATH, SHORT_PATH + "{code}")
    schema = (Path(__file__).parent / "schema.sql").read_text("utf-8")

    def __init__(self) -> None:
        super().__init__(SimulatedMarketplace(JD, {"zh": "京东", "en": "JD"}, "#a8201a"))
        self.rules = RULES

    def items(self) -> Sequence[SoldItem]:
        return jd_items()

    def account(self, world: World, marketplace: str) -> dict[str, Any]:
        return {
            "gateway": world.url + GATEWAY,
            "credentials": control.credentials_of(demo_account.OPERATORS),
            # A real account is paced; the demo's first sync reads a month of short windows, and a start waits for it.
            "calls_per_second": 1_000,
            "categories": {str(third): code for code, (_first, _second, third) in category_numbers().items()},
        }

    def routes(self) -> Sequence[BaseRoute]:
        return [
            *super().routes(),
            Route(GATEWAY, gateway, methods=["GET", "POST"]),
            Route("/{sku:int}.html", item_by_number),
            Route("/detail/{item_id}.html", item_by_id),
            Route(COUPON_PATH, item_by_coupon),
            Route("/control/jd/grants", control.withhold_grants, methods=["POST"]),
            Route("/control/jd/codes", control.report_code, methods=["POST"]),
            Route("/control/jd/baskets", control.buy_together, methods=["POST"]),
            Route("/control/jd/accounts", control.accounts_of_keepers, methods=["GET"]),
            Route("/control/jd/short-links", control.age_links, methods=["POST"]),
        ]

    def set_up(self, world: World) -> None:
        now = world.now()
        with world.change() as db:
            rows = [(number, demo_account.SITE_ID, name, now) for number, name in demo_account.POSITIONS]
            db.executemany("INSERT OR IGNORE INTO jd_position VALUES (?, ?, ?, ?)", rows)

    def number_of_all(self, world: World, order_id: str) -> str:
        return str(order_number_of(world, order_id))

    def follow(self, world: World, path: str) -> Destination | None:
        item = item_of_page(world, path)
        return Destination(item) if item else destination_of(world, path)

    def path_in_text(self, world: World, text: str) -> str | None:
        return path_of_code(world, text)

    def check_tracking(self, world: World, position: str | None, sub_id: str | None) -> None:
        if position is None:
            raise invalid("position", "every link of JD carries a position, which may be 0")
        if not (position.isascii() and position.isdigit() and len(position) < 19):
            raise invalid("position", "a position of JD is a number")
        if sub_id is not None and not (is_word(sub_id) and 1 <= len(sub_id) <= MOST_SUB_UNION_ID):
            raise invalid("sub_id", f"up to {MOST_SUB_UNION_ID} letters, digits and underscores")


async def item_by_number(request: Request) -> Response:
    """`/{skuId}.html`: the page of an item."""
    return _to(item_of_sku(request.path_params["sku"]))


async def item_by_id(request: Request) -> Response:
    """`/detail/{itemId}.html`: the same by the opaque id."""
    return _to(item_of_id(request.path_params["item_id"]))


async def item_by_coupon(request: Request) -> Response:
    """The page of a coupon leads on to its item."""
    return _to(item_of_coupon(world_of(request), request.query_params.get("key", "")))


def _to(item: SoldItem | None) -> Response:
    if item is None:
        raise missing("JD has no item at this address")
    return RedirectResponse(f"/item/{item.marketplace}/{item.external_id}", 302)


DIALECT = JdDialect()
