"""Toyland as the sandbox plays it: a JSON gateway with a key, links with a sub-id and no position, five currencies.

It is no kinder than real marketplaces: a report has current rows only, in no order, and repeats what it gave before.
"""

import random
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from joey.sandbox.callers import world_of
from joey.sandbox.dialects.port import Dialect, SimulatedMarketplace
from joey.sandbox.outages import suffer
from joey.sandbox.refused import missing
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.market_rules import STEPS, MarketRules
from joey.sandbox.world.reports import ReportStyle, dress, reported_cases, reported_orders, style_of
from joey.sandbox.world.state import World
from joey.sandbox.world.visits import Destination

CODE, KEY = "toyland", "let-me-in"
REPEATED_SECONDS = 300  # an answer has also the rows of that long before the window that was asked for
SECOND = "second"  # edition of its interface, which version 1 of the package does not know
WHY_CLOSED = {
    "cancelled": "order cancelled",
    "returned": "everything was returned",
    "split": "split into orders of their own",
    "": "",
}

ITEMS = tuple(
    SoldItem(
        marketplace=CODE,
        external_id=number,
        title={"zh": zh, "en": en},
        currency=currency,
        now_minor=price,
        usual_rate_ppm=100_000,
    )
    for number, zh, en, currency, price in (
        ("T1", "蓝木马", "Blue rocking horse", "KWD", 12_345),
        ("T2", "锡皮火车", "Tin train", "KWD", 4_500),
        ("T3", "纸风车", "Paper windmill", "JPY", 12_980),
        ("T4", "布老虎", "Cloth tiger", "KRW", 129_000),
        ("T5", "竹蜻蜓", "Bamboo dragonfly", "VND", 2_350_000),
        ("T6", "铁皮青蛙", "Tin frog", "USD", 9_900),
    )
)


class ToylandDialect(Dialect):
    """One account with a key; a tracked link carries a sub-id."""

    marketplaces = (SimulatedMarketplace(CODE, {"zh": "玩具城", "en": "Toyland"}, "#1f7a5c"),)
    rules = MarketRules(account=CODE, steps=STEPS, currencies=("KWD", "JPY", "KRW", "VND", "USD"), language="en")
    reports_orders = True
    editions = (SECOND,)
    link_paths = ("/toyland/go",)

    def items(self) -> Sequence[SoldItem]:
        return ITEMS

    def account(self, world: World, marketplace: str) -> dict[str, Any]:
        return {"gateway": f"{world.url}/toyland/api", "credentials": {"toy_key": KEY}}

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/toyland/api/{what}", gateway)]

    def follow(self, world: World, path: str) -> Destination | None:
        parts = urlsplit(path)
        if parts.path != "/toyland/go":
            return None
        query = parse_qs(parts.query)
        item = self.by_id.get((CODE, query.get("item", [""])[0]))
        if item is None:
            raise missing("Toyland does not sell this")
        return Destination(item, sub_id=query.get("sub", [""])[0] or None)


DIALECT = ToylandDialect()


async def gateway(request: Request) -> Response:
    """Items, links and order reports, for a caller with the key."""
    world = world_of(request)
    broken = await suffer(world, CODE)
    if broken is not None:
        return broken if isinstance(broken, Response) else JSONResponse({"error": "too many calls"}, 503)
    if request.headers.get("x-toy-key") != KEY:
        return JSONResponse({"error": "wrong key"}, 401)
    asked = request.query_params
    match request.path_params["what"]:
        case "items":
            return JSONResponse(
                {"items": _items(world, asked.get("ids"), asked.get("q", ""), int(asked.get("page", 1)))}
            )
        case "links":
            return JSONResponse({"url": f"{world.url}/toyland/go?item={asked['item']}&sub={asked['sub']}"})
        case "orders":
            if "order" in asked:
                known = [row for row in _orders(world, 0, world.now() + 1) if row["order"] == asked["order"]]
                return JSONResponse({"orders": known})
            return JSONResponse({"orders": _orders(world, int(asked["since"]), int(asked["until"]))})
        case "cases":
            return JSONResponse({"cases": _cases(world, int(asked["since"]), int(asked["until"]))})
    return JSONResponse({"error": "no such call"}, 404)


def _items(world: World, ids: str | None, words: str, page: int) -> list[dict[str, Any]]:
    found = [
        item
        for item in ITEMS
        if (item.external_id in ids.split(",") if ids else page == 1 and words.casefold() in item.search_text)
    ]
    return [
        {
            "id": item.external_id,
            "title": item.title["en"],
            "title_zh": item.title["zh"],
            "url": f"{world.url}/item/{CODE}/{item.external_id}",
            "currency": item.currency,
            "price": item.now_minor,
            "rate_ppm": item.rate_ppm,
        }
        for item in found
    ]


def _orders(world: World, since: int, until: int) -> list[dict[str, Any]]:
    style = style_of(world, CODE)
    rows = [
        _in_edition(style.edition, {
            "order": row["order_id"],
            "parent": row["parent"],
            "item": row["item"],
            "title": row["title"],
            "state": "on the moon" if style.unknown_state or row["unknown_code"] else row["state"],
            "why": WHY_CLOSED[row["closed_because"]],
            "frozen": bool(row["frozen"]),
            "risk": bool(row["risk"]),
            "sub": row["sub_id"],
            "quantity": row["quantity"],
            "returned": row["returned"],
            "currency": row["currency"],
            "paid": row["paid_minor"],
            "price_protection": row["protected_minor"],
            "commission": row["settled_minor"] if row["state"] == "settled" else row["estimate_minor"],
            "rate_ppm": row["rate_ppm"],
            "clicked_at": row["click_at"],
            "placed_at": row["created_at"],
            "settled_at": row["settled_at"],
            "changed_at": row["modified_at"],
        })
        for row in reported_orders(world, CODE, "modified_at", since - REPEATED_SECONDS, until)
    ]  # fmt: skip
    return _as_they_come(style, rows)


def _in_edition(edition: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row of the first edition as this one has it: the second has another name for the sub-id, and an object for a
    commission that is final.
    """
    if edition != SECOND:
        return row
    row = {"campaign" if name == "sub" else name: value for name, value in row.items()}
    if row["state"] == "settled":
        row["commission"] = {"amount": row["commission"], "currency": row["currency"]}
    return row


def _cases(world: World, since: int, until: int) -> list[dict[str, Any]]:
    """Refund cases, also those from before their order settled: its amounts are without them already."""
    style = style_of(world, CODE)
    rows = [
        {
            "case": f"case-{row['number']}",
            "order": row["order_id"],
            "kind": row["kind"],
            "status": "on the moon" if style.unknown_state else "final",
            "quantity": row["quantity"],
            "currency": row["currency"],
            "refund": row["refund_minor"],
            "commission": row["commission_minor"],
            "refunded_at": row["at"],
            "changed_at": row["modified_at"],
        }
        for row in reported_cases(world, CODE, since - REPEATED_SECONDS, until)
    ]
    return _as_they_come(style, rows)


def _as_they_come(style: ReportStyle, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In no order, and every third row twice: what arrives over a network that retries."""
    return dress(style, random.sample(rows + rows[::3], len(rows) + len(rows[::3])))
