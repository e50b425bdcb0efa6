"""Read a report window by window: as long as it accepts, and shorter where one holds more than it gives at once."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from datetime import datetime, timedelta
from typing import TypeVar

Rows = TypeVar("Rows", bound=Sized)
Window = tuple[datetime, datetime]  # [start, end)


class TooMuch(Exception):
    """The window is longer, or holds more, than the report gives at once."""


def cut_windows(since: datetime, until: datetime, longest: Callable[[datetime], timedelta]) -> Iterator[Window]:
    """One window after another from `since` to `until`, in whole seconds, none longer than `longest` of its start."""
    start = since.replace(microsecond=0)
    last = until if until.microsecond == 0 else until.replace(microsecond=0) + timedelta(seconds=1)
    while start < last:
        end = min(start + longest(start), last)
        yield start, end
        start = end


def halves(start: datetime, end: datetime) -> list[Window]:
    """The same window in two, or itself when it cannot be cut any more."""
    middle = (start + (end - start) / 2).replace(microsecond=0)
    return [(start, middle), (middle, end)] if start < middle < end else [(start, end)]


def read_windows(
    windows: Iterable[Window], read: Callable[[datetime, datetime], Rows], *, few: int, longest: timedelta
) -> Iterator[tuple[datetime, Rows]]:
    """What `read` finds in each window, with the end of the window.

    One for which it raises TooMuch is halved; TooMuch of a single second is raised to the caller. Those after it are as
    short, so that not each is asked in vain, and become longer again, up to `longest`, while each holds at most `few`.
    """
    todo = deque(windows)
    at_most: timedelta | None = None
    while todo:
        start, end = todo.popleft()
        if at_most and end - start > at_most:
            todo.extendleft(reversed(halves(start, end)))
            continue
        try:
            found = read(start, end)
        except TooMuch:
            parts = halves(start, end)
            if len(parts) == 1:
                raise
            todo.extendleft(reversed(parts))
            at_most = max(part_end - part_start for part_start, part_end in parts)
            continue
        if at_most and len(found) < few:
            at_most = min(2 * at_most, longest)
        yield end, found
