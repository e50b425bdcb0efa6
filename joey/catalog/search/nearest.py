"""What comes nearest to a question that finds nothing: what sounds the same, has most of its words, or sells most.

None of it counts as found: a face says which words were left out, then shows it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from joey.catalog.search import match
from joey.catalog.search.as_typed import as_typed
from joey.catalog.search.find_offers import FindOffers, ListStart
from joey.catalog.search.in_order import ListPlace
from joey.catalog.search.read_index import guarded, searcher
from joey.catalog.search.split_words import QuestionWord, QuestionWords, with_synonyms
from joey.catalog.search.synonyms import synonyms
from joey.catalog.search.wishes import KINDS, says_how

if TYPE_CHECKING:
    from tantivy import Query, Searcher

LONGEST_KNOWN = 6  # characters of a word that is looked up
SHORTEST_END = 2  # characters of a word's end that are looked for instead of it, unless one says its kind


@dataclass(frozen=True)
class NearestPlaces:
    """`dropped` are the words that these offers need not have, `kept` a question for what they were found by.

    `kept` is "" for what sells most; `by_sound`: they sound like the question. `narrowed`: they pass its filters.
    """

    places: list[ListPlace]
    dropped: tuple[str, ...] = ()
    kept: str = ""
    by_sound: bool = False
    narrowed: bool = True


def nearest_places(question: FindOffers, start: ListStart) -> NearestPlaces:
    """For a question that found nothing. Raises NoIndex."""
    with guarded():
        index = searcher()
        asked = question.words.words
        for sounding in match.as_same_sounds(asked, index):
            if alike := question.places_by_sound(index, start, sounding, question.limit):
                return NearestPlaces(alike, by_sound=True)
        asked = _split_by_titles(asked, index)
        count = _Counted(question, start, index)
        for words in _fewer(asked, count):
            if found := _places_with(words, count, question, start):
                kept = [word.text for word in words]
                dropped = [word.text for word in asked if word.text not in kept]
                if not dropped and count.heard:
                    return NearestPlaces(found, by_sound=True)
                said = as_typed(question.words.typed, [*dropped, *kept])
                return NearestPlaces(
                    found, tuple(said[text] for text in dropped), " ".join(said[text] for text in kept)
                )
    said = as_typed(question.words.typed, [word.text for word in asked])
    anything = replace(question, words=QuestionWords(()), blank=True, sort="sales")
    if found := anything.places(start):
        return NearestPlaces(found, tuple(said.values()))
    return NearestPlaces(_anything_at_all(anything).places(start), tuple(said.values()), narrowed=False)


def _anything_at_all(question: FindOffers) -> FindOffers:
    return replace(
        question, marketplace=None, category=None, currency=None, min_minor=None, max_minor=None, in_stock=False,
        coupon=False,
    )  # fmt: skip


def _places_with(
    words: Sequence[QuestionWord], count: "_Counted", question: FindOffers, start: ListStart
) -> list[ListPlace]:
    """The places of what has all these words, each as it is written or, where nothing is, as it sounds."""
    sounding = [count.heard[word] for word in words if word in count.heard]
    if not sounding:
        return replace(question, words=QuestionWords(tuple(words))).places(start)
    written = [word for word in words if word not in count.heard]
    together = match.loosely_and(written, sounding, count.index)
    return question.places_by_sound(count.index, start, together, question.limit)


class _Counted:
    """How many offers that pass the filters have a word, as it is written or else as it sounds.

    `heard` has the words that none has as they are written, each with the query for what sounds like it.
    """

    def __init__(self, question: FindOffers, start: ListStart, index: "Searcher") -> None:
        self.index = index
        self.heard: dict[QuestionWord, Query] = {}
        self._filters = list(question.filters(int(start.moment.timestamp())))

    def __call__(self, word: QuestionWord) -> int:
        if written := self.written(word):
            return written
        for sounding in match.by_sound(word, self.index):
            if hits := self._hits(sounding):
                self.heard[word] = sounding
                return hits
        return 0

    def written(self, word: QuestionWord) -> int:
        return self._hits(match.loosely([word], self.index, guesses=True))

    def _hits(self, query: "Query") -> int:
        from tantivy import Occur, Query

        parts: list[tuple[Occur, Query]] = [(Occur.Must, each) for each in (query, *self._filters)]
        found: Any = self.index.search(Query.boolean_query(parts), limit=1, count=True)
        return int(found.count)


def _fewer(asked: Sequence[QuestionWord], count: _Counted) -> Iterator[tuple[QuestionWord, ...]]:
    """Fewer and fewer of the words: what is only heard is dropped first, then the rarest.

    The word that says what it is, if that is clear, is kept to the last, and the last that has hits in any case.
    """
    hits = {word: count(word) for word in asked}
    there = [word for word in asked if hits[word]]
    head = _head(asked)
    if head is not None and (not hits[head] or head in count.heard):
        instead = _kind_of(head, count)
        if instead is not None:
            there = [*(word for word in there if word not in (head, instead)), instead]
            hits[instead] = count.written(instead)
        head = instead
    if head is None or len(head.text) == 1:  # a kind alone is far: what else is named is nearer
        long = [word for word in there if len(word.text) > 1]
        head = _head([word for word in long if word not in count.heard]) or head or _head(long)
    while there:
        yield tuple(there)
        others = [word for word in there if word != head]
        if not others:
            return
        there.remove(min(others, key=lambda word: (word not in count.heard, hits[word])))


def _head(words: Sequence[QuestionWord]) -> QuestionWord | None:
    """The word that says what is looked for, if that is clear: the last that names a kind, else the last noun."""
    nouns = [word for word in words if not says_how(word.text)]
    kinds = [word for word in nouns if word.han and word.text[-1] in KINDS]
    long = [word for word in nouns if len(word.text) > 1]
    return next(reversed(kinds or long or nouns), None)


def _kind_of(word: QuestionWord, count: _Counted) -> QuestionWord | None:
    """The longest end of a Chinese word that offers have: 鞋 for 雨鞋, where no title has 雨鞋."""
    if not word.han:
        return None
    for start in range(1, len(word.text)):
        end = word.text[start:]
        kind = QuestionWord((end,), han=True)
        if (len(end) >= SHORTEST_END or end in KINDS) and count.written(kind):
            return kind
    return None


def _split_by_titles(words: Sequence[QuestionWord], index: "Searcher") -> tuple[QuestionWord, ...]:
    """The words with each run of Chinese split into words of the index and synonyms, as far as it has any.

    A splitter's own dictionary lacks brands and new goods: it splits 幼猫猫条 into 幼, 猫猫 and 条.
    """
    found: list[QuestionWord] = []
    names = synonyms()
    for han, run in groupby(words, key=lambda word: word.han):
        if not han:
            found += run
            continue
        text = "".join(word.text for word in run)
        # The best split of the first so many characters: its worth, and its words.
        best: list[tuple[int, tuple[str, ...]]] = [(0, ())]
        for end in range(1, len(text) + 1):
            ends = [(best[end - 1][0], (*best[end - 1][1], text[end - 1 : end]))]
            for start in range(max(0, end - LONGEST_KNOWN), end - 1):
                known = text[start:end]
                if (known,) in names or index.doc_freq("words", known):
                    ends.append((best[start][0] + len(known) ** 2, (*best[start][1], known)))
            best.append(max(ends, key=lambda each: each[0]))
        found += [with_synonyms(word) for word in _unknown_together(best[-1][1])]
    return tuple(dict.fromkeys(found))


def _unknown_together(parts: Sequence[str]) -> Iterator[str]:
    """The parts, with single characters that follow each other as one unless they say something alone: 男, 鞋."""
    for single, run in groupby(parts, key=lambda part: len(part) == 1 and part not in KINDS and not says_how(part)):
        if single:
            yield "".join(run)
        else:
            yield from run
