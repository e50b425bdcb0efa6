"""What the neutral world has to know of a marketplace: the steps of its orders, their currencies, its fee."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from joey.sandbox.amounts import MILLION, part_of
from joey.sandbox.world.simulated_order import OrderStep, SimulatedOrder

# Every step of the control contract; a marketplace has all of the basic ones, the others where its dialect says so.
BASIC_STEPS = frozenset({"receive", "settle", "close", "return", "reopen", "unsettle", "correct"})
STEPS = BASIC_STEPS | {
    "repeat", "freeze", "price_protect", "penalty", "split", "risk", "release", "unknown_code", "refund",
}  # fmt: skip


@dataclass(frozen=True)
class MarketRules:
    """What the world has to know of a marketplace's dialect to move its orders."""

    account: str  # the dialect's code; several marketplaces may share one publisher account
    steps: frozenset[str] = BASIC_STEPS
    currencies: tuple[str, ...] = ("CNY",)
    language: str = "zh"  # of the titles in its orders
    service_fee_ppm: int = 0  # of the commission, kept by the marketplace at settlement
    closes_without_commission: bool = False  # at settlement, an order whose commission is 0 closes instead
    rounds_down: bool = False  # a commission is cut to whole minor units; usually half a unit is rounded up
    # what else can happen to its orders, by a name of its own, or what it does otherwise at one of the contract's steps
    own_steps: Mapping[str, Callable[[SimulatedOrder, OrderStep, "MarketRules"], SimulatedOrder]] = field(
        default_factory=dict
    )
    order_id: Callable[[int], str] | None = None  # the order's public id from its number; default account-number
    void_because: Callable[[SimulatedOrder], str] | None = None  # why a new order earns nothing; "" where it does

    def public_id(self, number: int) -> str:
        """The id under which buyers and reports name the order."""
        return self.order_id(number) if self.order_id else f"{self.account}-{number}"

    def commission_of(self, paid_minor: int, rate_ppm: int) -> int:
        """What a rate of an amount is in whole minor units."""
        return paid_minor * rate_ppm // MILLION if self.rounds_down else part_of(paid_minor, rate_ppm)


FIELDS_OF_STEP = {
    "return": {"quantity"},
    "price_protect": {"amount"},
    "penalty": {"amount"},
    "refund": {"amount", "currency"},
    "correct": {"commission", "currency"},
}
