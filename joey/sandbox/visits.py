"""Follow tracked links: each visit is kept with its ad zone, and a purchase that comes of it names the visit."""

import re
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from joey.demo.catalogue import DemoOffer
from joey.sandbox.on_sale import MARKETPLACES, offer_at, taobao_offer
from joey.sandbox.refused import Refused, invalid, missing
from joey.sandbox.taobao.item_ids import current_epoch, number_of
from joey.sandbox.taobao.links import path_of_copy_code, target_of_token
from joey.sandbox.world import World

TRACKED_PATHS = ("/t", "/coupon/edetail")
_ITEM_PATH = re.compile(r"/item/([a-z0-9]+)/(\d+)", re.ASCII)


@dataclass(frozen=True)
class Visit:
    """Someone followed a tracked link; `buyer` is the only thing their browser carries on."""

    buyer: str
    marketplace: str
    item: str
    adzone: int
    relation: int | None
    at: int


def record_visit(world: World, token: str, *, at: int | None = None) -> Visit:
    """Count one person following a link. Raises Refused 404 for a link that nobody gave out or that was changed."""
    target = target_of_token(token)
    offer = taobao_offer(target.item) if target else None
    if target is None or offer is None:
        raise missing("this link was not given out by the union, or somebody changed it")
    visit = Visit(
        buyer=secrets.token_urlsafe(12),
        marketplace=offer.marketplace,
        item=offer.external_id,
        adzone=target.adzone,
        relation=target.relation,
        at=world.now() if at is None else at,
    )
    with world.change() as db:
        db.execute(
            "INSERT INTO visit (buyer, marketplace, item, adzone, relation, at) VALUES (?, ?, ?, ?, ?, ?)",
            (visit.buyer, visit.marketplace, visit.item, visit.adzone, visit.relation, visit.at),
        )
    return visit


def visit_of(world: World, buyer: str) -> Visit | None:
    """The visit a buyer came by."""
    row = world.row("SELECT * FROM visit WHERE buyer = ?", buyer)
    return Visit(**{name: row[name] for name in row.keys()}) if row else None  # noqa: SIM118 a Row iterates values


def arrive(world: World, url: str, hosts: set[str]) -> tuple[DemoOffer, Visit | None]:
    """Do what a browser would with an address or a copy-code: the item page it ends on, and the visit if tracked.

    `hosts` are the names this sandbox answers to. Raises Refused 422 (field url) for an address that leads nowhere.
    """
    path = path_of_copy_code(world, url)
    if path is None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.netloc not in hosts:
            raise invalid("url", "this is not an address of the simulated marketplaces")
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if path.startswith("/s/"):
        row = world.row("SELECT path FROM short_link WHERE code = ?", path.split("?")[0].removeprefix("/s/"))
        if row is None:
            raise invalid("url", "there is no such short link")
        path = str(row["path"])
    parts = urlsplit(path)
    query = parse_qs(parts.query)
    if parts.path in TRACKED_PATHS:
        try:
            visit = record_visit(world, query.get("e", [""])[0])
        except Refused as refused:
            raise invalid("url", refused.text) from refused
        offer = offer_at(visit.marketplace, visit.item)
        assert offer is not None
        return offer, visit
    found = _ITEM_PATH.fullmatch(parts.path)
    if parts.path == "/item/edetail":
        number = number_of(query.get("id", [""])[0], current_epoch(world))
        opened = taobao_offer(number) if number else None
        if opened:
            return opened, None
    offer = offer_at(found[1], found[2]) if found and found[1] in MARKETPLACES else None
    if offer is None:
        raise invalid("url", "no item is sold at this address")
    return offer, visit_of(world, query.get("b", [""])[0])
