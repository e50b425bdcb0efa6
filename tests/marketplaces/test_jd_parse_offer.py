"""What is made of an item of JD: its category, which its two calls number by different names."""

from datetime import UTC, datetime
from typing import Any

import pytest

from joey.marketplaces.jd.parse_offer import looked_up_offer, searched_offer
from joey.marketplaces.port import OfferFacts

NOW = datetime(2026, 11, 30, 4, tzinfo=UTC)
NAMES = {"cid1Name": "厨具", "cid2Name": "水具酒具", "cid3Name": "保温杯"}
SEARCHED: dict[str, Any] = {
    "skuId": 100012043978, "skuName": "316 flask", "categoryInfo": {"cid1": 6196, "cid2": 6219, "cid3": 6220} | NAMES,
}  # fmt: skip
LOOKED_UP: dict[str, Any] = {
    "skuId": 100012043978, "goodsName": "316 flask", "cid": 6196, "cid2": 6219, "cid3": 6220, **NAMES,
}  # fmt: skip


def both(categories: dict[str, str]) -> list[OfferFacts]:
    return [
        searched_offer(SEARCHED, as_of=NOW, categories=categories),
        looked_up_offer(LOOKED_UP, as_of=NOW, categories=categories),
    ]


@pytest.mark.parametrize(
    ("categories", "category"),
    [
        ({"6220": "kitchen"}, "kitchen"),
        ({"6196": "home", "6220": "kitchen"}, "kitchen"),
        ({"6196": "home"}, "home"),
        ({"6219": "home", "1": "pets"}, "home"),
        ({"1": "pets"}, ""),
        ({}, ""),
    ],
)
def test_the_narrowest_category_that_is_configured_counts_and_a_name_of_jds_never_does(
    categories: dict[str, str], category: str
) -> None:
    assert [facts.category for facts in both(categories)] == [category, category]


def test_an_item_without_numbers_has_no_category() -> None:
    row = SEARCHED | {"categoryInfo": {"cid1": None, "cid2": None, "cid3": None}}

    assert searched_offer(row, as_of=NOW, categories={"6220": "kitchen"}).category == ""
