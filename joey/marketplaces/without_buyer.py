"""Leave out of a report whatever could name the buyer, before anything of it is kept."""

import re
from collections.abc import Mapping
from typing import Any

from joey.marketplaces.row_values import Row

MOST_LEVELS = 20  # of objects and lists inside each other; the real reports have three
TOO_DEEP = "left out: too deep"

# What could name the buyer is not kept. `special_id` and `unid` stand for a member, `uvid` is an encrypted user id.
_OF_THE_BUYER = re.compile(
    r"buyer|receiver|consignee|member|special_id|unid|uvid|alipay_(?:account|id|no)|phone|mobile|(?:^|_)tel|e?mail|address"
    r"|contact|open_?u?id|nick|(?:user|real|full)_?name|id_?card|remark|memo|message",
    re.IGNORECASE,
)
_NOT_OF_THE_BUYER = frozenset({"seller_nick", "member_type"})


def without_buyer(row: Row) -> dict[str, Any]:
    """The report without whatever could name the buyer, however deep it is, down to MOST_LEVELS."""
    return _without_buyer(row, 0)


def _without_buyer(row: Row, level: int) -> dict[str, Any]:
    return {
        name: _value_without_buyer(value, level + 1)
        for name, value in row.items()
        if name in _NOT_OF_THE_BUYER or not _OF_THE_BUYER.search(name)
    }


def _value_without_buyer(value: Any, level: int) -> Any:
    if level > MOST_LEVELS and isinstance(value, (Mapping, list)):
        return TOO_DEEP
    if isinstance(value, Mapping):
        return _without_buyer(value, level)
    return [_value_without_buyer(each, level + 1) for each in value] if isinstance(value, list) else value
