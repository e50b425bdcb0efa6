"""The marketplaces as a buyer sees them: goods, an item, buying it. (Orders and the rest are in order_pages.py.)"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from joey.sandbox import beijing
from joey.sandbox.callers import check_caller, world_of
from joey.sandbox.dialects.registry import dialect_of, item_at, marketplaces
from joey.sandbox.purchases import buy_item, serving
from joey.sandbox.refused import invalid, missing
from joey.sandbox.render import page
from joey.sandbox.words import language_of
from joey.sandbox.world.goods import RunningCoupon, SoldItem
from joey.sandbox.world.visits import visit_of

PAGE = 24
MOST_FORM_FIELDS = 10


@dataclass(frozen=True)
class ShownItem:
    """An item as a page shows it."""

    item: SoldItem
    title: str
    about: str
    category: str
    ships_from: str
    price_minor: int
    coupon: RunningCoupon | None
    coupon_runs: bool
    buyable: bool
    history: list[tuple[str, int]]  # newest first


async def home(request: Request) -> Response:
    """All simulated marketplaces."""
    counts = {code: sum(place == code for place, _ in serving(code).by_id) for code in marketplaces()}
    return page(request, "home.html", counts=counts)


async def goods(request: Request) -> Response:
    """What a marketplace sells, searched by words, page by page."""
    code = request.path_params["marketplace"]
    if code not in marketplaces():
        raise missing("there is no such marketplace")
    dialect = serving(code)
    words = request.query_params.get("q", "")[:100]
    number = request.query_params.get("page", "1")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 1
    found = [
        item
        for item in dialect.by_id.values()
        if item.marketplace == code
        and not item.gone
        and all(word in item.search_text for word in words.casefold().split())
    ]
    shown = [_shown(request, item) for item in found[(at - 1) * PAGE : at * PAGE]]
    return page(
        request, "goods.html", marketplace=code, shown=shown, words=words, at=at,
        more=len(found) > at * PAGE, reports=dialect.reports_orders,
    )  # fmt: skip


async def item(request: Request) -> Response:
    """One item's page, with its Buy button; `?b=` names the visit that led here."""
    found = _wanted(request.path_params["marketplace"], request.path_params["item"])
    return page(
        request, "item.html", shown=_shown(request, found), buyer=request.query_params.get("b", ""),
        reports=serving(found.marketplace).reports_orders,
    )  # fmt: skip


async def buy_page(request: Request) -> Response:
    """How many, and what it will cost."""
    found = _wanted(*request.query_params.get("item", "").partition("/")[::2])
    dialect, buyer = serving(found.marketplace), request.query_params.get("b", "")
    visit = visit_of(world_of(request), buyer)
    return page(
        request, "buy.html", shown=_shown(request, found), buyer=buyer, reports=dialect.reports_orders,
        visit=visit if visit and dialect_of(visit.marketplace) is dialect else None,
    )  # fmt: skip


async def pay(request: Request) -> Response:
    """Buy, and go on to the order."""
    check_caller(request)
    world = world_of(request)
    async with request.form(max_fields=MOST_FORM_FIELDS, max_files=0) as form:
        quantity = str(form.get("quantity", "1"))
        found = _wanted(*str(form.get("item", "")).partition("/")[::2])
        buyer = str(form.get("b", ""))
    if not (quantity.isascii() and quantity.isdigit() and len(quantity) < 6):
        raise invalid("quantity", "a whole number of pieces")
    order = buy_item(world, found, int(quantity), visit=visit_of(world, buyer))
    return RedirectResponse(f"/orders/{order.order_id}", 303)


def _wanted(marketplace: str, external_id: str) -> SoldItem:
    found = item_at(marketplace, external_id)
    if found is None:
        raise missing("nothing is sold under this number")
    return found


def _shown(request: Request, found: SoldItem) -> ShownItem:
    language, world = language_of(request), world_of(request)
    now, today = world.now(), serving(found.marketplace).today(world)
    return ShownItem(
        item=found,
        title=found.title[language],
        about=found.about[language],
        category=found.category_name[language],
        ships_from=found.ships_from[language],
        price_minor=found.price(today),
        coupon=found.coupon(today),
        coupon_runs=found.running_coupon(today) is not None,
        buyable=found.in_stock and not found.gone,
        history=[(beijing.text_of(now - ago * 86_400)[:10], minor) for ago, minor in reversed(found.history)],
    )
