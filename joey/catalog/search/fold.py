"""Fold titles and questions the same way, so that width, case, accents and the Chinese script do not matter."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from joey.kit.text import without_invisible

# Scripts without spaces between words: Han, kana, bopomofo, Thai, Lao, Burmese, Khmer.
UNSPACED = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\U00020000-\U0003ffff"
)
LONGEST_UNIT = 40
RUNS = re.compile(rf"[{UNSPACED}]+|\d+(?:[.,]\d+)*|[^\W\d_{UNSPACED}]+")
# Characters that join what is on both sides, 5/8, 180×200; and letters joined by them: wi-fi, levi's.
GLUE = re.compile("[-._/'’·&+×]")
GLUED = re.compile(rf"[^\W\d_{UNSPACED}]+(?:{GLUE.pattern}[^\W\d_{UNSPACED}]+)+")
# Forms of one character of which neither is the other's traditional one, and the form each is taken for.
_VARIANTS = ("著妳牠账钮黏蕃揹祇蔴簷吋呎", "着你它帐纽粘番背只麻檐寸尺")
_UNSPACED = re.compile(f"[{UNSPACED}]")


class Token(NamedTuple):
    """A run of one kind: Chinese (or another script without spaces), a number, or letters.

    `glued`: it follows the token before at once, or with only a character like a hyphen in between.
    """

    text: str
    kind: str  # "han", "number" or "letters"
    glued: bool


def fold(text: str) -> str:
    """NFKC, case folded, without accents and invisible characters, in simplified characters, white space collapsed."""
    text = without_invisible(text)
    if text.isascii():
        text = text.lower()
    else:
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", text)
        text = text.casefold()
        if _to_make_plain().search(text):  # rare; checking is much cheaper than translating
            text = text.translate(_plain_characters())
    return " ".join(text.split())


def tokens(folded: str) -> Iterator[Token]:
    """The runs of a folded text, in order; punctuation only separates them."""
    end = -2
    for found in RUNS.finditer(folded):
        start, run = found.start(), found[0]
        glued = start == end or (start == end + 1 and GLUE.match(folded[end]) is not None)
        end = found.end()
        if is_unspaced(run):
            yield Token(run, "han", glued)
        else:
            yield Token(run[:LONGEST_UNIT], "number" if run[0].isdecimal() else "letters", glued)


@cache
def _is_unspaced(character: str) -> bool:
    return _UNSPACED.match(character) is not None


def is_unspaced(run: str) -> bool:
    """Whether a run is of a script without spaces; its first character says so."""
    return _is_unspaced(run[0])


@cache
def _to_make_plain() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(chr, sorted(_plain_characters())))}]")


@cache
def _plain_characters() -> dict[int, str]:
    """Traditional characters → simplified ones, from OpenCC, and letters with accents → without. Built once.

    By character, not by phrase: both sides are folded alike, so a rare wrong choice is found all the same.
    """
    from opencc import OpenCC

    characters = [chr(code) for start, end in ((0x3400, 0x4DC0), (0x4E00, 0xA000)) for code in range(start, end)]
    plain = dict.fromkeys(range(0x300, 0x370), "")
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        plain[code] = unicodedata.normalize("NFKD", chr(code)).casefold().translate(dict.fromkeys(range(0x300, 0x370)))
    for standard in ("hk2s", "t2s"):
        answers = OpenCC(standard).convert("\n".join(characters)).split("\n")
        plain |= {
            ord(one): other for one, other in zip(characters, answers, strict=True) if one != other and len(other) == 1
        }
    variants = {ord(one): other for one, other in zip(*_VARIANTS, strict=True)}
    return {code: other.translate(variants) for code, other in plain.items()} | variants
