"""Amounts and rates as marketplaces print them, worked out in whole minor units. No float comes near them."""

import re

MILLION = 1_000_000
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
DECIMALS = dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3)  # ISO 4217; the rest have two

_AMOUNT = re.compile(r"(\d{1,10})(?:\.(\d{1,2}))?", re.ASCII)


def decimals_of(currency: str) -> int:
    """How many decimals a currency has."""
    return DECIMALS.get(currency, 2)


def decimal_text(minor: int, decimals: int = 2) -> str:
    """3800 → `38.00`."""
    sign = "-" if minor < 0 else ""
    whole, part = divmod(abs(minor), 10**decimals)
    return f"{sign}{whole}.{part:0{decimals}d}" if decimals else f"{sign}{whole}"


def read_decimal(text: str) -> int:
    """`38`, `38.0` and `38.00` → 3800. ValueError for anything else, a sign and a comma included."""
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise ValueError("an amount looks like 38.00")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def percent(ppm: int) -> str:
    """55,000 ppm → `5.50`."""
    return decimal_text(ppm // 100)


def part_of(minor: int, ppm: int) -> int:
    """A rate of an amount, half a minor unit rounded up, as the marketplaces' own reports add up."""
    return (minor * ppm * 2 + MILLION) // (2 * MILLION)


def share_of(minor: int, share: int, whole: int) -> int:
    """`share` of `whole` parts of an amount, half a minor unit rounded up."""
    return (minor * share * 2 + whole) // (2 * whole)
