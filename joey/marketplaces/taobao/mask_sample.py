"""An answer as it may be kept and shown to others: without the buyer, and with the ids of orders masked."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from joey.marketplaces.taobao.parse import without_buyer

# Ids of trades and refund cases, the position that opens a next page, and the channel that a shopkeeper is.
_MASKED = re.compile(r"(?:trade|order)_(?:parent_)?id|refund_suit_id|position_index|relation_id")
_SHORTEST = 4  # characters of an id that is masked inside of other texts too


class Mask:
    """The masks of one run: an id has the same one in all samples, so that they still show which rows belong together.

    One mask is `masked-1`, `masked-2` … in the order in which the ids came.
    """

    def __init__(self) -> None:
        self._masks: dict[str, str] = {}

    def of(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The answer without the buyer and without these ids, in fields of their own or inside of other texts."""
        kept = without_buyer(answer)
        for found in _ids(kept):
            self._masks.setdefault(found, f"masked-{len(self._masks) + 1}")
        return {name: self._masked(name, value) for name, value in kept.items()}

    def _masked(self, name: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {inner: self._masked(inner, each) for inner, each in value.items()}
        if isinstance(value, list):
            return [self._masked(name, each) for each in value]
        if _is_id(name, value):
            return self._masks[str(value)]
        if isinstance(value, str):
            for found, mask in self._masks.items():
                if len(found) >= _SHORTEST:
                    value = value.replace(found, mask)
        return value


def _ids(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner, each in value.items():
            yield from _ids(each, inner)
    elif isinstance(value, list):
        for each in value:
            yield from _ids(each, name)
    elif _is_id(name, value):
        yield str(value)


def _is_id(name: str, value: Any) -> bool:
    return bool(_MASKED.search(name)) and value not in (None, "", "--") and not isinstance(value, bool)
