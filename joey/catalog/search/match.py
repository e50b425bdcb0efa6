"""The index queries for the words of a question, strictest first.

1. every word exactly, in this order; 2. every word exactly, or another name of that brand; 3. Chinese words also as
adjacent characters, however a title was split, letters also as the beginning of a word; 4. letters also with a typing
error. Digits are never guessed. The tier of an offer depends only on the offer and the question, so a list read page by
page keeps its order while other offers come and go.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from joey.catalog.search.brand_names import Name
from joey.catalog.search.documents import schema
from joey.catalog.search.split_words import BETWEEN, QuestionWord, bridge, halves, pairs

if TYPE_CHECKING:
    from tantivy import Query, Searcher

FORGIVEN_ONE, FORGIVEN_TWO = 4, 8  # the number of letters from which one typing error is forgiven, or two
SHORTEST_BEGINNING = 2
MOST_READINGS = 300  # of one word

Meaning = Callable[[str, "Searcher"], list[str]]


def tiers(words: Sequence[QuestionWord], searcher: "Searcher", *, guesses: bool = True) -> "Iterator[Query]":
    """The query of each tier, strictest first; an offer that matches several counts in the first.

    A single character matches everywhere: 茶 in 绿茶, which is a word of its own, as much as in 茶歇裙.
    """
    if len(words) == 1 and words[0].han and len(words[0].units[0]) == 1:
        yield from loose_tiers(words, searcher, guesses=guesses)
        return
    strict = [_whole(word.units) for word in words]
    bridges = [_term("letters", bridge(one, other)) for one, other in pairwise(words)]
    first = _all([*strict, *bridges])
    if len(words) > 1 and all(word.han for word in words):  # 保温 杯 are the one word 保温杯 to the splitter
        first = _any([first, _term("words", "".join(word.units[0] for word in words))])
    yield first
    if bridges or any(word.also for word in words):
        yield _all(_named(word) for word in words)
    yield from loose_tiers(words, searcher, guesses=guesses)


def loose_tiers(words: Sequence[QuestionWord], searcher: "Searcher", *, guesses: bool = True) -> "Iterator[Query]":
    """The last two tiers: first without guessing, then, with `guesses`, with typing errors forgiven."""
    yield _all(_loose(word, beginnings, searcher) for word in words)
    if guesses and any(_may_be_misspelt(word, unit) for word in words for unit in word.units):
        yield _all(_loose(word, readings, searcher) for word in words)


def beginnings(token: str, searcher: "Searcher") -> list[str]:
    """Words of the index that begin with `token`, and the token itself."""
    if len(token) < SHORTEST_BEGINNING:
        return [token]
    return [token, *(term for term, _count in searcher.terms_with_prefix("words", token, limit=MOST_READINGS))]


def readings(token: str, searcher: "Searcher") -> list[str]:
    """Words of the index that `token` may mean: those that begin with it, or differ by a typing error or two.

    The first letter counts as typed. Nearest first.
    """
    if len(token) < FORGIVEN_ONE:
        return beginnings(token, searcher)
    from rapidfuzz import process
    from rapidfuzz.distance import OSA  # counts two swapped letters as one error

    forgiven = 2 if len(token) >= FORGIVEN_TWO else 1
    known = _vocabulary(searcher).beginning_with(token[0])
    near = process.extract(token, known, scorer=OSA.distance, score_cutoff=forgiven, limit=MOST_READINGS)
    by_distance = [term for term, _distance, _at in sorted(near, key=lambda each: (each[1], each[0]))]
    return list(dict.fromkeys([*by_distance, *beginnings(token, searcher)]))


class _Vocabulary:
    """The Latin words in one state of the index, by their first letter; read when a word is mistyped."""

    def __init__(self, searcher: "Searcher") -> None:
        self.searcher = searcher
        self._found: dict[str, list[str]] = {}

    def beginning_with(self, letter: str) -> list[str]:
        if letter not in self._found:
            terms = self.searcher.terms_with_prefix("words", letter)
            self._found[letter] = [term for term, _count in terms if term.isalpha() and term.isascii()]
        return self._found[letter]


_latest: list[_Vocabulary] = []


def _vocabulary(searcher: "Searcher") -> _Vocabulary:
    """Cached for the newest state only: an older one would keep deleted files open."""
    kept = _latest[0] if _latest else None
    if kept is None or kept.searcher is not searcher:
        kept = _Vocabulary(searcher)
        _latest[:] = [kept]
    return kept


def _named(word: QuestionWord) -> "Query":
    return _any([_whole(word.units), *(_whole(name) for name in word.also)])


def _whole(units: Name) -> "Query":
    """The tokens side by side: 14Pro finds 14 Pro. Letters parted by a hyphen also as one word: wi-fi finds wifi."""
    if len(units) == 1:
        return _term("words", units[0])
    apart = [_term("words", unit) for unit in units]
    beside = [_term("letters", one + BETWEEN + other) for one, other in pairwise(units)]
    together = _all([*apart, *beside])
    return _any([together, _term("words", "".join(units))]) if all(map(str.isalpha, units)) else together


def _loose(word: QuestionWord, meaning: Meaning, searcher: "Searcher") -> "Query":
    if word.han:
        found = _all(_term("letters", pair) for half in halves(word.units[0]) for pair in pairs(half))
    else:
        apart = _all(
            _terms(meaning(unit, searcher) if unit.isalpha() and not word.also else [unit]) for unit in word.units
        )
        found = _any([apart, _whole(word.units)]) if len(word.units) > 1 else apart
    return _any([found, *(_whole(name) for name in word.also)])


def _may_be_misspelt(word: QuestionWord, unit: str) -> bool:
    """Letters may, unless they are a brand's name that is known."""
    return not word.han and not word.also and len(unit) >= FORGIVEN_ONE and unit.isalpha() and unit.isascii()


def _terms(texts: Sequence[str]) -> "Query":
    from tantivy import Query

    if len(texts) == 1:
        return _term("words", texts[0])
    return Query.term_set_query(schema(), "words", list(dict.fromkeys(texts)))


def _term(field: str, text: str) -> "Query":
    from tantivy import Query

    return Query.term_query(schema(), field, text, index_option="basic")


def _all(parts: "Iterable[Query]") -> "Query":
    from tantivy import Occur, Query

    found = list(parts)
    return found[0] if len(found) == 1 else Query.boolean_query([(Occur.Must, part) for part in found])


def _any(parts: "Iterable[Query]") -> "Query":
    from tantivy import Occur, Query

    found = list(parts)
    return found[0] if len(found) == 1 else Query.boolean_query([(Occur.Should, part) for part in found])
