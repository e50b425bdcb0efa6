"""How alike two offers are, and on what evidence. Pure; the rarity of tokens is passed in.

Identifiers come first, then brand and model, then brand and words. A contradiction (size, version, colour, edition,
platform or part) leaves no evidence at all; such a pair is only a rival, which makes others less certain.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from joey.catalog.same_item.evidence import Evidence
from joey.catalog.same_item.facts import ItemFacts
from joey.catalog.same_item.marks import EDITIONS, colours_differ, meanings
from joey.catalog.same_item.read_title import Title
from joey.catalog.same_item.sizes import sizes_differ

Rarity = Callable[[str], float]

NUMBER_WEIGHS = 2.0  # a shared version or year; one on only one side costs half of it
BEGUN = 0.15
MODEL_IS_RARE = 4.0  # a number in many titles is no model number
CONTAINED = 0.9  # of the words of the shorter title
WORDS_SUFFICE = 0.28
MOST_APART_WORDS, MOST_APART_MODEL, MOST_APART_BARCODE = 1.8, 2.5, 4.0  # the higher price divided by the lower


@dataclass(frozen=True)
class Likeness:
    """`score` (ten-thousandths) ranks rivals; `evidence` is NONE where something contradicts or nothing suffices."""

    evidence: Evidence
    score: int


def compare(one: ItemFacts, other: ItemFacts, rarity: Rarity) -> Likeness:
    """Compare the titles in each language that both have, and take the best result."""
    apart = price_ratio(one, other)
    languages = one.titles.keys() & other.titles.keys()
    pairs = [(one.titles[each], other.titles[each]) for each in sorted(languages)]
    if not pairs:  # only numbers can be compared across languages
        pairs = [(here, there) for here in one.titles.values() for there in other.titles.values()]
    return max(
        (_judge(one, other, here, there, apart, rarity, same_language=bool(languages)) for here, there in pairs),
        key=lambda each: (each.evidence is not Evidence.NONE, each.score),
        default=Likeness(Evidence.NONE, 0),
    )


def price_ratio(one: ItemFacts, other: ItemFacts) -> float | None:
    """The higher price divided by the lower; None across currencies or where one is unknown."""
    if one.currency != other.currency or not one.price_minor or not other.price_minor:
        return None
    low, high = sorted((one.price_minor, other.price_minor))
    return high / low


def _judge(
    one: ItemFacts,
    other: ItemFacts,
    here: Title,
    there: Title,
    apart: float | None,
    rarity: Rarity,
    *,
    same_language: bool,
) -> Likeness:
    words = _overlap(here, there, one.brands | other.brands, rarity)
    model = max((rarity(number) for number in here.models & there.models), default=0.0)
    score = words.alike + min(0.5, 0.06 * model)
    same_barcode = bool(one.gtin) and one.gtin == other.gtin
    if same_barcode:
        score += 1.0
    elif one.gtin and other.gtin:
        return Likeness(Evidence.NONE, round(score * 10_000))  # two barcodes are two items
    exact = model >= MODEL_IS_RARE
    begun = not exact and _one_begins_the_other(here.models, there.models)
    score += BEGUN if begun else 0.0
    brand = _same_brand(one, other, here, there)
    evidence = Evidence.NONE
    if same_barcode and not sizes_differ(here.sizes, there.sizes) and _near(apart, MOST_APART_BARCODE):
        evidence = Evidence.BARCODE
    elif _contradict(here, there, one.brands | other.brands, exact=exact, begun=begun):
        pass
    elif (exact or begun) and _near(apart, MOST_APART_MODEL):
        evidence = Evidence.BRAND_MODEL if brand else Evidence.MODEL
    elif same_language and words.sufficient and _as_much(here, there) and _near(apart, MOST_APART_WORDS):
        evidence = Evidence.BRAND_WORDS if brand else Evidence.WORDS
    return Likeness(evidence, round(score * 10_000))


@dataclass(frozen=True)
class _Overlap:
    alike: float  # 0 to 1
    sufficient: bool


def _overlap(here: Title, there: Title, brands: frozenset[str], rarity: Rarity) -> _Overlap:
    """What both titles share against what only one has, weighed by rarity; the brand is compared separately."""
    left, right = here.words - brands, there.words - brands
    shared = sum(map(rarity, left & right))
    only_here, only_there = left - right, right - left
    for one, other in _nearly_the_same(only_here, only_there):
        shared += 0.8 * min(rarity(one), rarity(other))
        only_here, only_there = only_here - {one}, only_there - {other}
    shared += NUMBER_WEIGHS * len(here.numbers & there.numbers)
    rest_here, rest_there = sum(map(rarity, only_here)), sum(map(rarity, only_there))
    unshared = (rest_here + rest_there + NUMBER_WEIGHS * len(here.numbers ^ there.numbers)) / 2 + 0.5
    alike = shared / (shared + unshared)
    contained = shared / (shared + min(rest_here, rest_there) + 0.5)
    return _Overlap(alike, contained >= CONTAINED and alike >= WORDS_SUFFICE)


def _nearly_the_same(here: Iterable[str], there: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of a word and its abbreviation or misspelling with the same first letter; each word once."""
    pairs = []
    free = sorted(word for word in there if len(word) >= 4)
    if not free:
        return []
    for one in sorted(word for word in here if len(word) >= 4):
        first = one[0]
        for other in free:
            if first == other[0] and (one.startswith(other) or other.startswith(one) or _misspelt(one, other)):
                pairs.append((one, other))
                free.remove(other)
                break
    return pairs


