"""Dangdang as the sandbox plays it: a product file, no order reports."""

from joey.sandbox.dialects.feed_dialect import FeedDialect
from joey.sandbox.dialects.port import SimulatedMarketplace

DIALECT = FeedDialect(SimulatedMarketplace("dangdang", {"zh": "当当", "en": "Dangdang"}, "#1f8a4c"))
