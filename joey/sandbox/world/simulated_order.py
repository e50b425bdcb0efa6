"""An order of the neutral world: its states and what is known of it."""

from dataclasses import dataclass

PLACED, PAID, RECEIVED, SETTLED, CLOSED = "placed", "paid", "received", "settled", "closed"
NEXT = {
    PLACED: {CLOSED},
    PAID: {RECEIVED, SETTLED, CLOSED},
    RECEIVED: {SETTLED, CLOSED},
    SETTLED: {CLOSED},
    CLOSED: set(),
}


@dataclass(frozen=True)
class SimulatedOrder:
    """One order as the marketplace knows it. Amounts in minor units of `currency`, moments in seconds since 1970."""

    number: int
    order_id: str
    account: str
    marketplace: str
    item: str  # the id that never changes
    title: str
    currency: str
    quantity: int
    list_minor: int
    unit_minor: int  # what the buyer paid for one piece, after coupons
    paid_minor: int
    rate_ppm: int
    estimate_minor: int
    position: str | None  # the tracking key of the followed link
    sub_id: str | None
    click_at: int | None
    created_at: int
    paid_at: int
    modified_at: int
    state: str = PAID
    frozen: int = 0
    carried: str = ""  # what else the followed link carried, in the form of its dialect, which reads it
    risk: int = 0
    unknown_code: int = 0  # reported with a code that no document names, until its next step
    closed_because: str = ""  # cancelled, returned, split or a reason of its dialect, while it is closed
    parent: str = ""  # the order that was split into this one and others
    returned: int = 0
    refunded_at: int | None = None  # the moment of its newest refund case
    protected_minor: int = 0  # of the price before settlement, given back to the buyer because the price fell
    settled_minor: int = 0
    service_minor: int = 0
    refunded_minor: int = 0  # to the buyer, since it settled
    taken_back_minor: int = 0  # of settled_minor, service fee included, since it settled
    service_back_minor: int = 0  # of service_minor
    received_at: int | None = None
    settled_at: int | None = None
    own_facts: str = "{}"  # what only its marketplace knows of it: JSON that its dialect alone writes and reads


@dataclass(frozen=True)
class TakenBack:
    """A refund case: commission that goes back, net of the part of the service fee that is given back with it.

    One from before the settlement is inside the order's amounts; the marketplace takes only the later ones back.
    """

    kind: str  # return, price_protection, penalty or refund
    currency: str  # the order's, except for a refund in another one
    quantity: int
    refund_minor: int
    commission_minor: int
    service_minor: int
    at: int


@dataclass(frozen=True)
class OrderStep:
    """One control call on an order; the fields that a step does not have stay None."""

    do: str
    at: int
    quantity: int | None = None
    amount_minor: int | None = None
    commission_minor: int | None = None
    currency: str | None = None
    because: str = ""  # of one that closes: a reason of the dialect, not of the control contract
