"""Words of a question as they were typed: what is searched for is folded and in one spelling, what is said is not."""

import re
from collections.abc import Iterable

from joey.catalog.search.fold import UNSPACED, fold, tokens
from joey.catalog.search.spellings import one_spelling

MOST_PIECES = 16  # of one word: ABC-12-34 has five
_PIECE = re.compile(rf"[{UNSPACED}]|\d+(?:[.,]\d+)*|[^\W\d_{UNSPACED}]+|\S")


def as_typed(typed: str, texts: Iterable[str]) -> dict[str, str]:
    """Each of these texts of question words → the shortest part of `typed` that means it; itself where none does."""
    found = {text: text for text in texts}
    missing = {text for text in found if text not in typed}
    pieces = list(_PIECE.finditer(typed))
    for length in range(1, min(MOST_PIECES, len(pieces)) + 1):
        for start in range(len(pieces) - length + 1):
            if not missing:
                return found
            part = typed[pieces[start].start() : pieces[start + length - 1].end()]
            text = _read(part)
            if text in missing:
                missing.remove(text)
                found[text] = _with_unit(part, typed[pieces[start].start() :].split()[0])
    return found


def _with_unit(part: str, glued: str) -> str:
    """The part with what follows at once if that changes nothing: 180x200cm, and not 180x200."""
    return glued if glued[-1].isalnum() and _read(glued) == _read(part) else part


def _read(text: str) -> str:
    return "".join(token.text for token in tokens(one_spelling(fold(text))))
