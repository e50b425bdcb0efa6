"""Split folded text into words: what an offer can be found by, and what a question asks for.

Words decide precision: 和服 (a kimono) is not found in 产品和服务 (goods and services) as long as real ones are there.
Pairs of neighbours decide recall: wherever the splitter of Chinese splits, adjacent characters stay adjacent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import add
from threading import Lock
from typing import Any

from joey.catalog.search.as_typed import as_typed
from joey.catalog.search.brand_names import Name, chinese_names
from joey.catalog.search.fold import GLUE, GLUED, LONGEST_UNIT, RUNS, fold, is_unspaced, tokens
from joey.catalog.search.spellings import one_spelling
from joey.catalog.search.synonyms import synonyms
from joey.catalog.search.wishes import CHEAP, FILLERS
from joey.kit.text import without_invisible

LONGEST_QUESTION, LONGEST_READ = 100, 1000
MOST_WORDS = 12
LONGEST_NAME = 4  # words of a name as people type it: la roche posay
BETWEEN = "·"  # separates a pair of which one is not Chinese

_known_brands: set[str] = set()
_lock = Lock()


@dataclass(frozen=True)
class QuestionWord:
    """One word of a question. `units` are its tokens: 14Pro is ("14", "pro"), and 手机壳 ("手机", "壳")."""

    units: Name
    han: bool = False
    also: tuple[Name, ...] = ()  # synonyms, and other names of the same brand

    @property
    def text(self) -> str:
        """As it is searched for; what was typed for it, `as_typed` finds."""
        return "".join(self.units)


@dataclass(frozen=True)
class QuestionWords:
    """What a question asks for. `cut` is the part beyond the limit, which is ignored; "" for none.

    `cheap`: it asks for the cheapest, which is an order and not a word. `typed` is the rest of it, as it was typed.
    """

    words: tuple[QuestionWord, ...]
    cut: str = ""
    cheap: bool = False
    typed: str = ""

    @property
    def text(self) -> str:
        """A question for these words."""
        return " ".join(word.text for word in self.words)


def offer_words(texts: Iterable[str], brand: str = "") -> tuple[list[str], list[str]]:
    """What an offer with these texts is found by: its words, and its characters and pairs of neighbours.

    After the first offer of a brand its name is kept whole wherever Chinese is split in this process.
    """
    words: list[str] = []
    letters: list[str] = []
    if brand:
        of_brand = _brand_words(brand)
        words += of_brand[0]
        letters += of_brand[1]
    for text in texts:
        if text:
            folded = fold(text)
            spelt = one_spelling(folded)
            _add_words(spelt, words, letters)
            if spelt != folded:  # 1.8 alone is found in 1.8米 too
                words += [run for run in RUNS.findall(folded) if run[0].isdecimal()]
    return words, letters


def _add_words(folded: str, words: list[str], letters: list[str]) -> None:
    """Written for speed: a million titles pass through here. question_words reads the same tokens of a question."""
    cut = _splitter().cut_for_search
    before, after_han = "", True  # two Chinese runs with something between them are not adjacent
    for run in RUNS.findall(folded):
        han = is_unspaced(run)
        if han:
            words += cut(run)
            letters += run
            letters += map(add, run, run[1:])
        elif len(run) > LONGEST_UNIT:
            run = run[:LONGEST_UNIT]
            words.append(run)
        else:
            words.append(run)
        if before and not (han and after_han):
            letters.append(before + BETWEEN + (run[0] if han else run))
        before, after_han = (run[-1] if han else run), han
    if GLUE.search(folded):
        words += map(_without_glue, GLUED.findall(folded))  # wi-fi is found as wifi too


@lru_cache(maxsize=10_000)
def _brand_words(brand: str) -> tuple[list[str], list[str]]:
    """Words and letters of a brand's name, and the whole of it however titles are cut."""
    know_brands((brand,))
    folded = fold(brand)
    words, letters = [folded.replace(" ", "")], list[str]()
    _add_words(one_spelling(folded), words, letters)
    return words, letters


