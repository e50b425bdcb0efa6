"""The files that the other four marketplaces publish: one offer a line, with the price history of the last weeks."""

import hashlib
import json
from datetime import date, timedelta
from email.utils import formatdate, parsedate_to_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from joey.demo import catalogue
from joey.demo.barcode import barcode_of
from joey.demo.catalogue import DemoOffer
from joey.sandbox import beijing
from joey.sandbox.amounts import percent, yuan
from joey.sandbox.control import world_of
from joey.sandbox.on_sale import FEEDS, coupon_of, is_gone
from joey.sandbox.outages import suffer
from joey.sandbox.refused import Refused, missing
from joey.sandbox.world import World


async def feed(request: Request) -> Response:
    """`/feeds/jd.jsonl` with ETag and Last-Modified; 304 to who has it already. It changes at midnight in Beijing."""
    world = world_of(request)
    broken = await suffer(world, "feeds")
    if isinstance(broken, Response):
        return broken
    if broken:
        raise Refused(429, "too many requests; try again in a second")
    marketplace = request.path_params["marketplace"]
    if marketplace not in FEEDS:
        raise missing("there is no such feed")
    today = beijing.day_of(world.now())
    changed = beijing.end_of_day(today) - 86_399
    body = "".join(
        json.dumps(_line(world, offer, today, changed), ensure_ascii=False) + "\n"
        for offer in catalogue.offers()
        if offer.marketplace == marketplace and not is_gone(offer)
    ).encode()
    headers = {
        "etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "last-modified": formatdate(changed, usegmt=True),
        "cache-control": "no-cache",
    }
    if _has_it(request, headers["etag"], changed):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/x-ndjson; charset=utf-8")


def _line(world: World, offer: DemoOffer, today: date, changed: int) -> dict[str, Any]:
    good, language = offer.good, "en" if offer.marketplace == "amazon" else "zh"
    coupon = coupon_of(offer, today)
    return {
        "id": offer.external_id,
        "title": good.title[language],
        "titles": good.title,
        "brand": good.brand[language],
        "gtin": barcode_of(good.slug),
        "url": f"{world.url}/item/{offer.marketplace}/{offer.external_id}",
        "picture": f"{world.url}/pictures/{good.slug}.webp",
        "currency": offer.currency,
        "list_price": yuan(offer.list_minor),
        "price": yuan(offer.now_minor),
        "coupon_price": None if coupon is None else yuan(offer.now_minor - coupon.off_minor),
        "coupon_until": None if coupon is None else coupon.until.isoformat(),
        "commission_rate_percent": percent(offer.commission_ppm),
        "seller": offer.seller,
        "seller_kind": offer.seller_kind,
        "ships_from": offer.ships_from[language],
        "category": good.category,
        "in_stock": offer.in_stock,
        "updated_at": beijing.utc_text(changed),
        "history": [[(today - timedelta(days=ago)).isoformat(), yuan(minor)] for ago, minor in offer.history],
    }


def _has_it(request: Request, etag: str, changed: int) -> bool:
    known = request.headers.get("if-none-match")
    if known:
        return etag in (part.strip().removeprefix("W/") for part in known.split(","))
    try:
        return parsedate_to_datetime(request.headers.get("if-modified-since", "")).timestamp() >= changed
    except (ValueError, TypeError):
        return False
