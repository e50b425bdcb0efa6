"""Barcodes for invented goods: GS1 keeps the prefix 952 for demonstrations, so no real product bears such a number."""

from hashlib import sha256

PREFIX = "952"


def barcode_of(slug: str) -> str:
    """A GTIN-13 that depends on nothing but the good, its check digit right (GS1 General Specifications 7.9)."""
    drawn = int.from_bytes(sha256(f"gtin:{slug}".encode()).digest()[:8], "big") % 10**9
    digits = f"{PREFIX}{drawn:09}"
    weighed = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighed % 10}"
