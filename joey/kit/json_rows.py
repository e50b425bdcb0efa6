"""Read JSON whose lists hold rows, so that one row that breaks a rule of `json.py` costs none of the others.

What is outside the lists has to keep every rule: an answer that does not is no answer.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from joey.kit.json import LARGEST, NotJson, read_json

AT_FAULT = "json_at_fault"  # the name under which such a row says which rule it breaks
GIVEN_TWICE = "given_twice"  # in the place of a value whose name was given twice: all that it was given
LONGEST_WHOLE = 1000  # digits of a number; Python refuses to read, or to write, those of thousands
MOST_ROWS = 100_000  # of an answer in which one is at fault: then each is read by itself

# A text, or a mark outside of texts; a quotation mark alone begins a text that does not end.
_MARKS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{},]', re.DOTALL)
_NO_UTF8 = re.compile("[\udc80-\udcff]")


def read_json_rows(given: bytes, *, largest: int = LARGEST) -> Any:
    """The value; numbers with a point stay the texts they were. Raises NotJson.

    An element of an outermost list that breaks a rule becomes an object that says so under AT_FAULT. It keeps what it
    says, but what it says under a name given twice is no fact: that is kept as {"given_twice": […]}.
    """
    try:
        return read_json(given, largest=largest)
    except NotJson as broken:
        if broken.fault == "too_large":
            raise
    frame, rows = _cut_rows_out(given.decode("utf-8", "surrogateescape"))
    return _with_rows(read_json(_as_it_came(frame)), [_read_row(row) for row in rows])


def fault_of(row: Mapping[str, Any]) -> str:
    """Which rule of JSON a row breaks, when it was read now or before it was kept; "" when it breaks none."""
    return str(row.get(AT_FAULT, ""))


def _as_it_came(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _cut_rows_out(text: str) -> tuple[str, list[str]]:
    """The text with each element of its outermost lists replaced by its number, and these elements. Raises NotJson."""
    frame: list[str] = []
    rows: list[str] = []
    opened: list[str] = []
    outermost, since = 0, 0  # how many brackets are open directly inside the list at hand, 0 outside; where to go on
    for found in _MARKS.finditer(text):
        mark = found[0]
        if mark == '"':
            raise NotJson("syntax", "a text without an end")
        if mark == "[" and not outermost:
            outermost = len(opened) + 1
            frame.append(text[since : found.end()])
            since = found.end()
        elif mark in (",", "]") and outermost and len(opened) == outermost:
            if row := text[since : found.start()].strip():
                frame.append(str(len(rows)))
                rows.append(row)
            if len(rows) > MOST_ROWS:
                raise NotJson("too_large")
            frame.append(mark)
            since = found.end()
            outermost = 0 if mark == "]" else outermost
        if mark in ("[", "{"):
            opened.append(mark)
        elif mark in ("]", "}") and (not opened or opened.pop() + mark not in ("[]", "{}")):
            raise NotJson("syntax", "brackets that do not fit")
    return "".join([*frame, text[since:]]), rows


def _with_rows(frame: Any, rows: list[Any]) -> Any:
    """The frame with its rows: its lists hold their numbers."""
    if isinstance(frame, dict):
        return {name: _with_rows(inner, rows) for name, inner in frame.items()}
    return [rows[number] for number in frame] if isinstance(frame, list) else frame


def _read_row(text: str) -> Any:
    try:
        return read_json(_as_it_came(text))
    except NotJson as broken:
        return {**_what_it_says(text), AT_FAULT: broken.fault}


def _what_it_says(text: str) -> dict[str, Any]:
    """What can be read of it; else only what makes two such rows two, for the text itself could name anyone."""
    try:
        said = _LENIENT.decode(_NO_UTF8.sub(lambda byte: rf"\\x{ord(byte[0]) - 0xDC00:02x}", text))
    except (ValueError, RecursionError):
        return {"left_out": "all of the row", "sha256": hashlib.sha256(_as_it_came(text)).hexdigest()}
    return said if isinstance(said, dict) else {"not_an_object": said}


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, list[Any]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: given[0] if len(given) == 1 else {GIVEN_TWICE: given} for name, given in values.items()}


def _whole(number: str) -> int | str:
    return int(number) if len(number) <= LONGEST_WHOLE else number


_LENIENT = json.JSONDecoder(
    object_pairs_hook=_each_name_once, parse_float=str, parse_int=_whole, parse_constant=str, strict=False
)
