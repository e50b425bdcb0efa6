"""Do what a buyer's browser would with an address or a copy-code, whichever dialect gave it out."""

import re
from urllib.parse import parse_qs, quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from joey.sandbox.callers import world_of
from joey.sandbox.dialects.registry import all_dialects, item_at
from joey.sandbox.refused import Refused, invalid, missing
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.state import World
from joey.sandbox.world.visits import BuyerVisit, Destination, record_visit, visit_of

_ITEM_PATH = re.compile(r"/item/([^/]+)/([^/]+)")


def arrive(world: World, url: str, hosts: set[str]) -> tuple[SoldItem, BuyerVisit | None]:
    """The item that an address or copy-code leads to, and the visit if it is tracked or came from a tracked one.

    `hosts` are the names this sandbox answers to. Raises Refused 422 (field url) for an address that leads nowhere.
    """
    path = _path_in(world, url, hosts)
    try:
        destination = destination_of(world, path)
    except Refused as refused:
        raise invalid("url", refused.text) from refused
    if destination:
        is_tracked = destination.position is not None or destination.sub_id is not None
        return destination.item, record_visit(world, destination) if is_tracked else None
    parts = urlsplit(path)
    found = _ITEM_PATH.fullmatch(parts.path)
    item = item_at(found[1], found[2]) if found else None
    if item is None:
        raise invalid("url", "no item is sold at this address")
    return item, visit_of(world, parse_qs(parts.query).get("b", [""])[0])


def destination_of(world: World, path: str) -> Destination | None:
    """Where a dialect's link leads; None when it is no dialect's link. Raises Refused 404 for a changed one."""
    for dialect in all_dialects():
        destination = dialect.follow(world, path)
        if destination:
            return destination
    return None


async def follow_link(request: Request) -> Response:
    """A tracked link: count the visit and go on to the item, with a buyer token and no cookie.

    HEAD asks where it leads without being a person.
    """
    world = world_of(request)
    path = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    destination = destination_of(world, path)
    if destination is None:
        raise missing("there is no such link")
    if request.method == "HEAD":
        return Response(status_code=204)
    page = f"/item/{quote(destination.item.marketplace)}/{quote(destination.item.external_id)}"
    if destination.position is None and destination.sub_id is None:
        return RedirectResponse(page, 302)
    return RedirectResponse(f"{page}?b={quote(record_visit(world, destination).buyer)}", 302)


def _path_in(world: World, url: str, hosts: set[str]) -> str:
    for dialect in all_dialects():
        path = dialect.path_in_text(world, url)
        if path:
            return path
    try:
        parts = urlsplit(url)
    except ValueError:
        raise invalid("url", "this is not an address") from None
    if parts.scheme not in ("http", "https") or parts.netloc not in hosts:
        raise invalid("url", "this is not an address of the simulated marketplaces")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
