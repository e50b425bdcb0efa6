"""The limits that Joey comes with: version 1 of each currency, written by its migration, compared by `joey prove`."""

from joey.money.money import EXPONENTS

# Floor, approved by rule below, two operators from, most per operator and day, in whole units of the currency. Where a
# unit is worth little, the last three are multiples.
_WHOLE = (1, 1_000, 10_000, 50_000)
_TIMES = {"JPY": 20, "KRW": 200, "VND": 4_000, "IDR": 2_000, "CLP": 100, "ARS": 100, "KZT": 50, "INR": 10}


def _amounts(currency: str) -> tuple[int, int, int, int]:
    unit, times = 10 ** EXPONENTS[currency], _TIMES.get(currency, 1)
    floor, below, two, day = _WHOLE
    return floor * unit, below * unit * times, two * unit * times, day * unit * times


# In minor units, by currency; in the order of PayoutLimits' columns.
FIRST_LIMITS = {currency: _amounts(currency) for currency in EXPONENTS}
