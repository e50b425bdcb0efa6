"""Kinds of evidence that two offers are the same item, and which of them are good enough to be told.

What may be told was measured on labelled pairs of two marketplaces each (`python -m bench.same_item` prints it, and
tests/catalog/same_item keeps it so): at least 95 of 100 must be right. No labelled set has barcodes; a barcode is what
its maker says it is, and counts only where size and price do not speak against it.
"""

from collections.abc import Mapping
from enum import StrEnum


class Evidence(StrEnum):
    """What speaks for it, the best first."""

    BARCODE = "barcode"
    BRAND_MODEL = "brand_model"  # the maker's number, and the maker
    MODEL = "model"  # the maker's number alone
    BRAND_WORDS = "brand_words"  # the maker, and titles of which one says all that the other does
    WORDS = "words"  # such titles alone
    NONE = "none"  # a rival only


LEAST_PRECISION = 0.95
SUFFICIENT = frozenset({Evidence.BARCODE, Evidence.BRAND_MODEL, Evidence.BRAND_WORDS})
BY_TOKENS = frozenset({Evidence.BRAND_WORDS, Evidence.WORDS})

# How far a pair must be ahead of each one's next best at the other's marketplace, in ten-thousandths. Two that are
# nearly as good are a reason to say nothing: they may be two colours of one thing.
AHEAD: Mapping[Evidence, int] = {
    Evidence.BARCODE: 0,
    Evidence.BRAND_MODEL: 300,
    Evidence.MODEL: 300,
    Evidence.BRAND_WORDS: 800,
    Evidence.WORDS: 800,
    Evidence.NONE: 0,
}
