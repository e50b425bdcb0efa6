"""The marketplaces as a buyer sees them: goods, an item, buying it. (Orders and the rest are in order_pages.py.)"""

from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from joey.demo import catalogue
from joey.demo.catalogue import DemoOffer
from joey.sandbox import beijing
from joey.sandbox.control import check_caller, world_of
from joey.sandbox.on_sale import (
    FEEDS,
    MARKETPLACES,
    Coupon,
    coupon_of,
    is_gone,
    offer_at,
    price_today,
    running_coupon,
    search_text,
    taobao_offer,
)
from joey.sandbox.orders import buy
from joey.sandbox.refused import invalid, missing
from joey.sandbox.render import page
from joey.sandbox.taobao.item_ids import current_epoch, number_of
from joey.sandbox.visits import record_visit, visit_of
from joey.sandbox.words import language_of
from joey.sandbox.world import World

PAGE = 24
MOST_FORM_FIELDS = 10


@dataclass(frozen=True)
class Shown:
    """An offer as a page shows it."""

    offer: DemoOffer
    title: str
    about: str
    category: str
    ships_from: str
    price_minor: int
    coupon: Coupon | None
    coupon_runs: bool
    buyable: bool
    gone: bool
    history: list[tuple[str, int]]  # newest first


async def home(request: Request) -> Response:
    """All simulated marketplaces."""
    counts = {code: sum(each.marketplace == code for each in catalogue.offers()) for code in MARKETPLACES}
    return page(request, "home.html", counts=counts)


async def goods(request: Request) -> Response:
    """What a marketplace sells, searched by words, page by page."""
    marketplace = request.path_params["marketplace"]
    if marketplace not in MARKETPLACES:
        raise missing("there is no such marketplace")
    words = request.query_params.get("q", "")[:100]
    number = request.query_params.get("page", "1")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 1
    found = [
        offer
        for offer in catalogue.offers()
        if offer.marketplace == marketplace
        and not is_gone(offer)
        and all(word in search_text(offer) for word in words.casefold().split())
    ]
    shown = [_shown(request, offer) for offer in found[(at - 1) * PAGE : at * PAGE]]
    return page(
        request, "goods.html", marketplace=marketplace, shown=shown, words=words, at=at,
        more=len(found) > at * PAGE, reports=marketplace not in FEEDS,
    )  # fmt: skip


async def item(request: Request) -> Response:
    """One item's page, with its Buy button; `?b=` names the visit that led here."""
    offer = offer_at(request.path_params["marketplace"], request.path_params["item"])
    if offer is None:
        raise missing("nothing is sold under this number")
    buyer = request.query_params.get("b", "")
    return page(request, "item.html", shown=_shown(request, offer), buyer=buyer, reports=offer.marketplace not in FEEDS)


async def item_by_rotating_id(request: Request) -> Response:
    """`/item/edetail?id=`: the address that the union's answers give."""
    number = number_of(request.query_params.get("id", ""), current_epoch(world_of(request)))
    offer = taobao_offer(number) if number else None
    if offer is None:
        raise missing("nothing is sold under this id, or it is too old")
    return RedirectResponse(f"/item/{offer.marketplace}/{offer.external_id}", 302)


async def buy_page(request: Request) -> Response:
    """How many, and what it will cost."""
    offer, buyer = _wanted(request.query_params.get("item", ""), request.query_params.get("b", ""))
    visit = visit_of(world_of(request), buyer)
    return page(request, "buy.html", shown=_shown(request, offer), buyer=buyer, visit=visit, fresh=_now(request))


async def pay(request: Request) -> Response:
    """Buy, and go on to the order."""
    check_caller(request)
    world = world_of(request)
    async with request.form(max_fields=MOST_FORM_FIELDS, max_files=0) as form:
        quantity = str(form.get("quantity", "1"))
        offer, buyer = _wanted(str(form.get("item", "")), str(form.get("b", "")))
    if not (quantity.isascii() and quantity.isdigit() and len(quantity) < 6):
        raise invalid("quantity", "a whole number of pieces")
    order = buy(world, offer, int(quantity), visit=visit_of(world, buyer))
    return RedirectResponse(f"/orders/{order.trade_id}", 303)


async def follow(request: Request) -> Response:
    """A tracked link: count the visit and go on to the item, with a buyer token and no cookie.

    HEAD asks where it leads without being a person.
    """
    world = world_of(request)
    token = request.query_params.get("e", "")
    if request.method == "HEAD":
        return Response(status_code=204)
    visit = record_visit(world, token)
    return RedirectResponse(f"/item/{visit.marketplace}/{visit.item}?b={quote(visit.buyer)}", 302)


async def follow_short(request: Request) -> Response:
    """A short link leads to the tracked one."""
    row = world_of(request).row("SELECT path FROM short_link WHERE code = ?", request.path_params["code"])
    if row is None:
        raise missing("there is no such short link")
    return RedirectResponse(row["path"], 302)


def _wanted(text: str, buyer: str) -> tuple[DemoOffer, str]:
    marketplace, _, number = text.partition("/")
    offer = offer_at(marketplace, number)
    if offer is None:
        raise missing("nothing is sold under this number")
    return offer, buyer


def _shown(request: Request, offer: DemoOffer) -> Shown:
    language = language_of(request)
    today = beijing.day_of(_now(request))
    gone = is_gone(offer)
    return Shown(
        offer=offer,
        title=offer.good.title[language],
        about=offer.good.about[language],
        category=catalogue.categories()[offer.good.category][language],
        ships_from=offer.ships_from[language],
        price_minor=price_today(offer, today),
        coupon=coupon_of(offer, today),
        coupon_runs=running_coupon(offer, today) is not None,
        buyable=offer.in_stock and not gone,
        gone=gone,
        history=[(beijing.text_of(_now(request) - ago * 86_400)[:10], minor) for ago, minor in reversed(offer.history)],
    )


def _now(request: Request) -> int:
    world: World = world_of(request)
    return world.now()
