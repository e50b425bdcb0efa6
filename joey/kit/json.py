"""Read JSON that came from outside so that no two programs could read it differently.

Each name once per object, UTF-8, no NaN or Infinity, bounded in size and depth. Fractions stay the text they were
written as, so that no float ever holds money.
"""

import json
from collections.abc import Callable
from functools import cache
from math import isfinite
from typing import Any, Literal, NoReturn

from joey.kit.text import is_storable

LARGEST = 32 << 20  # bytes; where the caller has no tighter limit
DEEPEST = 64  # brackets inside brackets

Fault = Literal["too_large", "not_utf8", "syntax", "name_twice", "not_a_number", "too_deep", "unstorable"]


class NotJson(ValueError):
    """The text is not JSON that Joey reads; `fault` says which rule it breaks."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        self.fault = fault
        super().__init__(f"{fault}: {detail}" if detail else fault)


def read_json(
    given: str | bytes,
    *,
    largest: int = LARGEST,
    deepest: int = DEEPEST,
    fractions: Callable[[str], Any] = str,
    storable: bool = False,
) -> Any:
    """The value. Raises NotJson, a ValueError.

    `largest` is in bytes, or in characters of a text. `fractions` makes a number with a point or an exponent.
    With `storable` a text that PostgreSQL could not keep is a fault too; without it the caller cleans texts itself.
    """
    if len(given) > largest:
        raise NotJson("too_large")
    text = _decode(given) if isinstance(given, bytes) else given
    try:
        found = _decoder(fractions).decode(text)
    except RecursionError:
        raise NotJson("too_deep") from None
    except NotJson:
        raise
    except ValueError as broken:  # also whole numbers of thousands of digits
        raise NotJson("syntax", str(broken)) from None
    if text.count("[") + text.count("{") > deepest and _depth(found) > deepest:
        raise NotJson("too_deep")
    if storable and ("\\u" in text or not is_storable(text)) and not _all_storable(found):
        raise NotJson("unstorable")
    return found


def as_float(text: str) -> float:
    """For `fractions`, where a number is no money: a float, refused when it is too large for one."""
    number = float(text)
    if not isfinite(number):
        raise NotJson("not_a_number", text[:40])
    return number


def _decode(given: bytes) -> str:
    try:
        return given.decode("utf-8")
    except UnicodeDecodeError:
        raise NotJson("not_utf8") from None


@cache  # json.loads would make one for each call
def _decoder(fractions: Callable[[str], Any]) -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=_no_name_twice, parse_float=fractions, parse_constant=_no_constant)


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJson("name_twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise NotJson("not_a_number", name)


def _depth(value: Any) -> int:
    """How deep brackets are nested. Level by level, so that its own stack does not grow."""
    level, depth = [value], 0
    while level := [each for each in level if isinstance(each, (dict, list))]:
        depth += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return depth


def _all_storable(value: Any) -> bool:
    if isinstance(value, str):
        return is_storable(value)
    if isinstance(value, dict):
        return all(is_storable(name) and _all_storable(inner) for name, inner in value.items())
    return not isinstance(value, list) or all(map(_all_storable, value))
