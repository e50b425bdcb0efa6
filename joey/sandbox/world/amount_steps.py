"""Steps that change what an order is worth, or take commission back."""

from dataclasses import replace

from joey.sandbox.amounts import part_of, share_of
from joey.sandbox.refused import conflict, invalid
from joey.sandbox.world.market_rules import MarketRules
from joey.sandbox.world.simulated_order import CLOSED, SETTLED, OrderStep, SimulatedOrder, TakenBack
from joey.sandbox.world.state_steps import RETURNED, closed

MOST_MINOR = 10**17  # more than any line of a ledger may hold
Moved = tuple[SimulatedOrder, TakenBack | None]


def give_back(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """Return some pieces, or all that are left. There is a refund case either way.

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
        refund = share_of(max(order.paid_minor - order.refunded_minor, 0), back, left)
        case = _case(order, "return", step, rules, quantity=back, refund=refund, share=back, whole=left)
        return _take_back(moved, case)
    lowered = _lower(moved, share_of(order.paid_minor, left - back, left), rules)
    inside = _inside(order, lowered, "return", step, rules, quantity=back)
    return (closed(moved, RETURNED) if back == left else lowered), inside


def price_protect(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """The buyer gets back what the price fell by. There is a refund case either way."""
    amount = _amount(step)
    if order.state == CLOSED:
        raise conflict("this order is closed")
    left = order.paid_minor - order.refunded_minor
    if amount >= left:
        raise invalid("amount", f"less than the {left} that was paid")
    if order.state != SETTLED:
        lowered = _lower(order, order.paid_minor - amount, rules)
        inside = _inside(order, lowered, "price_protection", step, rules)
        return replace(lowered, protected_minor=order.protected_minor + amount), inside
    return _take_back(order, _case(order, "price_protection", step, rules, refund=amount, share=amount, whole=left))


def penalty(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """The marketplace takes commission back for a breach of its rules; it may take more than it gave."""
    amount = _amount(step)
    _check_settled(order)
    return _take_back(order, TakenBack("penalty", order.currency, 0, 0, amount, 0, step.at))


def refund(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> Moved:
    """The buyer was refunded in another currency, and `amount` of commission is taken back in that one."""
    amount = _amount(step)
    _check_settled(order)
    if step.currency is None or step.currency == order.currency:
        raise invalid("currency", "another currency than the order's is needed")
    _check_currency(step.currency, rules)
    return order, TakenBack("refund", step.currency, 0, 0, amount, 0, step.at)


def correct(order: SimulatedOrder, step: OrderStep, rules: MarketRules) -> SimulatedOrder:
    """The marketplace finds another commission, perhaps in another currency.

    It may be more than was paid, and less than was taken back already. The service fee is a part of it: at least what
    came back of it, and never more than the commission.
    """
    if step.commission_minor is None:
        raise invalid("commission", "this field is needed")
    if step.currency is not None:
        _check_currency(step.currency, rules)
    if not 0 <= step.commission_minor <= MOST_MINOR:
        raise invalid("commission", f"between 0 and {MOST_MINOR}")
    if order.state == CLOSED:
        raise conflict("a closed order has no commission to correct")
    corrected = replace(order, currency=step.currency or order.currency)
    if order.state != SETTLED:
        return replace(corrected, estimate_minor=step.commission_minor)
    service = max(part_of(step.commission_minor, rules.service_fee_ppm), order.service_back_minor)
    service = min(service, step.commission_minor)
    return replace(corrected, settled_minor=step.commission_minor, service_minor=service)


def _amount(step: OrderStep) -> int:
    if step.amount_minor is None or not 1 <= step.amount_minor <= MOST_MINOR:
        raise invalid("amount", f"a whole number of minor units, from 1 to {MOST_MINOR}")
    return step.amount_minor


def _check_settled(order: SimulatedOrder) -> None:
    if order.state != SETTLED:
        raise conflict("only a settled order has a commission to take back")


def _check_currency(currency: str, rules: MarketRules) -> None:
    if currency not in rules.currencies:
        raise invalid("currency", f"this marketplace reports {', '.join(rules.currencies)}")


def _lower(order: SimulatedOrder, paid_minor: int, rules: MarketRules) -> SimulatedOrder:
    """Less was paid: the estimate falls with it, also one that was corrected."""
    estimate = _fallen(order.estimate_minor, order.paid_minor, paid_minor, order.rate_ppm, rules)
    return replace(order, paid_minor=paid_minor, estimate_minor=estimate)


def _fallen(commission: int, before: int, after: int, rate_ppm: int, rules: MarketRules) -> int:
    """What is left of a commission when only `after` of `before` remains paid."""
    if commission == rules.commission_of(before, rate_ppm):
        return rules.commission_of(after, rate_ppm)
    return share_of(commission, after, max(before, 1))


def _inside(
    order: SimulatedOrder, lowered: SimulatedOrder, kind: str, step: OrderStep, rules: MarketRules, *, quantity: int = 0
) -> TakenBack:
    """The case of a refund before settlement: reported like any other, while the amounts are without it already."""
    gross = order.estimate_minor - lowered.estimate_minor
    service = part_of(gross, rules.service_fee_ppm)
    refund = order.paid_minor - lowered.paid_minor
    return TakenBack(kind, order.currency, quantity, refund, gross - service, service, step.at)


def _case(
    order: SimulatedOrder,
    kind: str,
    step: OrderStep,
    rules: MarketRules,
    *,
    refund: int,
    share: int,
    whole: int,
    quantity: int = 0,
) -> TakenBack:
    """A case that takes back `share` of `whole` parts of what is left of commission and service fee.

    Where commissions are cut to whole units, what is left is the rate of what remains paid, cut again.
    """
    left = max(order.settled_minor - order.taken_back_minor, 0)
    gross = share_of(left, share, whole)
    if rules.rounds_down:
        paid = order.paid_minor - order.refunded_minor
        gross = left - _fallen(left, paid, paid - refund, order.rate_ppm, rules)
    service = min(share_of(max(order.service_minor - order.service_back_minor, 0), share, whole), gross)
    return TakenBack(kind, order.currency, quantity, refund, gross - service, service, step.at)


def _take_back(order: SimulatedOrder, back: TakenBack) -> Moved:
    return replace(
        order,
        refunded_minor=order.refunded_minor + back.refund_minor,
        taken_back_minor=order.taken_back_minor + back.commission_minor + back.service_minor,
        service_back_minor=order.service_back_minor + back.service_minor,
    ), back
