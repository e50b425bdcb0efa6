"""A call whose pages have no end: each page after the last one with rows is that one again (`POST /control/outage`)."""

import json
from collections.abc import Callable
from typing import Any

from joey.sandbox.world.state import Outage

_OF_THE_PAGE = ("page", "list_id", "last_order_id", "timestamp", "sign")


def as_it_repeats(outage: Outage, parameters: dict[str, str], answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The usual answer while it has rows, and that of the last page that had some after that."""
    question = json.dumps({name: parameters[name] for name in sorted(parameters) if name not in _OF_THE_PAGE})
    found = answer()
    if any(rows for rows in found.values() if isinstance(rows, list)):
        outage.full_pages[question] = (found, 0)
    return outage.full_pages.get(question, (found, 0))[0]