def question_words(q: str) -> QuestionWords:
    """The words of a question, at most MOST_WORDS of them and of its first LONGEST_QUESTION characters."""
    typed = " ".join(without_invisible(q[:LONGEST_READ]).split())
    kept, rest = typed[:LONGEST_QUESTION], typed[LONGEST_QUESTION:]
    found: list[QuestionWord] = []
    for token, kind, glued in tokens(one_spelling(fold(kept))):
        if kind == "han":
            found += [QuestionWord((word,), han=True) for word in cut_question(token)]
        elif glued and found and not found[-1].han:
            found[-1] = QuestionWord((*found[-1].units, token))
        else:
            found.append(QuestionWord((token,)))
    different = list(dict.fromkeys(_with_names(found)))
    about_goods = [word for word in different if word.text not in FILLERS]
    meant = [word for word in about_goods if word.text not in CHEAP]
    asked = meant or about_goods or different
    left_out = as_typed(kept, [word.text for word in asked[MOST_WORDS:]]).values()
    cheap = bool(meant) and meant != about_goods
    return QuestionWords(tuple(asked[:MOST_WORDS]), " ".join([*left_out, rest]).strip(), cheap, kept)


def _without_glue(text: str) -> str:
    return "".join(filter(str.isalpha, text))[:LONGEST_UNIT]


def cut_question(han: str) -> list[str]:
    """A run of Chinese split into its most likely words."""
    return list(_splitter().cut(han))


def halves(word: str) -> tuple[str, ...]:
    """A long word as two known ones where it is two: 保暖内衣 is found as 保暖 and 内衣 apart. Else the word itself."""
    if len(word) >= 4:
        for middle in range(2, len(word) - 1):
            if _splitter().has_word(word[:middle]) and _splitter().has_word(word[middle:]):
                return word[:middle], word[middle:]
    return (word,)


def pairs(word: str) -> list[str]:
    """The adjacent pairs of a Chinese word; the character itself if it is one."""
    return list(map(add, word, word[1:])) or [word]


def bridge(one: QuestionWord, other: QuestionWord) -> str:
    """The pair that a title contains where the second word follows the first at once."""
    return joint(one.units[-1], other.units[0])


def joint(one: str, other: str) -> str:
    """The same for two tokens."""
    han, also_han = is_unspaced(one), is_unspaced(other)
    return (one[-1] if han else one) + ("" if han and also_han else BETWEEN) + (other[0] if also_han else other)


def know_brands(names: Iterable[str]) -> None:
    """Keep these brands whole wherever Chinese is split in this process."""
    new = {name for name in map(fold, names) if 2 <= len(name) <= 12} - _known_brands
    if not new:
        return
    splitter = _splitter()
    with _lock:
        for name in new:
            if [token.kind for token in tokens(name)] == ["han"] and not splitter.has_word(name):
                splitter.add_word(name, None, None)
        _known_brands.update(new)


def _with_names(found: Sequence[QuestionWord]) -> list[QuestionWord]:
    """The words with their synonyms and other names of brands; one that was typed or split in several becomes one."""
    names = synonyms()
    merged: list[QuestionWord] = []
    at = 0
    while at < len(found):
        for length in range(min(LONGEST_NAME, len(found) - at), 0, -1):
            together = found[at : at + length]
            han = all(word.han for word in together)
            name = _name(together)
            also = names.get(name) or (names.get(("".join(name),)) if len(name) > 1 and not han else None)
            if also:
                units = tuple(unit for word in together for unit in word.units)
                merged.append(QuestionWord(units, han=han, also=also))
                at += length
                break
        else:
            merged.append(found[at])
            at += 1
    return merged


def with_synonyms(han: str) -> QuestionWord:
    """A Chinese word, not split, with its synonyms."""
    return QuestionWord((han,), han=True, also=synonyms().get((han,), ()))


def _name(words: Sequence[QuestionWord]) -> Name:
    """What these words are looked up by: their tokens, with the Chinese ones that follow each other as one."""
    found: list[str] = []
    after_han = False
    for word in words:
        if word.han and after_han:
            found[-1] += word.text
        else:
            found += word.units
        after_han = word.han
    return tuple(found)


def _splitter() -> Any:
    """rjieba, loaded when it is first needed: its dictionary takes 35 MB and a tenth of a second."""
    import rjieba

    if not _known_brands:
        with _lock:
            _known_brands.update(chinese_names())
            for name in chinese_names():
                if not rjieba.has_word(name):
                    rjieba.add_word(name, None, None)
    return rjieba
