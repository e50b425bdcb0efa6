"""The demo goods and their offers on seven marketplaces: prices, coupons, commissions and 60 days of price history.

People write the goods (see read_goods.py); everything a marketplace would add is worked out here from the offer's
external id by hash, so that the same good always has the same offers and adding a good changes no other.
"""

from dataclasses import dataclass
from functools import cache

from joey.demo import read_goods
from joey.demo.make_offer import DemoOffer, make_offer
from joey.demo.read_goods import Good

__all__ = ["DemoOffer", "Good", "categories", "good", "goods", "offer", "offers", "offers_of"]


def goods() -> tuple[Good, ...]:
    """All demo goods, category by category, in the order in which they are written."""
    return read_goods.read_all()[1]


def categories() -> dict[str, dict[str, str]]:
    """Category code → its name in "zh" and "en"."""
    return read_goods.read_all()[0]


@cache
def offers() -> tuple[DemoOffer, ...]:
    """Every offer of every good; a good's offers are next to each other."""
    return tuple(make_offer(good, marketplace, mark) for good in goods() for marketplace, mark in good.marketplaces)


def offer(marketplace: str, external_id: str) -> DemoOffer:
    """The offer a marketplace knows under that id; KeyError when it knows none."""
    return _indexes().by_id[marketplace, external_id]


def good(slug: str) -> Good:
    """The good of that slug; KeyError when there is none."""
    return _indexes().by_slug[slug]


def offers_of(slug: str) -> tuple[DemoOffer, ...]:
    """The same good on each marketplace that has it; KeyError for an unknown slug."""
    return _indexes().offers_by_slug[slug]


@dataclass(frozen=True)
class _Indexes:
    by_id: dict[tuple[str, str], DemoOffer]
    by_slug: dict[str, Good]
    offers_by_slug: dict[str, tuple[DemoOffer, ...]]


@cache
def _indexes() -> _Indexes:
    together: dict[str, list[DemoOffer]] = {}
    for each in offers():
        together.setdefault(each.good.slug, []).append(each)
    return _Indexes(
        by_id={(each.marketplace, each.external_id): each for each in offers()},
        by_slug={each.slug: each for each in goods()},
        offers_by_slug={slug: tuple(found) for slug, found in together.items()},
    )
