"""Where a line of a poster or card may end: never inside a word, a number with its unit, or before a closing mark."""

from collections.abc import Iterable

import regex

from joey.catalog.search.split_words import cut_question
from joey.sharing.set_type import Type, clusters

# Rules of Chinese typesetting (GB/T 15834): these never begin a line …
NOT_FIRST = frozenset("，。、；：？！…—·～’”）》〉」』】〕％℃,.;:?!)]}%°’”/-")
# … and these never end one.
NOT_LAST = frozenset("（《〈「『【〔“‘([{¥￥$€£#@")

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"  # written without spaces
_PIECES = regex.compile(
    rf"(?V1)(?P<han>\p{{Han}}+)"
    rf"|[[\p{{L}}\p{{N}}\p{{M}}]--[{_UNSPACED}]][[\p{{L}}\p{{N}}\p{{M}}.,+&'’×/%°™®©Ω℃-]--[{_UNSPACED}]]*(?<![.,'’/-])"
    r"|\s+|\X"
)
_NUMBER = regex.compile(r"[\p{N}.,×/+-]*\p{N}")
_UNIT = regex.compile(
    r"(?i)(?:m?l|[km]?g|[cm]?m|m[aw]h|[kmgt]b|[kmg]?hz|oz|lbs?|inch|in|ft|pcs|pack|[wv]|°c|℃)[,.;:)]?"
)


def lines_of(text: str, face: Type, width: float, most: int) -> list[str]:
    """The text in at most `most` lines of at most `width` pixels; what does not fit ends in an ellipsis.

    Two lines are balanced, so that no single word is left alone on the second.
    """
    pieces = _with_units(filter(None, regex.split(r"( )", text)))  # a title's own spaces are its best breaks
    if any(face.getlength(piece) > width for piece in pieces) or len(_fill(pieces, face, width)) > most:
        pieces = _with_units(_unbreakable(text))
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
    """Pieces between which a line may break: words, Chinese ones by the splitter of the search, with their marks."""
    pieces: list[str] = []
    for found in _PIECES.finditer(text):
        for piece in cut_question(found[0]) if found["han"] else [found[0]]:
            if pieces and not piece.isspace() and _belongs_together(pieces, piece):
                pieces[-1] += piece
            else:
                pieces.append(" " if piece.isspace() else piece)
    return pieces


def _with_units(pieces: Iterable[str]) -> list[str]:
    """The pieces with a number and its unit as one: 500 ml."""
    joined: list[str] = []
    for piece in pieces:
        if joined[-1:] == [" "] and len(joined) > 1 and joined[-2][-1].isnumeric() and _UNIT.fullmatch(piece):
            joined[-2:] = [f"{joined[-2]} {piece}"]
        else:
            joined.append(piece)
    return joined


def _belongs_together(pieces: list[str], piece: str) -> bool:
    return piece[0] in NOT_FIRST or pieces[-1][-1] in NOT_LAST or bool(_NUMBER.fullmatch(pieces[-1]))


def _fill(pieces: list[str], face: Type, width: float) -> list[str]:
    lines = [""]
    for piece in pieces:
        if not lines[-1] and piece == " ":
            continue
        if face.getlength(lines[-1] + piece) <= width:
            lines[-1] += piece
        elif face.getlength(piece) <= width:
            lines.append(piece.lstrip())
        else:  # one word wider than the line: it breaks where it must
            for letter in clusters(piece):
                if face.getlength(lines[-1] + letter) > width:
                    lines.append("")
                lines[-1] += letter
    return [line.rstrip() for line in lines if line.strip()]


def _cut(lines: list[str], face: Type, width: float, most: int) -> list[str]:
    kept, last = lines[: most - 1], clusters(lines[most - 1])
    while last and face.getlength("".join(last) + "…") > width:
        last.pop()
    while last and (last[-1] in NOT_FIRST or last[-1] in NOT_LAST or last[-1] == " "):
        last.pop()
    return [*kept, "".join(last) + "…"]
