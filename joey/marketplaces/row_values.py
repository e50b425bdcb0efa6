"""Read the gateway's values exactly: amounts as text or numbers, rates in percent, Beijing times, long ids."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from joey.marketplaces import beijing
from joey.marketplaces.port import UnreadableField

NOTHING = ("", "--")  # how the reports write that there is none

MOST_BITS = 1000  # of a whole number: three hundred digits

_MINUTE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d", re.ASCII)
_DECIMAL = re.compile(r"(-?)(\d{1,13})(?:\.(\d{1,8}))?", re.ASCII)

Row = Mapping[str, Any]
Found = TypeVar("Found")
Meaning = TypeVar("Meaning")


def text(row: Row, name: str, *, longest: int = 300) -> str:
    """A field as text, empty where there is none. Ids may come as numbers and stay exact. Raises UnreadableField."""
    value = row.get(name)
    if value is None or isinstance(value, (dict, list, bool)):
        return ""
    if isinstance(value, int) and value.bit_length() > MOST_BITS:  # Python refuses to write such a number
        raise UnreadableField(f"{name} is too long")
    found = str(value).strip()
    return "" if found in NOTHING else found[:longest]


def need(row: Row, name: str) -> str:
    """A field that has to be there. Raises UnreadableField."""
    found = text(row, name)
    if not found:
        raise UnreadableField(f"{name} is missing")
    return found


def one_of(meanings: Mapping[str, Meaning], row: Row, name: str) -> Meaning:
    """What a code means. Raises UnreadableField for one that is not known, and where there is none."""
    try:
        return meanings[need(row, name)]
    except KeyError:
        raise UnreadableField(f"{name} is a code that is not known") from None


def if_readable(read: Callable[[], Found], otherwise: Found) -> Found:
    """What a field of a row that cannot be read says: it may be the very one that cannot, for whatever reason."""
    try:
        return read()
    except Exception:  # noqa: BLE001 - the row is unreadable already, and says so
        return otherwise


def whole(row: Row, name: str, default: int = 0) -> int:
    """A whole number. Raises UnreadableField."""
    found = text(row, name)
    if not found:
        return default
    if not re.fullmatch(r"-?\d{1,18}", found, re.ASCII):
        raise UnreadableField(f"{name} is not a whole number")
    return int(found)


def fen(row: Row, name: str) -> int | None:
    """Yuan (`"69.00"`, `"69"`, `69.5` parsed as text) in fen; None where there is none. Raises UnreadableField."""
    return _scaled(row, name, 2)


def ppm(row: Row, name: str) -> int | None:
    """Percent (`"5.50"`) in parts per million; None where there is none. Raises UnreadableField outside 0–100 %."""
    rate = _scaled(row, name, 4)
    if rate is not None and not 0 <= rate <= 1_000_000:
        raise UnreadableField(f"{name} is not a rate between 0 and 100 percent")
    return rate


def moment(row: Row, name: str) -> datetime | None:
    """A Beijing time in UTC, of a minute its beginning; None where there is none. Raises UnreadableField."""
    found = text(row, name)
    if not found or found.startswith("0000"):
        return None
    try:
        return beijing.read(f"{found}:00" if names_a_minute(row, name) else found)
    except ValueError:
        raise UnreadableField(f"{name} is not a time") from None


def names_a_minute(row: Row, name: str) -> bool:
    """Whether a time has no seconds: the gateway's have, and those of an export may have lost them."""
    return bool(_MINUTE.fullmatch(text(row, name)))


def moment_of_milliseconds(row: Row, name: str) -> datetime | None:
    """Milliseconds since 1970 (`"1795795199000"`) in UTC, the form that promotions have; or a Beijing time."""
    found = text(row, name)
    if found.isascii() and found.isdigit() and len(found) == 13:
        return datetime.fromtimestamp(int(found) // 1000, UTC)
    return moment(row, name)


def link(row: Row, name: str) -> str:
    """A link with its scheme: the gateway leaves out `https:`. Empty for anything that is not a web link."""
    found = text(row, name, longest=4000)
    if found.startswith("//"):
        found = "https:" + found
    return found if found.startswith(("https://", "http://")) and found.isprintable() and " " not in found else ""


def inner(row: Row, *names: str) -> Row:
    """The object at the end of a path of names; empty where one is missing."""
    found: Any = row
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def listed(row: Row, name: str, element: str) -> list[Row]:
    """A list under its element's type name, `{"map_data": […]}`, or directly as with `simplify`; absent means empty."""
    found = row.get(name)
    if isinstance(found, Mapping):
        found = found.get(element)
    if isinstance(found, Mapping):
        found = [found]
    if not isinstance(found, list):
        return []
    return [one if isinstance(one, Mapping) else {"not_an_object": one} for one in found]


def _scaled(row: Row, name: str, places: int) -> int | None:
    """A decimal times ten to the `places`, exact: more digits than that must be zeros."""
    found = text(row, name)
    if not found:
        return None
    parts = _DECIMAL.fullmatch(found)
    digits = (parts[3] or "") if parts else ""
    if parts is None or digits[places:].strip("0"):
        raise UnreadableField(f"{name} is not an amount with {places} places")
    value = int(parts[2] + "0" * places) + int(digits[:places].ljust(places, "0") or "0")
    return -value if parts[1] else value
