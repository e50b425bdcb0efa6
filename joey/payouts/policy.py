"""The limits on payouts."""

from datetime import timedelta

from joey.money.money import EXPONENTS, Money

# After payout details change, so that the owner notices a change made by a thief before it is paid.
PAUSE = timedelta(hours=72)
_FLOOR_WHOLE = 1  # 1.00 of a currency: a smaller transfer is not worth its cost
APPROVED_BY_RULE_BELOW_WHOLE = 1_000  # below 1,000.00 of a currency no operator is needed
_TWO_DECIDE_FROM_WHOLE = 10_000  # 10,000.00 of a currency


def floor(currency: str) -> Money:
    """The smallest payout."""
    return Money(_whole(_FLOOR_WHOLE, currency), currency)


def needs_two(amount: Money) -> bool:
    """Whether two different operators have to approve this amount."""
    return amount.minor >= _whole(_TWO_DECIDE_FROM_WHOLE, amount.currency)


def _whole(units: int, currency: str) -> int:
    minor: int = units * 10 ** EXPONENTS[currency]
    return minor
