"""A title in the reader's language where its source gave one, else as it was printed; and in which language it is."""

import re
from collections.abc import Iterator, Mapping

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_STRETCH = re.compile("([\u3400-\u9fff](?:[\u3000-\u9fff\uff00-\uffef\\s\\d]*[\u3400-\u9fff\uff00-\uffef])?)")


def title_in(language: str, title: str, translations: Mapping[str, str | None]) -> tuple[str, str]:
    """The title to show, and its language: that of a printed one is Chinese if it has Chinese characters, and is not
    known else, so that it counts as the reader's.
    """
    translated = translations.get(language)
    return translated or title, language if translated or not is_chinese(title) else "zh-hans"


def is_chinese(text: str) -> bool:
    """Whether it has Chinese characters."""
    return _HAN.search(text) is not None


def in_stretches(text: str) -> Iterator[tuple[str, bool]]:
    """The text in parts, each with whether it is Chinese; punctuation and numbers within Chinese belong to it."""
    for part in _STRETCH.split(text):
        if part:
            yield part, is_chinese(part)
