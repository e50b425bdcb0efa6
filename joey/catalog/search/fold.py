"""Fold titles and questions the same way, so that width, case, accents and the Chinese script do not decide."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

# Scripts that put no space between words: Han, kana, bopomofo, Thai, Lao, Burmese, Khmer.
UNSPACED = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\U00020000-\U0003ffff"
)
LONGEST_UNIT = 40
_UNIT = re.compile(rf"([{UNSPACED}]+)|(\d+(?:[.,]\d+)*)|([^\W\d_{UNSPACED}]+)")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_MARKS = re.compile("[\u0300-\u036f]")
_GLUE = frozenset("-._/'’·&+")  # wi-fi, levi's, 5/8: one thing as it is typed


class Piece(NamedTuple):
    """A run of one kind: Chinese (or another script without spaces), a number, or letters.

    `glued`: it stands right behind the piece before, at most with a sign like a hyphen in between.
    """

    text: str
    kind: str  # "han", "number" or "letters"
    glued: bool


def fold(text: str) -> str:
    """NFKC, case folded, without accents, in simplified characters; white space collapsed, unseen signs gone."""
    text = _UNSEEN.sub("", text).casefold()
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
        text = unicodedata.normalize("NFC", text).casefold().translate(_simplified())
    return " ".join(text.split())


def pieces(folded: str) -> Iterator[Piece]:
    """The runs of a folded text, in order; signs between them only part them."""
    end = -2
    for found in _UNIT.finditer(folded):
        start = found.start()
        glued = start == end or (start == end + 1 and folded[end] in _GLUE)
        han, number, letters = found.groups()
        end = found.end()
        if han:
            yield Piece(han, "han", glued)
        elif number:
            yield Piece(number[:LONGEST_UNIT], "number", glued)
        else:
            yield Piece(letters[:LONGEST_UNIT], "letters", glued)


@cache
def _simplified() -> dict[int, str]:
    """Each traditional character → its simplified one, as OpenCC has them; made once, in a few hundredths of a second.

    Character by character, not by phrases: both sides are folded alike, so a rare wrong choice finds all the same.
    """
    from opencc import OpenCC

    characters = [chr(code) for start, end in ((0x3400, 0x4DC0), (0x4E00, 0xA000)) for code in range(start, end)]
    folded: dict[int, str] = {}
    for standard in ("hk2s", "t2s"):
        answers = OpenCC(standard).convert("\n".join(characters)).split("\n")
        folded |= {
            ord(one): other for one, other in zip(characters, answers, strict=True) if one != other and len(other) == 1
        }
    return folded
