"""JD by product file."""

import re
from collections.abc import Mapping
from typing import Any

from joey.marketplaces.feed.connector import FeedConnector
from joey.marketplaces.jd.manifest import MANIFEST
from joey.marketplaces.port import Connector

ITEM_PATH = re.compile(r"/(?:product/)?(\d{3,20})\.html", re.ASCII)


def connect(configuration: Mapping[str, Any]) -> Connector:
    """What the registry calls."""
    return FeedConnector(MANIFEST, configuration, item_path=ITEM_PATH)
