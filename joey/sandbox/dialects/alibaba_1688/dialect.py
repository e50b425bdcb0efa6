"""1688 as the sandbox plays it: a product file, no order reports."""

from joey.sandbox.dialects.feed_dialect import FeedDialect
from joey.sandbox.dialects.port import SimulatedMarketplace

DIALECT = FeedDialect(SimulatedMarketplace("1688", {"zh": "1688", "en": "1688"}, "#d2571e"))
