"""A bounded memory: the newest entries stay, each fresh for a while and kept longer for bad times."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """At most `most` entries, the least recently used goes first; `fresh_for` seconds from when it was put in."""

    def __init__(self, most: int, fresh_for: float = float("inf")) -> None:
        self.most = most
        self.fresh_for = fresh_for
        self._entries: OrderedDict[Key, tuple[float, Value]] = OrderedDict()

    def put(self, key: Key, value: Value) -> None:
        self._entries[key] = (time.monotonic(), value)
        self._entries.move_to_end(key)
        while len(self._entries) > self.most:
            self._entries.popitem(last=False)

    def fresh(self, key: Key) -> Value | None:
        """The entry while it is fresh."""
        found = self._entries.get(key)
        if found is None or time.monotonic() - found[0] > self.fresh_for:
            return None
        self._entries.move_to_end(key)
        return found[1]

    def fresh_until(self, key: Key) -> float:
        """Until when (time.monotonic) the entry is fresh; in the past when it is not there."""
        found = self._entries.get(key)
        return float("-inf") if found is None else found[0] + self.fresh_for

    def stale(self, key: Key) -> Value | None:
        """The entry, however old: for when there is no way to ask again."""
        found = self._entries.get(key)
        return None if found is None else found[1]

    def forget(self, key: Key) -> None:
        self._entries.pop(key, None)

    def __len__(self) -> int:
        return len(self._entries)