def _misspelt(one: str, other: str) -> bool:
    return len(one) > 5 and abs(len(one) - len(other)) <= 1 and Levenshtein.distance(one, other, score_cutoff=1) <= 1


def _one_begins_the_other(here: Iterable[str], there: Iterable[str]) -> bool:
    """WPN802 and WPN802NA: shops add the country or the colour to a model number."""
    for one in here:
        for other in there:
            short, long = sorted((one, other), key=len)
            if 5 <= len(short) < len(long) <= len(short) + 3 and long.startswith(short) and not short.isdigit():
                return True
    return False


def _same_brand(one: ItemFacts, other: ItemFacts, here: Title, there: Title) -> bool:
    """Whether both name one brand: in its field, or at the beginning of the title, where the maker is named.

    Further back in a title a brand may be what the item is made for.
    """
    if one.brands & other.brands or _leads(one.brands, there) or _leads(other.brands, here):
        return True
    if one.brands or other.brands:
        return False
    return bool(here.first) and here.first == there.first and here.first.isalpha()


def _leads(brands: frozenset[str], title: Title) -> bool:
    return title.first in brands or any(title.han.startswith(brand) for brand in brands if not brand.isascii())


def _contradict(here: Title, there: Title, brands: frozenset[str], *, exact: bool, begun: bool) -> bool:
    if sizes_differ(here.sizes, there.sizes) or colours_differ(here.colours, there.colours):
        return True
    if exact:
        return here.parts != there.parts and (here.is_for != there.is_for)
    return (
        _each_has_its_own(here.numbers, there.numbers)
        or bool((here.editions ^ there.editions) - meanings(brands, EDITIONS))
        or _each_has_its_own(here.tiers, there.tiers)
        or _disjoint(here.platforms, there.platforms)
        or here.parts != there.parts
        or (not begun and _each_has_its_own(here.models, there.models))
    )


def _as_much(here: Title, there: Title) -> bool:
    """Words alone decide only if neither names a size or tier that the other does not mention."""
    return here.tiers == there.tiers and here.sizes.keys() == there.sizes.keys()


def _each_has_its_own(here: frozenset[str], there: frozenset[str]) -> bool:
    return bool(here - there) and bool(there - here)


def _disjoint(here: frozenset[str], there: frozenset[str]) -> bool:
    return bool(here) and bool(there) and not here & there


def _near(apart: float | None, most: float) -> bool:
    return apart is None or apart <= most
