"""Writes for operators the amount that a rail named, which may be in any currency, or none."""

from joey.money.money import EXPONENTS, Money


def named_amount(minor: int | None, currency: str) -> str:
    """As people read it, in one form whatever the language, for it is kept; in its smallest units where the currency is
    new to us, "" where no amount was named.
    """
    if minor is None:
        return ""
    return Money(minor, currency).text_in("zh-hans") if currency in EXPONENTS else f"{minor} {currency}"
