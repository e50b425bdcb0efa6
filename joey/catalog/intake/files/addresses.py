"""The web addresses in a cell, of which some shops put several into one."""

import re
from collections.abc import Iterator
from typing import Any

from joey.kit.json import read_json

_ADDRESS = re.compile(r"(?:https?:)?//", re.IGNORECASE)
# Only where an address begins: a comma, or another mark, may be part of one.
_BETWEEN = re.compile(r"[\s,;|]+(?=(?:https?:)?//)", re.IGNORECASE)
_BEHIND = re.compile(r"[\s,;|]+$")
_IN_DOUBT = re.compile(r"[\s,;|]\s|\s[,;|]")  # no address has a mark with a blank


def addresses_in(value: Any, separator: str = "", after: str = "") -> tuple[list[str], list[str]]:
    """(the addresses, what is none) of a list, of a JSON list written as text, or of a text.

    A text is divided by `separator`, or else where an address begins behind a comma, semicolon, bar or white space;
    of a part counts what is behind `after`. No two parts are ever put together.
    """
    found: list[str] = []
    wrong: list[str] = []
    for text in _texts(value):
        parts = text.split(separator) if separator else _BETWEEN.split(text)
        for part in (_BEHIND.sub("", part.rpartition(after)[2] if after else part).strip() for part in parts):
            if part:
                usable = _ADDRESS.match(part) and not _IN_DOUBT.search(part)
                (found if usable else wrong).append(part)
    return found, wrong


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str) and value.lstrip().startswith("["):
        try:
            yield from _texts(read_json(value))
        except ValueError:
            yield value
    elif value is not None:
        yield value if isinstance(value, str) else str(value)
