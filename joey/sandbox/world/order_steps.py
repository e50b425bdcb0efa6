"""What can happen to a simulated order, as pure arithmetic. States are neutral; each dialect has codes of its own."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from joey.sandbox.amounts import part_of, share_of
from joey.sandbox.refused import Refused, conflict, invalid
from joey.sandbox.world.simulated_order import (
    CLOSED,
    NEXT,
    PAID,
    RECEIVED,
    SETTLED,
    OrderStep,
    SimulatedOrder,
    TakenBack,
)

# Every step of the control contract; a marketplace has all of the basic ones, the others where its dialect says so.
BASIC_STEPS = frozenset({"receive", "settle", "close", "return", "reopen", "unsettle", "correct"})
STEPS = BASIC_STEPS | {"repeat", "freeze", "price_protect", "penalty", "split"}
NOT_SIMULATED_YET = frozenset({"split"})


@dataclass(frozen=True)
class MarketRules:
    """What the world has to know of a marketplace's dialect to move its orders."""

    account: str  # the dialect's code; several marketplaces may share one publisher account
    steps: frozenset[str] = BASIC_STEPS
    currencies: tuple[str, ...] = ("CNY",)
    language: str = "zh"  # of the titles in its orders
    service_fee_ppm: int = 0  # of the commission, kept by the marketplace at settlement
    closes_without_commission: bool = False  # at settlement, an order whose commission is 0 closes instead
    order_id: Callable[[int], str] | None = None  # the order's public id from its number; default account-number

    def public_id(self, number: int) -> str:
        """The id under which buyers and reports name the order."""
        return self.order_id(number) if self.order_id else f"{self.account}-{number}"


FIELDS_OF_STEP = {
    "return": {"quantity"},
    "price_protect": {"amount"},
    "penalty": {"amount"},
    "correct": {"commission", "currency"},
}


