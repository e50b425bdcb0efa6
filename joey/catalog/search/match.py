"""The index queries for the words of a question, strictest first.

1. every word exactly, in this order; 2. every word exactly; 3. Chinese words also as adjacent characters, however a
title was split, letters also as the beginning of a word, glued or spaced; 4. every word exactly, or a synonym; 5. both;
6. letters also with a typing error. Where no word has a synonym, 3 and 5 are one. Digits are never guessed. The tier of
an offer depends only on the offer and the question, so a list read page by page keeps its order while other offers come
and go.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from joey.catalog.search.brand_names import Name
from joey.catalog.search.documents import schema
from joey.catalog.search.fold import is_unspaced
from joey.catalog.search.sounds import Reading, same_sound, synonyms_by_sound, typed_sounds
from joey.catalog.search.spellings import SMALLEST_UNITS
from joey.catalog.search.split_words import BETWEEN, QuestionWord, bridge, halves, joint, pairs

if TYPE_CHECKING:
    from tantivy import Query, Searcher

FORGIVEN_ONE, FORGIVEN_TWO = 4, 8  # the number of letters from which one typing error is forgiven, or two
SHORTEST_BEGINNING = 2
LETTERS_OF_A_WORD = 4  # on average, where several words were typed as they sound
MOST_READINGS = 300  # of one word

Meaning = Callable[[str, "Searcher"], list[str]]


def tiers(words: Sequence[QuestionWord], searcher: "Searcher", *, guesses: bool = True) -> "Iterator[Query]":
    """The query of each tier, strictest first; an offer that matches several counts in the first.

    A single character matches everywhere: 茶 in 绿茶, which is a word of its own, as much as in 茶歇裙.
    """
    if len(words) == 1 and words[0].han and len(words[0].text) == 1:
        yield from loose_tiers(words, searcher, guesses=guesses)
        return
    strict = [whole(word.units) for word in words]
    bridges = [_term("letters", bridge(one, other)) for one, other in pairwise(words)]
    first = _all([*strict, *bridges])
    if len(words) > 1 and all(word.han for word in words):  # 保温 杯 are the one word 保温杯 to the splitter
        first = _any([first, _term("words", "".join(word.text for word in words))])
    yield first
    if bridges:
        yield _all(strict)
    if any(word.also for word in words):  # the very word comes first, however a title was split
        yield loosely([replace(word, also=()) for word in words], searcher, guesses=False)
        yield _all(_named(word) for word in words)
    yield from loose_tiers(words, searcher, guesses=guesses)


def loose_tiers(words: Sequence[QuestionWord], searcher: "Searcher", *, guesses: bool = True) -> "Iterator[Query]":
    """The last two tiers: first without guessing, then, with `guesses`, with typing errors forgiven."""
    yield loosely(words, searcher, guesses=False)
    if guesses and _may_guess(words):
        yield loosely(words, searcher, guesses=True)


def loosely(words: Sequence[QuestionWord], searcher: "Searcher", *, guesses: bool) -> "Query":
    """All words, each as loosely as anything is matched; with `guesses`, typing errors are forgiven."""
    meaning = readings if guesses and _may_guess(words) else beginnings
    parts: list[Query] = []
    at = 0
    while at < len(words):
        each = _loose(words[at], meaning, searcher)
        together = "".join(word.text for word in words[at : at + 2])
        is_spaced = at + 1 < len(words) and _is_plain(words[at]) and _is_plain(words[at + 1])
        if is_spaced and searcher.doc_freq("words", together):  # power bank finds powerbank
            other = _loose(words[at + 1], meaning, searcher)
            parts.append(_any([_all([each, other]), _term("words", together)]))
            at += 2
        else:
            parts.append(each)
            at += 1
    return _all(parts)


def _is_plain(word: QuestionWord) -> bool:
    return len(word.units) == 1 and word.text.isascii() and word.text.isalpha()


def _may_guess(words: Sequence[QuestionWord]) -> bool:
    return any(_may_be_misspelt(word, unit) for word in words for unit in word.units)


def as_typed_sounds(words: Sequence[QuestionWord], searcher: "Searcher") -> "Iterator[Query]":
    """Chinese that was typed in Latin letters, as it sounds, by its initials, or not to its end: kafei, kf, kafe.

    Nothing for any other.
    """
    for sounds in typed_sounds("".join(word.text for word in words), searcher):
        yield _all(_any(map(_sounding, each)) for each in sounds)


def as_same_sounds(words: Sequence[QuestionWord], searcher: "Searcher") -> "Iterator[Query]":
    """Chinese words that sound like those of the question: 面膜 for 面摸. Nothing for one without Chinese."""
    if sounds := same_sound([(word.text, word.han) for word in words], searcher):
        others = [word for word in words if not word.han]
        yield loosely_and(others, map(_sounding, sounds), searcher)


def by_sound(word: QuestionWord, searcher: "Searcher") -> "Iterator[Query]":
    """What one word may sound like or may be typed for, the likeliest first.

    Single syllables sound like anything, so it has to sound like one word, or like several long ones.
    """
    if word.han:
        alike = same_sound([(word.text, True)], searcher) if len(word.text) > 1 else ()
        found: Iterable[tuple[Reading, ...]] = [tuple((each,) for each in alike)]
    else:
        found = typed_sounds(word.text, searcher)
    for sounds in found:
        if len(sounds) == 1 or 0 < len(sounds) * LETTERS_OF_A_WORD <= len(word.text):
            yield _all(_any(map(_sounding, each)) for each in sounds)


def loosely_and(words: Sequence[QuestionWord], others: "Iterable[Query]", searcher: "Searcher") -> "Query":
    """All the words without guessing, and all of the other queries."""
    return _all([*others, *([loosely(words, searcher, guesses=False)] if words else [])])


def _sounding(sound: str) -> "Query":
    """What sounds like this, and the synonyms of what does."""
    return _any([_term("sounds", sound), *map(_characters, synonyms_by_sound().get(sound, ()))])


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
    return _any([whole(word.units), *(whole(name) for name in word.also)])


def whole(units: Name) -> "Query":
    """The tokens side by side: 14Pro finds 14 Pro. Letters parted by a hyphen also as one word: wi-fi finds wifi."""
    if len(units) == 1:
        return _term("words", units[0])
    apart = [_term("words", unit) for unit in units]
    beside = [_term("letters", joint(one, other)) for one, other in pairwise(units)]
    together = _all([*apart, *beside])
    return _any([together, _term("words", "".join(units))]) if all(map(str.isalpha, units)) else together


def _loose(word: QuestionWord, meaning: Meaning, searcher: "Searcher") -> "Query":
    if word.han:
        found = _all(_term("letters", pair) for unit in word.units for half in halves(unit) for pair in pairs(half))
    elif _is_quantity(word):
        found = whole(word.units)
    else:
        forgiving = beginnings if word.also else meaning
        apart = _all(_terms(forgiving(unit, searcher) if unit.isalpha() else [unit]) for unit in word.units)
        found = _any([apart, whole(word.units), *_parted(word, searcher)])
    return _any([found, *map(_characters, word.also)])


def _is_quantity(word: QuestionWord) -> bool:
    """500 ml is one thing to look for, and so is 180×200: 500 and ml apart are something else."""
    first, *rest = word.units
    return first[0].isdecimal() and bool(rest) and all(each in SMALLEST_UNITS or each[0].isdecimal() for each in rest)


def _parted(word: QuestionWord, searcher: "Searcher") -> "Iterator[Query]":
    """A word of letters as two of the index that follow each other: powerbank finds power bank."""
    if _is_plain(word):
        for middle in range(1, len(word.text)):
            sides = word.text[:middle] + BETWEEN + word.text[middle:]
            if searcher.doc_freq("letters", sides):
                yield _term("letters", sides)


def _characters(name: Name) -> "Query":
    """A synonym as adjacent characters and tokens, however a title was split."""
    parts = [_term("letters", joint(one, other)) for one, other in pairwise(name)]
    for unit in name:
        parts += [_term("letters", pair) for pair in pairs(unit)] if is_unspaced(unit) else [_term("words", unit)]
    return _all(parts)


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
