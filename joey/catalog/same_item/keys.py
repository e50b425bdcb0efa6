"""The keys by which similar offers find each other. Offers that share no key are never compared. Pure."""

from collections.abc import Iterable
from hashlib import blake2b
from itertools import combinations

from joey.catalog.same_item.compare import MODEL_IS_RARE, Rarity
from joey.catalog.same_item.facts import ItemFacts

RAREST_WORDS = 5
MOST_MODELS = 6
BEGINNING = 5  # of a maker's number, to which shops add a country or a colour


def keys_of(facts: ItemFacts, rarity: Rarity) -> frozenset[int]:
    """Barcode; maker's numbers and their beginnings; the rarest words of each title, alone and in pairs.

    A key of numbers is even and one of words is odd: how many offers may share one is not the same for both.
    """
    numbers = [f"gtin {facts.gtin}"] if facts.gtin else []
    words = []
    for title in facts.titles.values():
        models = _rarest(title.models, rarity, MOST_MODELS)
        numbers += [f"model {model}" for model in models]
        numbers += [f"begins {model[:BEGINNING]}" for model in models if len(model) >= BEGINNING]
        rarest = _rarest(title.words - facts.brands, rarity, RAREST_WORDS)
        words += [f"word {word}" for word in rarest if rarity(word) >= MODEL_IS_RARE]
        words += [f"words {one} {other}" for one, other in combinations(sorted(rarest), 2)]
    return frozenset([as_key(each) & ~1 for each in numbers] + [as_key(each) | 1 for each in words])


def tokens_of(facts: ItemFacts) -> frozenset[str]:
    """Every token whose rarity a comparison asks for."""
    return frozenset().union(*(title.words | title.models for title in facts.titles.values()))


def as_key(text: str) -> int:
    """Eight bytes that represent a text in the database, the same in every process."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _rarest(words: Iterable[str], rarity: Rarity, most: int) -> list[str]:
    return sorted(words, key=lambda word: (-rarity(word), word))[:most]
