"""Amounts and rates as the marketplace prints them, worked out in whole fen. No float comes near them."""

import re

MILLION = 1_000_000

_YUAN = re.compile(r"(\d{1,10})(?:\.(\d{1,2}))?", re.ASCII)


def yuan(minor: int) -> str:
    """3800 → `38.00`."""
    sign = "-" if minor < 0 else ""
    whole, part = divmod(abs(minor), 100)
    return f"{sign}{whole}.{part:02d}"


def read_yuan(text: str) -> int:
    """`38`, `38.0` and `38.00` → 3800. ValueError for anything else, a sign and a comma included."""
    found = _YUAN.fullmatch(text)
    if not found:
        raise ValueError("an amount looks like 38.00")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def percent(ppm: int) -> str:
    """55,000 ppm → `5.50`."""
    return yuan(ppm // 100)


def part_of(minor: int, ppm: int) -> int:
    """A rate of an amount, half a fen rounded up, as the marketplace's own reports add up."""
    return (minor * ppm * 2 + MILLION) // (2 * MILLION)


def share_of(minor: int, share: int, whole: int) -> int:
    """`share` of `whole` parts of an amount, half a fen rounded up."""
    return (minor * share * 2 + whole) // (2 * whole)
