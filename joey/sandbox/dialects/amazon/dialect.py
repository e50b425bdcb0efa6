"""Amazon as the sandbox plays it: a product file, no order reports."""

from joey.sandbox.dialects.feed_dialect import FeedDialect
from joey.sandbox.dialects.port import SimulatedMarketplace

DIALECT = FeedDialect(
    SimulatedMarketplace("amazon", {"zh": "亚马逊", "en": "Amazon"}, "#b87a12"), language="en", currency="USD"
)
