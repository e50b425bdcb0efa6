"""Orders, messages, the bank and the control panel as pages with buttons."""

import time

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from joey.sandbox import messages
from joey.sandbox.bank.payments import decide, newest_payments
from joey.sandbox.control import check_caller, world_of
from joey.sandbox.on_sale import FEEDS
from joey.sandbox.order_states import CLOSED, NEXT, RECEIVED, SETTLED, WORDS, Order
from joey.sandbox.orders import act, order_by_trade_id, order_of, refunds_of
from joey.sandbox.outages import KINDS, PLACES, begin_outage
from joey.sandbox.refused import invalid
from joey.sandbox.render import page
from joey.sandbox.taobao.item_ids import current_epoch, rotate

MOST_SHOWN = 100
OUTAGE_SECONDS = 60
MOST_FORM_FIELDS = 10


async def orders(request: Request) -> Response:
    """The latest orders."""
    return page(request, "orders.html", orders=_latest(request), words=WORDS)


async def order(request: Request) -> Response:
    """One order and what can happen to it next."""
    world = world_of(request)
    found = order_by_trade_id(world, request.path_params["order"])
    return page(
        request, "order.html", order=found, refunds=refunds_of(world, found), steps=steps_of(found), words=WORDS,
        reports=found.marketplace not in FEEDS,
    )  # fmt: skip


async def move(request: Request) -> Response:
    """A button on an order's page."""
    check_caller(request)
    form = await _form(request)
    quantity = form.get("quantity", "")
    if quantity and not (quantity.isascii() and quantity.isdigit() and len(quantity) < 6):
        raise invalid("quantity", "a whole number of pieces")
    trade_id, do = request.path_params["order"], form.get("do", "")
    wants_quantity = do == "return" and quantity
    act(world_of(request), trade_id, do, quantity=int(quantity) if wants_quantity else None)
    return RedirectResponse(f"/orders/{trade_id}", 303)


async def outbox(request: Request) -> Response:
    """Codes and messages, newest first."""
    return page(request, "outbox.html", messages=messages.newest(world_of(request)))


async def bank(request: Request) -> Response:
    """What the bank was asked to pay."""
    return page(request, "bank.html", payments=newest_payments(world_of(request)))


async def bank_button(request: Request) -> Response:
    """Settle, hold or reject a payment by hand."""
    check_caller(request)
    form = await _form(request)
    decide(world_of(request), form.get("payment", ""), form.get("do", ""), None)
    return RedirectResponse("/bank", 303)


async def panel(request: Request) -> Response:
    """Buttons that make trouble."""
    world = world_of(request)
    now = time.monotonic()
    broken = {place: outage.kind for place, outage in world.outages.items() if outage.until > now}
    return page(
        request, "panel.html", kinds=KINDS, broken=broken, epoch=current_epoch(world), orders=_latest(request)[:10],
        words=WORDS,
    )  # fmt: skip


async def panel_button(request: Request) -> Response:
    """One of the panel's buttons."""
    check_caller(request)
    world = world_of(request)
    form = await _form(request)
    do = form.get("do", "")
    if do == "rotate":
        rotate(world)
    elif do == "repeat":
        act(world, form.get("order", ""), "repeat")
    elif do == "end":
        for place in PLACES:
            world.outages.pop(place, None)
    elif do in KINDS:
        begin_outage(world, do, OUTAGE_SECONDS, PLACES[:2], None)
    else:
        raise invalid("do", "there is no such button")
    return RedirectResponse("/panel", 303)


def steps_of(order: Order) -> list[str]:
    """What may happen next."""
    words = {RECEIVED: "receive", SETTLED: "settle", CLOSED: "close"}
    steps = [word for status, word in words.items() if status in NEXT[order.status]]
    return steps + (["return"] if order.status != CLOSED and order.returned < order.quantity else [])


def _latest(request: Request) -> list[Order]:
    rows = world_of(request).rows("SELECT * FROM orders ORDER BY number DESC LIMIT ?", MOST_SHOWN)
    return [order_of(row) for row in rows]


async def _form(request: Request) -> dict[str, str]:
    async with request.form(max_fields=MOST_FORM_FIELDS, max_files=0) as form:
        return {key: value for key, value in form.multi_items() if isinstance(value, str)}
