"""How many calls of the order report the application may make in a second."""

import os
import time
from collections import deque

from joey.sandbox.dialects.taobao.errors import TopError

CALLS_PER_SECOND = int(os.environ.get("JOEY_SANDBOX_ORDER_CALLS_PER_SECOND", "40"))


class CallLimit:
    """Too many calls within a second ban the application for one second: code 7."""

    def __init__(self, calls_per_second: int) -> None:
        self._most = calls_per_second
        self._calls: deque[float] = deque()
        self._banned_until = 0.0

    def count(self) -> None:
        """Raises TopError while the application is banned."""
        now = time.monotonic()
        while self._calls and self._calls[0] <= now - 1:
            self._calls.popleft()
        if len(self._calls) >= self._most:
            self._banned_until = now + 1
        if now < self._banned_until:
            raise throttled()
        self._calls.append(now)


ORDER_CALLS = CallLimit(CALLS_PER_SECOND)


def throttled() -> TopError:
    """What the gateway answers to too many calls."""
    return TopError(
        7,
        "App Call Limited",
        "accesscontrol.limited-by-api-access-count",
        "This ban will last for 1 more seconds",
    )
