"""Titles as a shopkeeper who reads English sees them: translated where a source gave one, else marked as Chinese."""

import re

import pytest
from django.test import Client

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.kit.clock import now
from joey.shops.add_listing import add_listing
from joey.shops.models import Listing
from tests.cast import DAY, NOW, leased, mei, meis_shop, report
from tests.catalog.offers import flask_facts
from tests.commissions.stage import take_in
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db

PRINTED, TRANSLATED, ENGLISH = "紫砂壶 200 毫升", "316 不锈钢保温杯 500 毫升", "Plain teapot"
TITLES = (PRINTED, TRANSLATED, ENGLISH, "Steel flask")


@pytest.fixture
def keeper() -> Client:
    """Mei, with three goods in her shop and two orders of them."""
    shop, item = meis_shop(), report().external_item
    leased(shop)
    given = [
        flask_facts(identity="a", external_id="a", title=PRINTED, translations={}, as_of=now()),
        flask_facts(
            identity="b", external_id=item, title=TRANSLATED, translations={"en": "Steel flask"},
            as_of=NOW - 20 * DAY, commission_ppm=55_000,
        ),
        flask_facts(identity="c", external_id="c", title=ENGLISH, translations={}, as_of=now()),
    ]  # fmt: skip
    for facts in given:
        assert not take_offers([facts], now=facts.as_of).refused
    for offer in Offer.objects.all():
        add_listing(shop, offer_id=offer.pk, shelf_name=None, now=now())
    take_in(report("1"), report("2", title=PRINTED, external_item="unknown"))
    return signed_in(mei())


def titles(keeper: Client, path: str, language: str = "en") -> set[tuple[str, str]]:
    """Each of the titles that the page has as the text of an element, and that element's language."""
    page = keeper.get(path, headers={"accept-language": language}).content.decode()
    found = re.findall(r"<(?:p|h1|h3|a|span)\b([^>]*)>(?:<a\b[^>]*>)?([^<>]+)</", page)
    marks = ((re.search(r'lang="([^"]+)"', attributes), text.strip()) for attributes, text in found)
    return {(text, mark[1] if mark else "") for mark, text in marks if text in TITLES}


@pytest.mark.parametrize("page", ["/studio/mei/pick", "/studio/mei/shelves", "/studio/mei/share", "/studio/mei/orders"])
def test_a_title_without_a_translation_is_marked_as_chinese_and_one_with_it_is_translated(
    keeper: Client, page: str
) -> None:
    orders = page.endswith("orders")

    assert titles(keeper, page) == {(PRINTED, "zh-Hans"), ("Steel flask", "")} | (set() if orders else {(ENGLISH, "")})
    assert titles(keeper, page, "zh") == {(PRINTED, ""), (TRANSLATED, "")} | (set() if orders else {(ENGLISH, "")})


def test_so_is_the_title_on_the_page_of_a_share_and_of_an_order_and_on_the_buyers_page(keeper: Client) -> None:
    shown = {"a": (PRINTED, "zh-Hans"), "b": ("Steel flask", ""), "c": (ENGLISH, "")}
    for listing in Listing.objects.select_related("offer"):
        expected = {shown[listing.offer.identity]}
        assert titles(keeper, f"/studio/mei/share/{listing.id}") == expected
        keeper.post(f"/studio/mei/share/{listing.id}", {"channel": "wechat"})
        assert titles(Client(), f"/s/mei/{listing.id}") >= expected
    assert set(shown.values()) <= titles(keeper, "/studio/mei/share")
    assert titles(Client(), "/s/mei") == set(shown.values())
    page = keeper.get("/studio/mei/orders").content.decode()
    orders = [titles(keeper, path) for path in re.findall(r'href="(/studio/mei/orders/[^"]+)"', page)]
    assert sorted(map(sorted, orders)) == [[("Steel flask", "")], [(PRINTED, "zh-Hans")]]
