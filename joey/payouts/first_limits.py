"""The limits that Joey comes with: version 1 of each currency, written by its migration, compared by `joey prove`."""

from joey.money.money import EXPONENTS

# Floor, approved by rule below, two operators from, most per operator and day, in whole units of the currency. Where
# ten units or more make a yuan, the last three are multiples.
_WHOLE = (1, 1_000, 10_000, 50_000)
_TIMES = {
    "ARS": 100, "CLP": 100, "COP": 500, "HUF": 50, "IDR": 2_000, "INR": 10, "ISK": 20, "JPY": 20, "KES": 20, "KRW": 200,
    "KZT": 50, "LKR": 40, "NGN": 200, "PHP": 10, "PKR": 40, "RSD": 10, "RUB": 10, "VND": 4_000,
}  # fmt: skip


def _amounts(currency: str) -> tuple[int, int, int, int]:
    unit, times = 10 ** EXPONENTS[currency], _TIMES.get(currency, 1)
    floor, below, two, day = _WHOLE
    return floor * unit, below * unit * times, two * unit * times, day * unit * times


# In minor units, by currency; in the order of PayoutLimits' columns.
FIRST_LIMITS = {currency: _amounts(currency) for currency in EXPONENTS}
