"""Setting type on a poster: fonts, what they can draw, and where a line may break in Chinese and English."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = 400, 700

# Rules of Chinese typesetting (GB/T 15834): these never begin a line …
NOT_FIRST = frozenset("，。、；：？！…—·～’”）》〉」』】〕％℃,.;:?!)]}%°’”/-")
# … and these never end one.
NOT_LAST = frozenset("（《〈「『【〔“‘([{¥￥$€£#@")
_PIECES = re.compile(r"[A-Za-z0-9À-ɏ][A-Za-z0-9À-ɏ.,+&'’×/%°-]*(?<![.,'’/-])|\s+|.", re.DOTALL)
_APOSTROPHE = re.compile(r"(?<=[A-Za-z])’(?=[A-Za-z])")  # this font draws the curly one as wide as a Chinese character
_UNDRAWN = "\U000f0000"  # no font has this


@lru_cache(maxsize=64)
def font(size: int, weight: int = REGULAR) -> ImageFont.FreeTypeFont:
    """Noto Sans SC at `size` pixels."""
    path = FONTS / f"noto-sans-sc-chinese-simplified-{weight}-normal.woff2"
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def drawable(text: str) -> str:
    """The text in one line, without what the font cannot draw: a box says nothing."""
    plain = _APOSTROPHE.sub("'", " ".join(unicodedata.normalize("NFC", text).split()))
    kept = "".join(each for each in plain if each == " " or _has(each))
    return " ".join(kept.split())


@lru_cache(maxsize=20_000)
def _has(character: str) -> bool:
    if not character.isprintable():
        return False
    face = font(24)
    drawn, missing = face.getmask(character), face.getmask(_UNDRAWN)
    return (drawn.size, bytes(drawn)) != (missing.size, bytes(missing))


def lines_of(text: str, face: ImageFont.FreeTypeFont, width: float, most: int) -> list[str]:
    """The text in at most `most` lines of at most `width` pixels; what does not fit ends in an ellipsis.

    Two lines are balanced, so that no single character is left alone on the second.
    """
    pieces = [piece for piece in re.split(r"( )", text) if piece]  # a title's own spaces are its best breaks
    if any(face.getlength(piece) > width for piece in pieces) or len(_fill(pieces, face, width)) > most:
        pieces = _unbreakable(text)
    lines = _fill(pieces, face, width)
    if len(lines) > most:
        return _cut(lines, face, width, most)
    if len(lines) > 1:
        widest = max(face.getlength(piece) for piece in pieces)
        low, high = min(max(width / 2, widest), width), width
        for _ in range(8):
            middle = (low + high) / 2
            tried = _fill(pieces, face, middle)
            low, high = (low, middle) if len(tried) == len(lines) else (middle, high)
        lines = _fill(pieces, face, high)
    return lines


def _unbreakable(text: str) -> list[str]:
    """Pieces between which a line may break: single Chinese characters and whole words, with their punctuation."""
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        glued = pieces and (piece[0] in NOT_FIRST or pieces[-1][-1] in NOT_LAST)
        if glued and not piece.isspace():
            pieces[-1] += piece
        else:
            pieces.append(" " if piece.isspace() else piece)
    return pieces


def _fill(pieces: list[str], face: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines = [""]
    for piece in pieces:
        if not lines[-1] and piece == " ":
            continue
        if face.getlength(lines[-1] + piece) <= width:
            lines[-1] += piece
        elif face.getlength(piece) <= width:
            lines.append(piece.lstrip())
        else:  # one word wider than the line: it breaks where it must
            for character in piece:
                if face.getlength(lines[-1] + character) > width:
                    lines.append("")
                lines[-1] += character
    return [line.rstrip() for line in lines if line.strip()]


def _cut(lines: list[str], face: ImageFont.FreeTypeFont, width: float, most: int) -> list[str]:
    kept, last = lines[: most - 1], lines[most - 1]
    while last and face.getlength(last + "…") > width:
        last = last[:-1]
    while last and (last[-1] in NOT_FIRST or last[-1] in NOT_LAST or last[-1] == " "):
        last = last[:-1]
    return [*kept, last + "…"]
