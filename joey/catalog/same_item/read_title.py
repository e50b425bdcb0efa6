"""Split a title into tokens, model numbers, sizes, versions, and the words that distinguish variants. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from joey.catalog.same_item import marks
from joey.catalog.same_item.sizes import Sizes, take_sizes

LONGEST = 300
_TRADE_MARKS = re.compile(r"[®™©]|\((?:r|tm)\)")
_VERSION = re.compile(r"\b(?:v|ver|vers|version)\.?\s?(\d{1,6}(?:\.\d{1,6})*)")
_POSSESSIVE = re.compile(r"(?<=[a-z])['’]s?\b")
_TOKEN = re.compile(r"[a-z0-9]+(?:\.[0-9]+)*(?:[-/][a-z0-9]+)*")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_WORD_WITH_NUMBER = re.compile(r"([a-z]+)(\d+(?:\.\d+)*)")
_NO_MODEL = re.compile(r"(?:win|mac)?(?:98|95|2000|xp|nt|me)+(?:se)?|\d+(?:st|nd|rd|th|x|p|hz|k|bit|d|s|mbps|mhz|ghz)")
_HAN_RUN = re.compile("[\u4e00-\u9fff]+")
_MODEL_WITH_STROKE = re.compile(r"[a-z0-9.-]*[0-9][a-z0-9.-]*/[a-z]{1,2}")  # mb943z/a
_MADE_FOR = re.compile(r"\b(?:for|fits|compatible)\b|适用|专用|兼容")
_SYSTEMS = frozenset({"98", "95", "2000", "9", "10.4", "10.3.9"})  # versions of what a program runs on, not of it


@dataclass(frozen=True)
class Title:
    """One parsed title. `words` are Latin words and pairs of neighbouring Chinese characters."""

    words: frozenset[str]
    models: frozenset[str]  # what looks like a model number: wpn802na, 43479
    numbers: frozenset[str]  # versions, years, and the numbers that belong to a name
    sizes: Sizes
    colours: frozenset[str]
    editions: frozenset[str]
    tiers: frozenset[str]
    platforms: frozenset[str]
    parts: frozenset[str]
    is_for: bool  # it is made for another item
    first: str  # the first Latin word
    han: str  # the Chinese characters, run by run


def read_title(title: str) -> Title:
    """Everything that a comparison needs of a title."""
    bare = _TRADE_MARKS.sub("", title[:LONGEST].casefold())  # before ™ is folded into two letters
    folded = marks.PACKAGING.sub(" ", unicodedata.normalize("NFKC", bare))
    sizes, rest = take_sizes(folded)
    numbers: set[str] = set()
    numbers |= {_plain(version) for version in _VERSION.findall(rest)}
    words, models = set[str](), set[str]()
    for token in _TOKEN.findall(_POSSESSIVE.sub("", _VERSION.sub(" ", rest))):
        _sort_in(token, words, models, numbers)
    han = " ".join(_HAN_RUN.findall(rest))
    platforms = marks.meanings(words, marks.PLATFORMS)
    if platforms:
        numbers -= _SYSTEMS
    return Title(
        words=frozenset(_one_name(word) for word in words if not _says_little(word)) | _pairs(han),
        models=frozenset(models),
        numbers=frozenset(numbers),
        sizes=sizes,
        colours=marks.meanings(words, marks.COLOURS) | marks.han_colours(folded),
        editions=marks.meanings(words, marks.EDITIONS) | marks.han_meanings(han, "editions", marks.EDITIONS),
        tiers=marks.meanings(words, marks.TIERS) | marks.han_meanings(han, "tiers", marks.TIERS),
        platforms=platforms,
        parts=marks.meanings(words, marks.PARTS) | marks.han_meanings(han, "parts", marks.PARTS),
        is_for=bool(_MADE_FOR.search(folded)),
        first=next((word for word in re.findall(r"[a-z0-9]+", folded) if word not in ("the", "a", "an")), ""),
        han=han,
    )


def model_number(text: str) -> str:
    """A model number without the hyphens and dots in which shops differ: PSC-55 → psc55."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKC", text).casefold())


def _sort_in(token: str, words: set[str], models: set[str], numbers: set[str]) -> None:
    if "/" in token and not _MODEL_WITH_STROKE.fullmatch(token):  # “8/7/6s”, “win/mac”: a list
        for each in token.split("/"):
            _sort_in(each, words, models, numbers)
        return
    joined = re.sub(r"[-/.]", "", token)
    if _looks_like_a_model(joined):
        models.add(joined)
        return
    for part in token.split("-"):
        if _NUMBER.fullmatch(part):
            numbers.add(_plain(part))
        elif found := _WORD_WITH_NUMBER.fullmatch(part):  # cs3
            words.add(found[1])
            numbers.add(_plain(found[2]))
        else:
            words.add(part)


def _looks_like_a_model(joined: str) -> bool:
    if joined.isdigit():
        return len(joined) >= 5
    mixed = len(joined) >= 4 and not joined.isalpha()
    return mixed and not _NO_MODEL.fullmatch(joined)


def _plain(number: str) -> str:
    """7.0 is 7, and 07 too."""
    if number.count(".") == 1:
        number = number.rstrip("0").rstrip(".")
    return number.lstrip("0") or "0"


def _says_little(word: str) -> bool:
    return word in marks.SAY_LITTLE or word in marks.PLATFORMS


def _one_name(word: str) -> str:
    """Prof, pro and professional are one token."""
    return marks.TIERS.get(word) or marks.EDITIONS.get(word) or marks.COLOURS.get(word) or word


def _pairs(han: str) -> frozenset[str]:
    """Chinese does not separate its words, so each pair of neighbours is a token."""
    runs = han.split()
    return frozenset(run[at : at + 2] for run in runs for at in range(max(1, len(run) - 1)))
