"""What someone who types may mean: words of titles, brands and categories that go on from there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from joey.catalog.search import match
from joey.catalog.search.fold import fold, pieces
from joey.catalog.search.read_index import guarded, searcher
from joey.catalog.search.split_words import LONGEST_QUESTION, question_words

if TYPE_CHECKING:
    from tantivy import Query, Searcher

MOST = 10
LOOKED_THROUGH = 2_000  # words with one beginning; the most frequent of them are shown
Kind = Literal["word", "brand", "category"]


@dataclass(frozen=True)
class Suggestion:
    """A whole question to ask instead, and what its last word is. A category is told by its code in `text`."""

    text: str
    kind: Kind


def suggest(q: str, *, most: int = MOST) -> list[Suggestion]:
    """How the question may go on, the most frequent first; one misspelt word is put right. Raises NoIndex."""
    folded = fold(q)[:LONGEST_QUESTION]
    found = list(pieces(folded))
    if not found:
        return []
    typed = found[-1].text
    head = folded[: folded.rindex(typed)]
    with guarded():
        index = searcher()
        return _different(_suggestions(index, folded, head, typed), folded)[:most]


def _suggestions(index: "Searcher", folded: str, head: str, typed: str) -> Iterator[tuple[int, Suggestion]]:
    for kind in ("brand", "category"):
        for term, count in index.terms_with_prefix("facts", f"{kind}={folded}", limit=LOOKED_THROUGH):
            yield count, Suggestion(term.removeprefix(f"{kind}="), kind)
    before = _all_of(head, index)
    going_on = index.terms_with_prefix("words", typed, filter_query=before, limit=LOOKED_THROUGH)
    for term, count in going_on:
        yield count, Suggestion(head + term, "word")
    if not going_on and typed.isalpha():
        for rank, term in enumerate(match.readings(typed, index)[1:]):
            yield -rank, Suggestion(head + term, "word")


def _all_of(head: str, index: "Searcher") -> "Query | None":
    words = question_words(head).words
    return match.tiers(words, index)[-1] if words else None


def _different(found: Iterator[tuple[int, Suggestion]], folded: str) -> list[Suggestion]:
    """Most frequent first, each text once, and not what is typed already."""
    best: dict[str, tuple[int, Suggestion]] = {}
    for count, each in found:
        if each.text != folded and (each.text not in best or best[each.text][0] < count):
            best[each.text] = (count, each)
    return [each for _count, each in sorted(best.values(), key=lambda pair: (-pair[0], pair[1].text))]
