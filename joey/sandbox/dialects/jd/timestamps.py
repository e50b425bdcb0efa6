"""Read the forms in which clients write `timestamp`, and the plain one of everything else."""

import re

from joey.sandbox import beijing

_BEIJING_SECONDS = 8 * 3600
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d{1,3})?(?:([+-])(\d\d):?([0-5]\d))?", re.ASCII)


def read_stamp(text: str) -> int | None:
    """`2026-11-22 10:00:00` is Beijing time; `2026-11-22 02:00:00.123+0000` has milliseconds and any true offset."""
    found = _STAMP.fullmatch(text)
    moment = read_time(found[1]) if found else None
    if found is None or moment is None or found[2] is None:
        return moment
    offset = int(found[3]) * 3600 + int(found[4]) * 60
    return moment + _BEIJING_SECONDS - (offset if found[2] == "+" else -offset)


def read_time(text: str) -> int | None:
    """A Beijing time, or None when it cannot be read."""
    try:
        return beijing.read(text)
    except ValueError:
        return None
