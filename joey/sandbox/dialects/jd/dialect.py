"""JD as the sandbox plays it: a product file, no order reports."""

from joey.sandbox.dialects.feed_dialect import FeedDialect
from joey.sandbox.dialects.port import SimulatedMarketplace

DIALECT = FeedDialect(SimulatedMarketplace("jd", {"zh": "京东", "en": "JD"}, "#a8201a"))
