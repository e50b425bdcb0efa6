"""What happens to orders of this marketplace alone, as steps of the control contract.

`group` `audit` `punish` `compare_prices` `ask_return` `unpaid` `pay` `not_promoted`, and `reopen`, after which an order
has to be audited again. README.md says what each reports.
"""

import json
from dataclasses import replace
from typing import Any

from joey.sandbox.refused import conflict
from joey.sandbox.world.market_rules import MarketRules
from joey.sandbox.world.simulated_order import CLOSED, PAID, PLACED, RECEIVED, OrderStep, SimulatedOrder
from joey.sandbox.world.state_steps import closed, reopen

PUNISHED, NOT_PROMOTED = "punished", "not promoted"  # closed_because
PER_MILLE = 1_000  # in ppm


def facts_of(own_facts: str) -> dict[str, Any]:
    """`grouped_at` `audited_at` `price_compared` `after_sale`, each where it is so."""
    found: dict[str, Any] = json.loads(own_facts)
    return found


def group(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The group of buyers is complete."""
    if order.state != PAID or "grouped_at" in facts_of(order.own_facts):
        raise conflict("only a paid order whose group is open can be grouped")
    return _with(order, grouped_at=step.at)


def audit(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The order passed its audit, some time after it was received."""
    if order.state != RECEIVED or "audited_at" in facts_of(order.own_facts):
        raise conflict("only a received order that was not audited can be audited")
    return _with(order, audited_at=step.at)


def punish(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The marketplace punishes the promotion, whatever the order's state: it earns nothing for good."""
    if order.closed_because == PUNISHED:
        raise conflict("this order is punished already")
    return replace(order, closed_because=PUNISHED) if order.state == CLOSED else closed(order, PUNISHED)


def compare_prices(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The order is judged as a price comparison and pays a tenth of its rate, in whole per mille."""
    if order.state not in (PAID, RECEIVED) or "price_compared" in facts_of(order.own_facts):
        raise conflict("only an open order can become a price comparison, once")
    rate = order.rate_ppm // (10 * PER_MILLE) * PER_MILLE
    lowered = replace(order, rate_ppm=rate, estimate_minor=rules.commission_of(order.paid_minor, rate))
    return _with(lowered, price_compared=True)


def ask_return(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The buyer asked for an after-sale, which runs until something is returned."""
    if order.state == CLOSED:
        raise conflict("this order is closed")
    return _with(order, after_sale=[order.returned, order.paid_minor - order.refunded_minor])


def unpaid(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The order is there and was not paid yet; a marketplace of 2020 reported such ones."""
    if order.state != PAID or "grouped_at" in facts_of(order.own_facts):
        raise conflict("only a paid order whose group is open can have been unpaid")
    return replace(order, state=PLACED)


def pay(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """An unpaid order is paid."""
    if order.state != PLACED:
        raise conflict("this order is paid")
    return replace(order, state=PAID, paid_at=step.at)


def not_promoted(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The item turns out to be none of the programme; a marketplace of 2020 reported such orders."""
    return closed(order, NOT_PROMOTED)


def reopen_unaudited(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """As anywhere, and the audit that it failed or passed counts no more."""
    return _with(reopen(order, step, rules), audited_at=None)


STEPS = {
    "group": group,
    "audit": audit,
    "punish": punish,
    "compare_prices": compare_prices,
    "ask_return": ask_return,
    "unpaid": unpaid,
    "pay": pay,
    "not_promoted": not_promoted,
    "reopen": reopen_unaudited,
}


def _with(order: SimulatedOrder, **changed: Any) -> SimulatedOrder:
    """The order with these facts; None takes one away."""
    facts = {name: value for name, value in (facts_of(order.own_facts) | changed).items() if value is not None}
    return replace(order, own_facts=json.dumps(facts))
