"""Fold titles and questions the same way, so that width, case and spacing do not decide what is found."""

import unicodedata
from collections.abc import Iterable


def fold(text: str) -> str:
    """NFKC (full-width forms become plain ones), case folded, white space collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def search_text(texts: Iterable[str]) -> str:
    """Everything that can be found of one offer; a line break keeps a word from matching across two titles."""
    return "\n".join(dict.fromkeys(fold(text) for text in texts if text))


def contains(word: str) -> str:
    """A LIKE pattern for a folded word as it stands: `%`, `_` and backslash mean themselves."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
