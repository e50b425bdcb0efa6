"""Orders, messages, the bank and the control panel as pages with buttons."""

import time
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from joey.sandbox import messages
from joey.sandbox.bank.payments import decide, newest_payments
from joey.sandbox.bank.troubles import running
from joey.sandbox.callers import check_caller, world_of
from joey.sandbox.dialects.registry import all_dialects
from joey.sandbox.outages import BANK, FEEDS, KINDS, begin_outage
from joey.sandbox.purchases import move as move_on
from joey.sandbox.purchases import serving
from joey.sandbox.refused import invalid
from joey.sandbox.render import page
from joey.sandbox.world.order_book import find_order, order_of, taken_back_of
from joey.sandbox.world.simulated_order import CLOSED, NEXT, RECEIVED, SETTLED, SimulatedOrder
from joey.sandbox.world.state import World
from joey.sandbox.world.state_steps import SPLIT

MOST_SHOWN = 100
OUTAGE_SECONDS = 60
MOST_FORM_FIELDS = 10


async def orders(request: Request) -> Response:
    """The latest orders."""
    numbers = partial(_number_of_all, world_of(request))
    return page(request, "orders.html", orders=_latest(request), number_of_all=numbers)


async def order(request: Request) -> Response:
    """One order and what can happen to it next."""
    world = world_of(request)
    found = find_order(world, request.path_params["order"])
    return page(
        request, "order.html", order=found, refunds=taken_back_of(world, found), steps=steps_of(found),
        reports=serving(found.marketplace).reports_orders, number_of_all=_number_of_all(world, found),
    )  # fmt: skip


async def move(request: Request) -> Response:
    """A button on an order's page."""
    check_caller(request)
    form = await _form(request)
    quantity = form.get("quantity", "")
    if quantity and not (quantity.isascii() and quantity.isdigit() and len(quantity) < 6):
        raise invalid("quantity", "a whole number of pieces")
    order_id, do = request.path_params["order"], form.get("do", "")
    wants_quantity = do == "return" and quantity
    move_on(world_of(request), order_id, {"do": do, "quantity": int(quantity) if wants_quantity else None})
    return RedirectResponse(f"/orders/{order_id}", 303)


async def outbox(request: Request) -> Response:
    """Codes and messages, newest first."""
    return page(request, "outbox.html", messages=messages.newest(world_of(request)))


async def bank(request: Request) -> Response:
    """What the bank was asked to pay, and what is wrong with it now."""
    world = world_of(request)
    return page(request, "bank.html", payments=newest_payments(world), troubles=running(world))


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
    buttons = [
        (f"{dialect.rules.account}:{button.name}", button, button.note(world))
        for dialect in all_dialects()
        for button in dialect.buttons
    ]
    latest = [(each, "repeat" in serving(each.marketplace).rules.steps) for each in _latest(request)[:10]]
    return page(request, "panel.html", kinds=KINDS, broken=broken, buttons=buttons, orders=latest)


async def panel_button(request: Request) -> Response:
    """One of the panel's buttons."""
    check_caller(request)
    world = world_of(request)
    form = await _form(request)
    do = form.get("do", "")
    own = {f"{each.rules.account}:{button.name}": button for each in all_dialects() for button in each.buttons}
    places = [FEEDS, *(each.rules.account for each in all_dialects())]
    if do in own:
        own[do].press(world)
    elif do == "repeat":
        move_on(world, form.get("order", ""), {"do": "repeat"})
    elif do == "end":
        for place in (*places, BANK):
            world.outages.pop(place, None)
    elif do in KINDS:
        begin_outage(world, do, OUTAGE_SECONDS, places)
    else:
        raise invalid("do", "there is no such button")
    return RedirectResponse("/panel", 303)


def steps_of(order: SimulatedOrder) -> list[str]:
    """The steps that an order's page offers next."""
    of_state = {RECEIVED: "receive", SETTLED: "settle", CLOSED: "close"}
    steps = [step for state, step in of_state.items() if state in NEXT[order.state]]
    if order.state == SETTLED:
        steps.append("unsettle")
    if order.state == CLOSED and order.closed_because != SPLIT and order.returned < order.quantity:
        steps.append("reopen")
    return steps + (["return"] if order.state != CLOSED and order.returned < order.quantity else [])


def _number_of_all(world: World, order: SimulatedOrder) -> str:
    """What the marketplace's report, and so a shopkeeper, calls the order's number."""
    return serving(order.marketplace).number_of_all(world, order.order_id)


def _latest(request: Request) -> list[SimulatedOrder]:
    rows = world_of(request).rows("SELECT * FROM orders ORDER BY number DESC LIMIT ?", MOST_SHOWN)
    return [order_of(row) for row in rows]


async def _form(request: Request) -> dict[str, str]:
    async with request.form(max_fields=MOST_FORM_FIELDS, max_files=0) as form:
        return {key: value for key, value in form.multi_items() if isinstance(value, str)}
