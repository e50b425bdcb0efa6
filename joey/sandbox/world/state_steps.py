"""Steps that move an order through its states, or mark it."""

from dataclasses import replace

from joey.sandbox.amounts import part_of, share_of
from joey.sandbox.refused import conflict
from joey.sandbox.world.market_rules import MarketRules
from joey.sandbox.world.simulated_order import CLOSED, NEXT, PAID, RECEIVED, SETTLED, OrderStep, SimulatedOrder

MOST_PARCELS = 3
CANCELLED, RETURNED, SPLIT = "cancelled", "returned", "split"


def receive(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The buyer has the goods."""
    return replace(_to(order, RECEIVED), received_at=step.at)


def settle(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The seller pays the commission, after every refund so far: within one second it carries the next one."""
    settled = _to(order, SETTLED)
    if order.estimate_minor == 0 and rules.closes_without_commission:
        return closed(order, CANCELLED)
    service = part_of(order.estimate_minor, rules.service_fee_ppm)
    at = step.at if order.refunded_at is None else max(step.at, order.refunded_at + 1)
    return replace(settled, settled_minor=order.estimate_minor, service_minor=service, settled_at=at)


def close(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The order becomes invalid, also after settlement; it earns nothing."""
    return closed(order, step.because or CANCELLED)


def reopen(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """A closed order is valid again and back at paid. What was taken back before is inside its amounts."""
    if order.state != CLOSED:
        raise conflict(f"an order that is {order.state} cannot be reopened")
    if order.closed_because == SPLIT:
        raise conflict("this order was split; the orders that came of it count")
    if order.returned == order.quantity:
        raise conflict("everything was returned, so nothing is left to reopen")
    return replace(order, state=PAID, received_at=None, closed_because="")


def unsettle(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The settlement is withdrawn; the order is back where it was before, without what was taken back since."""
    if order.state != SETTLED:
        raise conflict(f"an order that is {order.state} has no settlement to withdraw")
    before = PAID if order.received_at is None else RECEIVED
    return replace(_without_settlement(order), state=before)


def split(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The order becomes invalid; `parcels` says which orders count in its place."""
    if order.state not in (PAID, RECEIVED):
        raise conflict(f"an order that is {order.state} is not split")
    if order.quantity - order.returned < 2:
        raise conflict("a single piece cannot be split")
    return closed(order, SPLIT)


def parcels(order: SimulatedOrder) -> list[SimulatedOrder]:
    """What a split order becomes: at most three orders without numbers that add up to it."""
    left = order.quantity - order.returned
    made: list[SimulatedOrder] = []
    paid, estimate = order.paid_minor, order.estimate_minor
    for number in range(min(MOST_PARCELS, left), 0, -1):
        pieces = -(-left // number)
        part = replace(
            order,
            number=0,
            order_id="",
            parent=order.order_id,
            quantity=pieces,
            returned=0,
            protected_minor=0,
            refunded_at=None,
            paid_minor=share_of(paid, pieces, left),
            estimate_minor=share_of(estimate, pieces, left),
            state=PAID if order.received_at is None else RECEIVED,
            closed_because="",
        )
        made.append(part)
        left, paid, estimate = left - pieces, paid - part.paid_minor, estimate - part.estimate_minor
    return made


def freeze(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The marketplace looks into the order; nothing else about it changes."""
    if order.frozen or order.state == CLOSED:
        raise conflict("this order is closed or frozen already")
    return replace(order, frozen=1)


def suspect(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The marketplace sees a risk in the order; nothing else about it changes."""
    if order.risk or order.state == CLOSED:
        raise conflict("this order is closed or a risk already")
    return replace(order, risk=1)


def release(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The order is neither frozen nor a risk any more."""
    if not (order.frozen or order.risk):
        raise conflict("this order is neither frozen nor a risk")
    return replace(order, frozen=0, risk=0)


def repeat(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The marketplace reports the same order again as if something had changed."""
    return order


def closed(order: SimulatedOrder, because: str) -> SimulatedOrder:
    """The order as one that earns nothing."""
    return replace(_without_settlement(_to(order, CLOSED)), closed_because=because)


def _without_settlement(order: SimulatedOrder) -> SimulatedOrder:
    """What cases took back of it is inside the amounts from now on, as if they had come before the settlement."""
    return replace(
        order,
        settled_minor=0,
        service_minor=0,
        settled_at=None,
        paid_minor=max(order.paid_minor - order.refunded_minor, 0),
        estimate_minor=max(order.estimate_minor - order.taken_back_minor, 0),
        refunded_minor=0,
        taken_back_minor=0,
        service_back_minor=0,
    )


def _to(order: SimulatedOrder, state: str) -> SimulatedOrder:
    if state not in NEXT[order.state]:
        raise conflict(f"an order that is {order.state} cannot become {state}")
    return replace(order, state=state)
