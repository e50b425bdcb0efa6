"""Encodings that a mapping or an XML declaration may name, and which of them a file that is not UTF-8 looks like."""

import codecs
import re

UTF_8 = "utf-8"
UTF_16 = "utf-16"
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF_32 = "utf-32"
WIDE = (UTF_16, UTF_32)
UTF_32_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)  # the first begins with a mark of UTF-16

# Names that mean more than they say: programs write the larger set and keep the smaller one's name. As in the Encoding
# Standard (https://encoding.spec.whatwg.org/#names-and-labels).
_LARGER = {
    "gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252", "big5": "big5hkscs",
    "shift_jis": "cp932", "euc_kr": "cp949",
}  # fmt: skip
_KNOWN = frozenset(
    {
        UTF_8, UTF_16, "utf-16-le", "utf-16-be", UTF_32, "utf-32-le", "utf-32-be",
        "gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "koi8-r", "koi8-u",
        *(f"iso8859-{number}" for number in range(2, 17)), *(f"cp{number}" for number in range(1250, 1259)),
    }
)  # fmt: skip
# Of two bytes, the rows in which an encoding keeps its common words: level 1 of GB 2312, Big5 and JIS X 0208, and kana.
_COMMON = {
    "gb18030": ("gb2312", re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")),
    "big5": ("big5", re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]")),
    "shift_jis": ("cp932", re.compile(rb"[\x82\x83\x88-\x97][\x40-\xfc]")),
}
_ENOUGH = 0.7


def encoding_named(name: str) -> str:
    """Python's name of an encoding; "" where Joey does not know it."""
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return ""
    found = _LARGER.get(found, found)
    return found if found in _KNOWN else ""


def mark_of_utf_8(encoding: str) -> str:
    """What a file of refused rows begins with, so that it is read as UTF-8 by a mapping that names another encoding."""
    return "\ufeff" if encoding not in ("", UTF_8) else ""


def guessed(sample: bytes) -> str:
    """What the beginning of a file that is not UTF-8 looks like; "" where that is in doubt. Only good for advice."""
    if wide := wide_without_mark(sample):
        return wide
    best, share = "", _ENOUGH
    for name, (encoding, common) in _COMMON.items():
        if (found := _share_of_common(sample, encoding_named(name), encoding, common)) >= share:
            best, share = name, found
    return best or ("iso-8859-1" if _is_latin(sample) else "")


def marked(head: bytes) -> str:
    """The encoding whose mark a file begins with; "" for none."""
    if head.startswith(UTF_32_MARKS):
        return UTF_32
    return UTF_16 if head.startswith(UTF_16_MARKS) else UTF_8 if head.startswith(codecs.BOM_UTF8) else ""


def wide_without_mark(sample: bytes) -> str:
    """Which UTF-16 or UTF-32 it is, by the zeros in the other bytes of what is ASCII in it; "" where it is none."""
    quarters = [sample[at::4].count(0) / max(len(sample[at::4]), 1) for at in range(4)]
    if quarters[0] > 0.9 and quarters[1] > 0.9 and quarters[3] < 0.5:
        return "utf-32-be"
    if quarters[2] > 0.9 and quarters[3] > 0.9 and quarters[0] < 0.5:
        return "utf-32-le"
    first, second = (part.count(0) / max(len(part), 1) for part in (sample[::2], sample[1::2]))
    return "utf-16-be" if first > 4 * second + 0.2 else "utf-16-le" if second > 4 * first + 0.2 else ""


def _share_of_common(sample: bytes, encoding: str, plain: str, common: re.Pattern[bytes]) -> float:
    """Of the characters beyond ASCII the share that its writers use daily; 0 where it is another encoding."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return 0.0
    letters = [letter for letter in text if not letter.isascii() and letter.isalpha()]
    used = sum(common.fullmatch(letter.encode(plain, "ignore")) is not None for letter in letters)
    return used / len(letters) if letters else 0.0


def _is_latin(sample: bytes) -> bool:
    """Whether bytes beyond ASCII are alone between letters, as the accented ones of Western words."""
    high = re.findall(rb"[\x80-\xff]+", sample)
    return bool(high) and sum(len(each) <= 2 for each in high) >= 0.9 * len(high)
