"""The bounds on payouts, in one place."""

from datetime import timedelta

from joey.money.money import EXPONENTS, Money

PAUSE = timedelta(hours=72)  # after payout details changed, so that a thief's change is noticed before it pays
_FLOOR_WHOLE = 1  # 1.00 of a currency: below it the transfer costs more than it brings
APPROVED_BY_RULE_BELOW_WHOLE = 1_000  # below 1,000.00 of a currency no operator has to look
_TWO_DECIDE_FROM_WHOLE = 10_000  # 10,000.00 of a currency


def floor(currency: str) -> Money:
    """The least that is paid out at once."""
    return Money(_whole(_FLOOR_WHOLE, currency), currency)


def needs_two(amount: Money) -> bool:
    """Whether two different operators have to approve this amount."""
    return amount.minor >= _whole(_TWO_DECIDE_FROM_WHOLE, amount.currency)


def _whole(units: int, currency: str) -> int:
    minor: int = units * 10 ** EXPONENTS[currency]
    return minor
