"""What can happen to a simulated order, as pure arithmetic: received, settled, closed, returned.

The statuses are those of the union's order report: 12 paid, 14 received, 3 settled, 13 closed.
"""

from dataclasses import dataclass, replace

from joey.sandbox.amounts import part_of, share_of
from joey.sandbox.refused import conflict, invalid

PAID, RECEIVED, SETTLED, CLOSED = 12, 14, 3, 13
WORDS = {PAID: "paid", RECEIVED: "received", SETTLED: "settled", CLOSED: "closed"}
NEXT = {PAID: {RECEIVED, SETTLED, CLOSED}, RECEIVED: {SETTLED, CLOSED}, SETTLED: set(), CLOSED: set()}

SERVICE_PPM = 100_000  # the union's technical service fee: 10.00 % of the commission, taken at settlement


@dataclass(frozen=True)
class Order:
    """One order line as the simulated marketplace knows it. Amounts in minor units, moments in seconds."""

    number: int
    trade_id: str
    marketplace: str
    item: str  # the number that never rotates
    title: str
    currency: str
    quantity: int
    list_minor: int
    unit_minor: int  # what the buyer paid for one piece, after coupons
    rate_ppm: int
    adzone: int | None
    relation: int | None
    click_at: int | None
    created_at: int
    paid_at: int
    modified_at: int
    paid_minor: int
    estimate_minor: int
    status: int = PAID
    returned: int = 0
    returned_before_settlement: int = 0
    settled_minor: int = 0
    service_minor: int = 0
    earned_at: int | None = None

    @property
    def parent_id(self) -> str:
        """The number of the whole basket; ours always holds one line."""
        return str(int(self.trade_id) - PARENT_STEP)


@dataclass(frozen=True)
class Refund:
    """One return after settlement. The commission part is net of the service fee that is given back too."""

    quantity: int
    refund_minor: int
    commission_minor: int
    service_minor: int
    at: int


PARENT_STEP = 1_000_000


def trade_id_of(number: int) -> str:
    """A 19-digit order number, unique by `number`."""
    return str(4_294_159_887_000_064_307 + 2 * number * PARENT_STEP)


def receive(order: Order, at: int) -> Order:
    """The buyer confirms that the parcel came."""
    return _move(order, RECEIVED, at)


def settle(order: Order, at: int, commission_minor: int | None = None) -> Order:
    """The seller pays the commission, `commission_minor` where it differs from the estimate.

    A commission below 0.01 yuan closes the order instead.
    """
    settled = order.estimate_minor if commission_minor is None else commission_minor
    if settled > order.paid_minor:
        raise invalid("commission", f"the commission cannot be more than the {order.paid_minor} that was paid")
    if settled == 0:
        return _move(order, CLOSED, at)
    moved = _move(order, SETTLED, at)
    return replace(moved, settled_minor=settled, service_minor=part_of(settled, SERVICE_PPM), earned_at=at)


def close(order: Order, at: int) -> Order:
    """The order becomes invalid before it was settled."""
    return _move(order, CLOSED, at)


def give_back(order: Order, quantity: int | None, at: int) -> tuple[Order, Refund | None]:
    """Return `quantity` pieces, or all that are left.

    Before settlement the reported amounts fall, or the order closes when nothing is left; afterwards the order keeps
    its figures and a refund case takes back the same part of the commission and of the service fee. The parts of
    several returns add up to the whole exactly.
    """
    left = order.quantity - order.returned
    back = left if quantity is None else quantity
    if order.status == CLOSED or left == 0:
        raise conflict("nothing of this order is left to return")
    if not 1 <= back <= left:
        raise invalid("quantity", f"between 1 and {left} pieces can be returned")
    moved = replace(order, returned=order.returned + back, modified_at=_later(order, at))
    if order.status == SETTLED:
        whole = order.quantity - order.returned_before_settlement
        before = order.returned - order.returned_before_settlement
        gross = _between(order.settled_minor, before, before + back, whole)
        service = _between(order.service_minor, before, before + back, whole)
        return moved, Refund(back, order.unit_minor * back, gross - service, service, at)
    moved = replace(moved, returned_before_settlement=moved.returned)
    if moved.returned == moved.quantity:
        return replace(moved, status=CLOSED), None
    paid = order.unit_minor * (moved.quantity - moved.returned)
    return replace(moved, paid_minor=paid, estimate_minor=part_of(paid, order.rate_ppm)), None


def repeat(order: Order, at: int) -> Order:
    """The marketplace reports the same order once more as if something had changed."""
    return replace(order, modified_at=_later(order, at))


def _move(order: Order, status: int, at: int) -> Order:
    if status not in NEXT[order.status]:
        raise conflict(f"an order that is {WORDS[order.status]} cannot become {WORDS[status]}")
    return replace(order, status=status, modified_at=_later(order, at))


def _later(order: Order, at: int) -> int:
    if at < order.modified_at:
        raise invalid("at", "an order cannot change before its last change")
    return at


def _between(minor: int, before: int, after: int, whole: int) -> int:
    return share_of(minor, after, whole) - share_of(minor, before, whole)
