"""What programs between a shop and its file destroyed: ids in a spreadsheet, and text read in a wrong encoding."""

import re
from collections.abc import Sequence

SPREADSHEET_DIGITS = 15  # that one keeps of a number

_ERRORS = r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!)|#{3,}"
_MONTHS = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
# 2026-01-02 alone is none of them: spreadsheets write it so in few countries, and shops number goods by the day. Where
# two rows became one by it, they differ and are reported.
_DATES = (
    rf"\d{{1,2}}月\d{{1,2}}日|\d{{4}}年\d{{1,2}}月(?:\d{{1,2}}日)?|\d{{1,2}}[- ]{_MONTHS}(?:[- ]\d{{2,4}})?"
    rf"|{_MONTHS}[- ]\d{{1,4}}"
    r"|\d{1,2}/\d{1,2}/\d{2,4}|\d{4}/\d{1,2}/\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4}|\d{4}-\d\d-\d\d 00:00:00"
    r"|\d{1,2}:\d\d(?::\d\d)?(?: [AP]M)?"
)
_TRUTHS = "[Tt]rue|TRUE|[Ff]alse|FALSE|WAHR|FALSCH|VRAI|FAUX|VERDADERO|FALSO"
_ROUNDED = r"[+-]?\d(?:[.,]\d+)?[eE]\+\d+|[+-]?\d[.,]\d+[eE]-?\d+"  # 4E12 may be an id, 4.1E12 is none
_SPOILT = re.compile(rf"^(?:{_ROUNDED}|{_DATES}|{_TRUTHS}|{_ERRORS})$", re.MULTILINE | re.ASCII)

# "Ã¤", "ä¿": what is left of UTF-8 that was read as Western European; "淇濇俯": as GBK.
_WESTERN = re.compile(r"[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")
# What the first two bytes of most Chinese characters in UTF-8 are in GBK.
_CHINESE = re.compile(
    "["
    + "".join(
        bytes((first, second)).decode("gbk", "ignore") for first in range(0xE4, 0xEA) for second in range(0x80, 0xC0)
    )
    + "]"
)


def are_spoilt(ids: list[str]) -> bool:
    """Whether a spreadsheet may have changed one of these, checked together."""
    return _SPOILT.search("\n".join(ids)) is not None


def is_spoilt(text: str) -> bool:
    """Whether a spreadsheet made a rounded number, a date, a time, yes or no, or an error of it: the id is lost."""
    return _SPOILT.fullmatch(text) is not None


def is_long_number(text: str) -> bool:
    """Whether it is a number of more digits than a spreadsheet keeps."""
    return len(text) > SPREADSHEET_DIGITS + 1 and text.isascii() and text.isdigit()


def are_rounded(numbers: Sequence[str]) -> bool:
    """Whether a spreadsheet rounded these long numbers and wrote them out: each ends in nothing but zeros.

    Of many numbers one may end so by itself. A single one hardly does.
    """
    return bool(numbers) and not any(digits[SPREADSHEET_DIGITS:].strip("0") for digits in numbers)


def may_be_garbled(texts: list[str]) -> bool:
    """Whether one of these may be garbled, checked together."""
    together = "\n".join(texts)
    return "\ufffd" in together or bool(_WESTERN.search(together) or _CHINESE.search(together))


def is_garbled(text: str) -> bool:
    """Whether it was read in a wrong encoding before it was written into the file."""
    if "\ufffd" in text:
        return True
    if _WESTERN.search(text):
        return _read_back(text, "cp1252") or _read_back(text, "latin-1")
    return _CHINESE.search(text) is not None and _read_back(text, "gb18030")


def _read_back(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding).decode("utf-8")
    except UnicodeError:
        return False
    return True
