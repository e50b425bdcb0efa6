"""The dialect of marketplaces that only publish a file: one offer a line, with the price history of the last weeks."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from email.utils import formatdate, parsedate_to_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from joey.sandbox import beijing
from joey.sandbox.amounts import decimal_text, decimals_of, percent
from joey.sandbox.dialects.port import Dialect, SimulatedMarketplace
from joey.sandbox.outages import suffer
from joey.sandbox.refused import Refused
from joey.sandbox.world.goods import SoldItem, demo_items
from joey.sandbox.world.market_rules import MarketRules
from joey.sandbox.world.state import World


class FeedDialect(Dialect):
    """One marketplace with a file at `/feeds/<code>.jsonl` and no order reports."""

    def __init__(self, place: SimulatedMarketplace, *, language: str = "zh", currency: str = "CNY") -> None:
        self.marketplaces = (place,)
        self.rules = MarketRules(account=place.code, language=language, currencies=(currency,))

    def items(self) -> Sequence[SoldItem]:
        return demo_items(self.rules.account)

    def account(self, world: World, marketplace: str) -> dict[str, Any]:
        return {"gateway": f"{world.url}/feeds/{marketplace}.jsonl", "credentials": {}}

    def routes(self) -> Sequence[BaseRoute]:
        return [Route(f"/feeds/{self.rules.account}.jsonl", self._answer)]

    async def _answer(self, request: Request) -> Response:
        """The file, with ETag and Last-Modified; 304 for a caller that has it. It changes at midnight in Beijing."""
        world: World = request.app.state.world
        broken = await suffer(world, "feeds", self.rules.account)
        if isinstance(broken, Response):
            return broken
        if broken:
            raise Refused(429, "too many requests; try again in a second")
        today = self.today(world)
        changed = beijing.end_of_day(today) - 86_399
        body = "".join(
            json.dumps(self.line_of(world, item, today, changed), ensure_ascii=False) + "\n"
            for item in self.by_id.values()
            if not item.gone
        ).encode()
        headers = {
            "etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
            "last-modified": formatdate(changed, usegmt=True),
            "cache-control": "no-cache",
        }
        if _has_it(request, headers["etag"], changed):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/x-ndjson; charset=utf-8")

    def line_of(self, world: World, item: SoldItem, today: date, changed: int) -> dict[str, Any]:
        """What the file says of one item on one day."""
        language, decimals = self.rules.language, decimals_of(item.currency)
        coupon = item.coupon(today)
        return {
            "id": item.external_id,
            "title": item.title[language],
            "titles": dict(item.title),
            "brand": item.brand[language],
            "gtin": item.barcode,
            "url": f"{world.url}/item/{item.marketplace}/{item.external_id}",
            "picture": f"{world.url}/pictures/{item.picture}.webp" if item.picture else None,
            "currency": item.currency,
            "list_price": decimal_text(item.list_minor or item.now_minor, decimals),
            "price": decimal_text(item.now_minor, decimals),
            "coupon_price": None if coupon is None else decimal_text(item.now_minor - coupon.off_minor, decimals),
            "coupon_until": None if coupon is None else coupon.until.isoformat(),
            "commission_rate_percent": percent(item.rate_ppm),
            "seller": item.seller,
            "seller_kind": item.seller_kind,
            "ships_from": item.ships_from[language],
            "category": item.category,
            "in_stock": item.in_stock,
            "updated_at": beijing.utc_text(changed),
            "history": [
                [(today - timedelta(days=ago)).isoformat(), decimal_text(minor, decimals)]
                for ago, minor in item.history
            ],
        }


def _has_it(request: Request, etag: str, changed: int) -> bool:
    known = request.headers.get("if-none-match")
    if known:
        return etag in (part.strip().removeprefix("W/") for part in known.split(","))
    try:
        return parsedate_to_datetime(request.headers.get("if-modified-since", "")).timestamp() >= changed
    except (ValueError, TypeError):
        return False
