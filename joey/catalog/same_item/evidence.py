"""Kinds of evidence that two offers are the same item, and which of them suffice.

Which suffice was measured on labelled pairs of two marketplaces each (`python -m bench.same_item` prints the figures,
tests/catalog/same_item asserts them): at least 95 of 100 must be right. No labelled set has barcodes; a barcode counts
only where size and price do not contradict it.
"""

from collections.abc import Mapping
from enum import StrEnum


class Evidence(StrEnum):
    """The evidence, best first."""

    BARCODE = "barcode"
    BRAND_MODEL = "brand_model"  # the maker's number, and the maker
    MODEL = "model"  # the maker's number alone
    BRAND_WORDS = "brand_words"  # the maker, and titles of which one contains the other's words
    WORDS = "words"  # the titles alone
    NONE = "none"  # a rival only


SUFFICIENT = frozenset({Evidence.BARCODE, Evidence.BRAND_MODEL, Evidence.BRAND_WORDS})
BY_TOKENS = frozenset({Evidence.BRAND_WORDS, Evidence.WORDS})

# By how much a pair must beat the next best candidate at the other's marketplace, in ten-thousandths. If two are nearly
# as good, neither is shown: they may be two colours of one item.
AHEAD: Mapping[Evidence, int] = {
    Evidence.BARCODE: 0,
    Evidence.BRAND_MODEL: 300,
    Evidence.MODEL: 300,
    Evidence.BRAND_WORDS: 800,
    Evidence.WORDS: 800,
    Evidence.NONE: 0,
}
