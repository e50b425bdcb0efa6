"""Completions for a question that is being typed: words of titles, brands and categories."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from joey.catalog.search import match
from joey.catalog.search.fold import fold, tokens
from joey.catalog.search.read_index import guarded, searcher
from joey.catalog.search.split_words import LONGEST_QUESTION, cut_question, question_words
from joey.marketplaces.pasted import is_pasted

if TYPE_CHECKING:
    from tantivy import Query, Searcher

MOST = 10
LOOKED_THROUGH = 2_000  # words with one beginning; the most frequent of them are shown
_ADDRESS = re.compile(r"\S*(?:://|@|www\.)\S*|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE | re.ASCII)  # or a host
Kind = Literal["word", "brand", "category"]


@dataclass(frozen=True)
class Suggestion:
    """A whole question to ask instead, and what its last word is. A category is given by its code in `text`."""

    text: str
    kind: Kind


def suggest(q: str, *, most: int = MOST) -> list[Suggestion]:
    """How the question may continue, the most frequent first; misspelt words are corrected. A link, an address or a
    copy-code is no question and continues in none. Raises NoIndex.
    """
    if is_pasted(q) or _ADDRESS.fullmatch(q.strip()):
        return []
    folded = fold(q[:LONGEST_QUESTION])
    found = list(tokens(folded))
    if not found:
        return []
    typed = cut_question(found[-1].text)[-1] if found[-1].kind == "han" else found[-1].text
    with guarded():
        index = searcher()
        head = _put_right(folded[: folded.rindex(typed)], index)
        return _different(_suggestions(index, folded, head, typed), folded)[:most]


def _suggestions(index: "Searcher", folded: str, head: str, typed: str) -> Iterator[tuple[int, Suggestion]]:
    """(offers, suggestion); for corrections of misspelt words the number is zero or negative."""
    kinds: tuple[Kind, ...] = ("brand", "category")
    for kind in kinds:
        for term, count in index.terms_with_prefix("facts", f"{kind}={folded}", limit=LOOKED_THROUGH):
            yield count, Suggestion(term.removeprefix(f"{kind}="), kind)
    going_on = index.terms_with_prefix("words", typed, filter_query=_all_of(head, index), limit=LOOKED_THROUGH)
    for term, count in going_on:
        yield count, Suggestion(head + term, "word")
    if not going_on and typed.isalpha() and typed.isascii():
        for rank, term in enumerate(match.readings(typed, index)):
            yield -rank, Suggestion(head + term, "word")


def _put_right(head: str, index: "Searcher") -> str:
    """The words before the last; each that is not in the index is replaced by the nearest one that is."""
    for token, kind, _glued in tokens(head):
        if kind == "letters" and not index.doc_freq("words", token):
            head = head.replace(token, next((each for each in match.readings(token, index) if each != token), token))
    return head


def _all_of(head: str, index: "Searcher") -> "Query | None":
    words = question_words(head).words
    return next(iter(match.loose_tiers(words, index))) if words else None


def _different(found: Iterator[tuple[int, Suggestion]], folded: str) -> list[Suggestion]:
    """Most frequent first, each text once, and not what is typed already but for signs: <script> is no <script."""
    typed = _words(folded)
    best: dict[str, tuple[int, Suggestion]] = {}
    for count, each in found:
        if _words(each.text) != typed and (each.text not in best or best[each.text][0] < count):
            best[each.text] = (count, each)
    return [each for _count, each in sorted(best.values(), key=lambda pair: (-pair[0], pair[1].text))]


def _words(folded: str) -> list[str]:
    return [token.text for token in tokens(folded)]
