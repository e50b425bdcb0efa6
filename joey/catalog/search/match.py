"""From the words of a question to what they match, strictest first.

1. every word as it stands, one behind the other; 2. every word as it stands, or another name of that brand;
3. every word in a looser sense: Chinese as characters side by side, however a title was cut; letters with a typing
error or as the beginning of a word. Digits are never guessed. Which of them an offer reaches depends on the offer and
the question alone, so that a list read page by page keeps its order while other offers come and go.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from joey.catalog.search.brand_names import Name
from joey.catalog.search.documents import schema
from joey.catalog.search.split_words import BETWEEN, Word, bridge, halves, pairs

if TYPE_CHECKING:
    from tantivy import Query, Searcher

FORGIVEN_ONE, FORGIVEN_TWO = 4, 8  # from so many letters on one typing error is forgiven, or two
SHORTEST_BEGINNING = 2
MOST_READINGS = 300  # of one misspelt word


def tiers(words: Sequence[Word], searcher: "Searcher") -> "list[Query]":
    """What matches in each sense, strictest first; an offer may stand in several, and counts in the first."""
    strict = [_whole(word.units) for word in words]
    bridges = [_term("letters", bridge(one, other)) for one, other in pairwise(words)]
    found = [_all([*strict, *bridges])]
    if len(words) > 1 and all(word.han for word in words):  # 保温 杯 are the one word 保温杯 to the splitter
        found = [_any([*found, _term("words", "".join(word.units[0] for word in words))])]
    if bridges or any(word.also for word in words):
        found.append(_all(_named(word) for word in words))
    found.append(_all(_loose(word, searcher) for word in words))
    return found


def readings(piece: str, searcher: "Searcher") -> list[str]:
    """Words of the index that `piece` may mean: those that begin with it, or differ by a typing error or two.

    The first letter counts as typed. Nearest first.
    """
    if len(piece) < SHORTEST_BEGINNING:
        return [piece]
    if len(piece) < FORGIVEN_ONE:
        return [piece, *(term for term, _count in searcher.terms_with_prefix("words", piece, limit=MOST_READINGS))]
    from rapidfuzz.distance import OSA  # counts two letters changed round as one error

    forgiven = 2 if len(piece) >= FORGIVEN_TWO else 1
    near: list[tuple[int, str]] = []
    for term, _count in searcher.terms_with_prefix("words", piece[0]):
        if term.startswith(piece):
            near.append((0 if term == piece else 1, term))
        elif abs(len(term) - len(piece)) <= forgiven and term.isalpha():
            distance = OSA.distance(piece, term, score_cutoff=forgiven)
            if distance <= forgiven:
                near.append((distance, term))
    return [piece, *(term for _distance, term in sorted(near)[:MOST_READINGS])]


def _named(word: Word) -> "Query":
    return _any([_whole(word.units), *(_whole(name) for name in word.also)])


def _whole(units: Name) -> "Query":
    """The pieces side by side: 14Pro finds 14 Pro. Letters parted by a hyphen also as one word: wi-fi finds wifi."""
    if len(units) == 1:
        return _term("words", units[0])
    apart = [_term("words", unit) for unit in units]
    beside = [_term("letters", one + BETWEEN + other) for one, other in pairwise(units)]
    together = _all([*apart, *beside])
    return _any([together, _term("words", "".join(units))]) if all(map(str.isalpha, units)) else together


def _loose(word: Word, searcher: "Searcher") -> "Query":
    if word.han:
        found = _all(_term("letters", pair) for half in halves(word.units[0]) for pair in pairs(half))
    else:
        apart = _all(_reading(unit, searcher) for unit in word.units)
        found = _any([apart, _whole(word.units)]) if len(word.units) > 1 else apart
    return _any([found, *(_whole(name) for name in word.also)])


def _reading(unit: str, searcher: "Searcher") -> "Query":
    from tantivy import Query

    if not unit.isalpha():
        return _term("words", unit)
    return Query.term_set_query(schema(), "words", list(dict.fromkeys(readings(unit, searcher))))


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