def take_step(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> tuple[SimulatedOrder, TakenBack | None]:
    """The order after `step`, and what was taken back by it.

    Raises Refused: 422 for a step that does not exist or that this marketplace does not have and for a field that
    does not fit, 409 for a step that cannot follow, 501 for one that is not simulated yet.
    """
    if step.do not in STEPS:
        raise invalid("do", f"one of {', '.join(sorted(STEPS))}")
    if step.do not in rules.steps:
        raise invalid("do", "this marketplace does not do that")
    if step.do in NOT_SIMULATED_YET:
        raise Refused(501, "this step is not simulated yet", "do")
    given = {
        "quantity": step.quantity, "amount": step.amount_minor, "commission": step.commission_minor,
        "currency": step.currency,
    }  # fmt: skip
    for name, value in given.items():
        if value is not None and name not in FIELDS_OF_STEP.get(step.do, ()):
            raise invalid(name, f"{step.do} takes no {name}")
    if step.at < order.modified_at:
        raise invalid("at", "an order cannot change before its last change")
    moved, back = _DO[step.do](order, step, rules)
    return replace(moved, modified_at=step.at), back


Moved = tuple[SimulatedOrder, TakenBack | None]


def _receive(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    return replace(_to(order, RECEIVED), received_at=step.at), None


def _settle(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """The seller pays the commission."""
    if order.estimate_minor == 0 and rules.closes_without_commission:
        return _to(order, CLOSED), None
    service = part_of(order.estimate_minor, rules.service_fee_ppm)
    settled = _to(order, SETTLED)
    return replace(settled, settled_minor=order.estimate_minor, service_minor=service, settled_at=step.at), None


def _close(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """The order becomes invalid, also after settlement; it earns nothing."""
    return replace(_to(order, CLOSED), settled_minor=0, service_minor=0, settled_at=None), None


def _reopen(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """A closed order is valid again and back at paid."""
    if order.state != CLOSED:
        raise conflict(f"an order that is {order.state} cannot be reopened")
    if order.returned == order.quantity:
        raise conflict("everything was returned, so nothing is left to reopen")
    _check_nothing_taken_back(order)
    return replace(order, state=PAID, received_at=None), None


def _unsettle(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """The settlement is withdrawn; the order is back where it was before."""
    if order.state != SETTLED:
        raise conflict(f"an order that is {order.state} has no settlement to withdraw")
    _check_nothing_taken_back(order)
    before = PAID if order.received_at is None else RECEIVED
    return replace(order, state=before, settled_minor=0, service_minor=0, settled_at=None), None


def _return(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """Return some pieces, or all that are left.

    Before settlement the amounts fall, or the order closes when nothing is left; afterwards the order keeps its
    figures and the same part of what is left of commission and service fee is taken back, so that the parts of several
    returns add up to the whole exactly.
    """
    left = order.quantity - order.returned
    back = left if step.quantity is None else step.quantity
    if order.state == CLOSED or left == 0:
        raise conflict("nothing of this order is left to return")
    if not 1 <= back <= left:
        raise invalid("quantity", f"between 1 and {left} pieces can be returned")
    moved = replace(order, returned=order.returned + back)
    if order.state == SETTLED:
        refund = share_of(order.paid_minor - order.refunded_minor, back, left)
        gross = share_of(max(order.settled_minor - order.taken_back_minor, 0), back, left)
        service = share_of(order.service_minor - order.service_back_minor, back, left)
        return _take_back(moved, TakenBack("return", back, refund, gross - service, service, step.at))
    if moved.returned == moved.quantity:
        return replace(moved, state=CLOSED), None
    return _lower(moved, share_of(order.paid_minor, left - back, left)), None


def _freeze(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """The marketplace looks into the order; nothing else about it changes."""
    if order.frozen or order.state == CLOSED:
        raise conflict("this order is closed or frozen already")
    return replace(order, frozen=1), None


def _price_protect(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """The buyer gets back what the price fell by."""
    amount = _amount(step)
    if order.state == CLOSED:
        raise conflict("this order is closed")
    left = order.paid_minor - order.refunded_minor
    if amount >= left:
        raise invalid("amount", f"less than the {left} that was paid")
    if order.state != SETTLED:
        return _lower(order, order.paid_minor - amount), None
    gross = share_of(max(order.settled_minor - order.taken_back_minor, 0), amount, left)
    service = share_of(order.service_minor - order.service_back_minor, amount, left)
    return _take_back(order, TakenBack("price_protection", 0, amount, gross - service, service, step.at))


def _penalty(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """The marketplace takes commission back for a breach of its rules; it may take more than it gave."""
    amount = _amount(step)
    if order.state != SETTLED:
        raise conflict("only a settled order has a commission to take back")
    return _take_back(order, TakenBack("penalty", 0, 0, amount, 0, step.at))


def _correct(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """The marketplace finds another commission, perhaps in another currency."""
    if step.commission_minor is None:
        raise invalid("commission", "this field is needed")
    if step.currency is not None and step.currency not in rules.currencies:
        raise invalid("currency", f"this marketplace reports {', '.join(rules.currencies)}")
    if not order.taken_back_minor <= step.commission_minor <= order.paid_minor:
        raise invalid("commission", f"between {order.taken_back_minor} and the {order.paid_minor} that was paid")
    if order.state == CLOSED:
        raise conflict("a closed order has no commission to correct")
    corrected = replace(order, currency=step.currency or order.currency)
    if order.state != SETTLED:
        return replace(corrected, estimate_minor=step.commission_minor), None
    service = max(part_of(step.commission_minor, rules.service_fee_ppm), order.service_back_minor)
    return replace(corrected, settled_minor=step.commission_minor, service_minor=service), None


def _repeat(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """The marketplace reports the same order again as if something had changed."""
    return order, None


_DO: dict[str, Callable[[SimulatedOrder, OrderStep, MarketRules], Moved]] = {
    "receive": _receive,
    "settle": _settle,
    "close": _close,
    "return": _return,
    "reopen": _reopen,
    "unsettle": _unsettle,
    "freeze": _freeze,
    "price_protect": _price_protect,
    "penalty": _penalty,
    "correct": _correct,
    "repeat": _repeat,
}


def _to(order: SimulatedOrder, state: str) -> SimulatedOrder:
    if state not in NEXT[order.state]:
        raise conflict(f"an order that is {order.state} cannot become {state}")
    return replace(order, state=state)


def _amount(step: OrderStep) -> int:
    if step.amount_minor is None or step.amount_minor < 1:
        raise invalid("amount", "a whole number of minor units above zero")
    return step.amount_minor


def _lower(order: SimulatedOrder, paid_minor: int) -> SimulatedOrder:
    """Less was paid: the estimate falls with it, also one that was corrected."""
    if order.estimate_minor == part_of(order.paid_minor, order.rate_ppm):
        estimate = part_of(paid_minor, order.rate_ppm)
    else:
        estimate = share_of(order.estimate_minor, paid_minor, order.paid_minor)
    return replace(order, paid_minor=paid_minor, estimate_minor=estimate)


def _take_back(order: SimulatedOrder, back: TakenBack) -> Moved:
    return replace(
        order,
        refunded_minor=order.refunded_minor + back.refund_minor,
        taken_back_minor=order.taken_back_minor + back.commission_minor + back.service_minor,
        service_back_minor=order.service_back_minor + back.service_minor,
    ), back


def _check_nothing_taken_back(order: SimulatedOrder) -> None:
    if order.taken_back_minor or order.refunded_minor:
        raise conflict("commission was taken back already, so this settlement stays")
