"""Create many orders at once, already moved on, for tests that need tens of thousands."""

from collections.abc import Sequence
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.amounts import read_yuan
from joey.sandbox.answers import take
from joey.sandbox.on_sale import taobao_offer
from joey.sandbox.order_states import Order, Refund
from joey.sandbox.orders import draft, keep_many, step
from joey.sandbox.refused import Refused, invalid
from joey.sandbox.visits import Visit
from joey.sandbox.world import World

MOST_AT_ONCE = 100_000


def create_many(world: World, body: Any) -> list[str]:
    """Order numbers in the order of the list; nothing is kept when one line is wrong (422, field `3.item`).

    A line is `{"adzone_id", "item", "click_time"?, "paid_at"?, "quantity"?, "relation_id"?, "do"?}`; `do` is a list
    of steps, each a word or `{"do", "at"?, "quantity"?, "commission"?}`. A step without `at` happens with the payment.
    """
    if not isinstance(body, list) or len(body) > MOST_AT_ONCE:
        raise invalid("body", f"a list of at most {MOST_AT_ONCE} orders is needed")
    adzones = {row["id"] for row in world.rows("SELECT id FROM adzone")}
    relations = {row["id"] for row in world.rows("SELECT id FROM relation")}
    now = world.now()
    finished = []
    for index, line in enumerate(body):
        try:
            finished.append(_one(now, line, adzones, relations))
        except Refused as refused:
            raise Refused(422, refused.text, f"{index}.{refused.field or 'do'}") from None
    return keep_many(world, finished)


def _one(now: int, line: Any, adzones: set[int], relations: set[int]) -> tuple[Order, Sequence[Refund]]:
    line = take(
        line,
        adzone_id=(str, int),
        item=str,
        click_time_=str,
        paid_at_=str,
        quantity_=int,
        relation_id_=(str, int),
        do_=list,
    )
    adzone = _known(line, "adzone_id", adzones)
    relation = _known(line, "relation_id", relations)
    assert adzone is not None
    offer = taobao_offer(line["item"])
    if offer is None:
        raise invalid("item", "Taobao and Tmall sell nothing under this number")
    paid_at = _moment(line, "paid_at")
    click_at = _moment(line, "click_time")
    clicked = click_at if click_at is not None else (now if paid_at is None else paid_at)
    visit = Visit("", offer.marketplace, offer.external_id, adzone, relation, clicked)
    quantity = 1 if line["quantity"] is None else line["quantity"]
    order = draft(now, offer, quantity, visit=visit, click_at=clicked, paid_at=paid_at)
    refunds = []
    for each in line["do"] or []:
        asked = take({"do": each} if isinstance(each, str) else each, do=str, at_=str, quantity_=int, commission_=str)
        at = _moment(asked, "at")
        if at is not None and at > now:
            raise invalid("at", "this moment has not come yet")
        order, refund = step(
            order,
            asked["do"],
            order.modified_at if at is None else at,
            quantity=asked["quantity"],
            commission_minor=_yuan(asked),
        )
        if refund:
            refunds.append(refund)
    return order, refunds


def _known(line: dict[str, Any], name: str, known: set[int]) -> int | None:
    if line[name] is None:
        return None
    text = str(line[name])
    if not (text.isascii() and text.isdigit()) or int(text) not in known:
        raise invalid(name, "this publisher has no such position")
    return int(text)


def _moment(line: dict[str, Any], name: str) -> int | None:
    if line[name] is None:
        return None
    try:
        return beijing.read_any(line[name])
    except ValueError as error:
        raise invalid(name, str(error)) from None


def _yuan(asked: dict[str, Any]) -> int | None:
    try:
        return None if asked["commission"] is None else read_yuan(asked["commission"])
    except ValueError as error:
        raise invalid("commission", str(error)) from None
