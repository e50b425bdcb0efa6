"""The demo's goods: each is found wherever else it is sold, and nothing else is."""

import pytest

from joey.catalog.intake.clean_facts import gtin_14
from joey.catalog.models import Alike
from joey.demo import catalogue
from joey.demo.barcode import barcode_of
from joey.demo.catalogue import DemoOffer
from joey.marketplaces.port import OfferFacts
from tests.catalog.same_item.offers import NOW, take
from tests.proof import prove

pytestmark = pytest.mark.usefixtures("committed_db")


def facts(offer: DemoOffer) -> OfferFacts:
    """As its marketplace answers: the union names a brand but no barcode, a feed names both."""
    union = offer.marketplace in ("taobao", "tmall")
    return OfferFacts(
        marketplace=offer.marketplace,
        identity=offer.external_id,
        external_id=offer.external_id,
        title=offer.title,
        translations={"zh-hans": offer.good.title["zh"], "en": offer.good.title["en"]},
        brand=offer.good.brand["en" if offer.marketplace == "amazon" else "zh"],
        gtin="" if union else barcode_of(offer.good.slug),
        url=f"https://example.com/{offer.external_id}",
        currency=offer.currency,
        now_minor=offer.now_minor,
        as_of=NOW,
    )


def test_each_good_is_found_everywhere_else_it_is_sold_and_no_other() -> None:
    take(*(facts(offer) for offer in catalogue.offers()))

    found = {
        frozenset(((row.marketplace, row.offer.external_id), (row.other_marketplace, row.other.external_id)))
        for row in Alike.objects.filter(is_same=True).select_related("offer", "other")
    }

    goods = [
        [(offer.marketplace, offer.external_id) for offer in catalogue.offers_of(g.slug)] for g in catalogue.goods()
    ]
    sold = {frozenset((one, other)) for places in goods for one in places for other in places if one != other}
    assert len(sold) > 150
    assert found == sold
    prove()


def test_a_demo_barcode_is_one_that_gs1_keeps_for_examples() -> None:
    numbers = [barcode_of(good.slug) for good in catalogue.goods()]

    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("952") and gtin_14(number) == f"0{number}" for number in numbers)
