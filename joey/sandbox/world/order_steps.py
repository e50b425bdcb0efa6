"""Take one step of a simulated order, as pure arithmetic. States are neutral; each dialect has codes of its own."""

from collections.abc import Callable
from dataclasses import replace

from joey.sandbox.refused import invalid
from joey.sandbox.world import amount_steps, state_steps
from joey.sandbox.world.market_rules import FIELDS_OF_STEP, STEPS, MarketRules
from joey.sandbox.world.simulated_order import OrderStep, SimulatedOrder, TakenBack

Moved = tuple[SimulatedOrder, TakenBack | None]
_DO: dict[str, Callable[[SimulatedOrder, OrderStep, MarketRules], SimulatedOrder]] = {
    "receive": state_steps.receive,
    "settle": state_steps.settle,
    "close": state_steps.close,
    "reopen": state_steps.reopen,
    "unsettle": state_steps.unsettle,
    "split": state_steps.split,
    "freeze": state_steps.freeze,
    "risk": state_steps.suspect,
    "release": state_steps.release,
    "unknown_code": state_steps.repeat,
    "repeat": state_steps.repeat,
    "correct": amount_steps.correct,
}
_TAKE_BACK: dict[str, Callable[[SimulatedOrder, OrderStep, MarketRules], Moved]] = {
    "return": amount_steps.give_back,
    "price_protect": amount_steps.price_protect,
    "penalty": amount_steps.penalty,
    "refund": amount_steps.refund,
}


def take_step(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> tuple[SimulatedOrder, TakenBack | None]:
    """The order after `step`, and the refund case that it opens.

    Raises Refused: 422 for a step that does not exist or that this marketplace does not have and for a field that
    does not fit, 409 for a step that cannot follow.
    """
    if step.do not in STEPS | rules.own_steps.keys():
        raise invalid("do", f"one of {', '.join(sorted(STEPS | rules.own_steps.keys()))}")
    if step.do not in rules.steps | rules.own_steps.keys():
        raise invalid("do", "this marketplace does not do that")
    given = {
        "quantity": step.quantity, "amount": step.amount_minor, "commission": step.commission_minor,
        "currency": step.currency,
    }  # fmt: skip
    for name, value in given.items():
        if value is not None and name not in FIELDS_OF_STEP.get(step.do, ()):
            raise invalid(name, f"{step.do} takes no {name}")
    if step.at < order.modified_at:
        raise invalid("at", "an order cannot change before its last change")
    if step.do in rules.own_steps:
        moved, back = rules.own_steps[step.do](order, step, rules), None
    elif step.do in _DO:
        moved, back = _DO[step.do](order, step, rules), None
    else:
        moved, back = _TAKE_BACK[step.do](order, step, rules)
        if back is not None:  # no case is from before the settlement that it takes back from
            back = replace(back, at=max(back.at, order.settled_at or back.at))
            moved = replace(moved, refunded_at=back.at)
    unknown = step.do == "unknown_code" or (step.do == "repeat" and order.unknown_code)
    return replace(moved, modified_at=step.at, unknown_code=int(unknown)), back
