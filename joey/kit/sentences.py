"""Sentences of ours that are stored: which they are, with their facts, so that each reader has their own language.

What a person or a bank wrote is kept as it came, and so is what was kept before there were such sentences.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext

from joey.kit.text import sentences

MARK = "\x1f"  # no line that a person types has a control character (kit/text.py)


@dataclass(frozen=True)
class Sentence:
    """One sentence. Its English, `gettext_noop("…")`, is its code; `facts` fill its places in and have no language."""

    english: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """In the language that is active now."""
        return gettext(self.english) % self.facts if self.facts else gettext(self.english)


Words = str | tuple[Sentence, ...]  # what someone wrote, or sentences of ours


def to_keep(words: Words) -> str:
    """The text to be kept."""
    return words if isinstance(words, str) else MARK + json.dumps([[each.english, each.facts] for each in words])


def worded(text: str) -> str:
    """A kept text as people read it, in the language that is active now."""
    if not text.startswith(MARK):
        return text
    try:
        return sentences(*(Sentence(english, facts) for english, facts in json.loads(text[1:])))
    except (ValueError, TypeError, KeyError, RecursionError):
        return text  # a bank's own, whatever it begins with
