"""Create many orders at once, already moved on, for the demo and for tests that need tens of thousands."""

from collections.abc import Sequence
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.answers import take
from joey.sandbox.dialects.registry import dialect_of, item_at
from joey.sandbox.purchases import serving
from joey.sandbox.refused import Refused, invalid
from joey.sandbox.world.market_rules import MarketRules
from joey.sandbox.world.order_book import FollowedLink, draft, keep_many
from joey.sandbox.world.order_steps import take_step
from joey.sandbox.world.simulated_order import OrderStep, SimulatedOrder, TakenBack
from joey.sandbox.world.state import World

MOST_AT_ONCE = 100_000
Drafted = tuple[MarketRules, SimulatedOrder, Sequence[TakenBack]]


def create_many(world: World, body: Any) -> list[str]:
    """Order ids in the order of the list; nothing is kept when one line is wrong (422, field `3.item`).

    A line is `{"marketplace", "item", "position"?, "sub_id"?, "click_time"?, "paid_at"?, "quantity"?, "do"?}`; `item`
    is the id that never changes, `do` a list of steps, each a word or an object as `POST /control/orders/<id>` takes
    it. A step without `at` happens with the step before.
    """
    if not isinstance(body, list) or len(body) > MOST_AT_ONCE:
        raise invalid("body", f"a list of at most {MOST_AT_ONCE} orders is needed")
    now = world.now()
    known: set[tuple[str, str | None, str | None]] = set()
    finished = []
    for index, line in enumerate(body):
        try:
            finished.append(_one(world, now, line, known))
        except Refused as refused:
            raise Refused(422, refused.text, f"{index}.{refused.field or 'do'}") from None
    return keep_many(world, finished)


def _one(world: World, now: int, line: Any, known: set[tuple[str, str | None, str | None]]) -> Drafted:
    line = take(
        line,
        marketplace=str,
        item=str,
        position_=str,
        sub_id_=str,
        click_time_=str,
        paid_at_=str,
        quantity_=int,
        do_=list,
    )
    item = item_at(line["marketplace"], line["item"])
    if dialect_of(line["marketplace"]) is None or item is None:
        raise invalid("item", "this marketplace sells nothing under this id")
    dialect = serving(item.marketplace)
    tracking = (dialect.rules.account, line["position"], line["sub_id"])
    if tracking not in known:
        dialect.check_tracking(world, line["position"], line["sub_id"])
        known.add(tracking)
    paid_at, click_at = _moment(line, "paid_at"), _moment(line, "click_time")
    clicked = click_at if click_at is not None else (now if paid_at is None else paid_at)
    order = draft(
        now,
        dialect.today(world),
        dialect.rules,
        item,
        1 if line["quantity"] is None else line["quantity"],
        link=FollowedLink(line["position"], line["sub_id"], clicked),
        click_at=clicked,
        paid_at=paid_at,
    )
    taken = []
    for each in line["do"] or []:
        order, back = take_step(order, _step(now, order, each), dialect.rules)
        if back:
            taken.append(back)
    return dialect.rules, order, taken


def _step(now: int, order: SimulatedOrder, asked: Any) -> OrderStep:
    asked = take(
        {"do": asked} if isinstance(asked, str) else asked,
        do=str,
        at_=str,
        quantity_=int,
        amount_=int,
        commission_=int,
        currency_=str,
    )
    at = _moment(asked, "at")
    if at is not None and at > now:
        raise invalid("at", "this moment has not come yet")
    if asked["do"] == "split":
        raise invalid("do", "an order is split by a call of its own")
    moment = order.modified_at if at is None else at
    return OrderStep(asked["do"], moment, asked["quantity"], asked["amount"], asked["commission"], asked["currency"])


def _moment(line: dict[str, Any], name: str) -> int | None:
    if line[name] is None:
        return None
    try:
        return beijing.read_any(line[name])
    except ValueError as error:
        raise invalid(name, str(error)) from None
