"""Amazon by product file."""

import re
from collections.abc import Mapping
from typing import Any

from joey.marketplaces.amazon.manifest import MANIFEST
from joey.marketplaces.feed.connector import FeedConnector
from joey.marketplaces.port import Connector

ITEM_PATH = re.compile(r"(?:/[^/]+)?/(?:dp|gp/product)/([A-Z0-9]{10})(?:/.*)?", re.ASCII)


def connect(configuration: Mapping[str, Any]) -> Connector:
    """What the registry calls."""
    return FeedConnector(MANIFEST, configuration, item_path=ITEM_PATH)
