"""The same item elsewhere, where goods are picked: the keeper sees what it costs and earns there."""

import re

import pytest
from pytest_django import DjangoAssertNumQueries

from joey.catalog.models import Offer
from tests.cast import mei, meis_shop
from tests.storefront.goods import fresh_flask
from tests.storefront.test_same_elsewhere import at_jd, shown_as_same
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db

QUERIES = 11  # session, person, shop, clock, offers, plan, listed, shelves, same, accounts; feeds, in a transaction


def item(html: str, offer: Offer) -> str:
    found = html.partition(f'<li id="o-{offer.id}"')[2].partition('<li id="o-')[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", found))


def test_each_says_what_the_same_costs_and_earns_elsewhere() -> None:
    meis_shop()
    flask, jd = fresh_flask(), at_jd()
    shown_as_same(flask, jd)

    html = signed_in(mei()).get("/studio/mei/pick").content.decode()

    assert "Same at JD CN¥65.00 CN¥4.00 cheaper earns nothing there · same barcode" in item(html, flask)
    assert "Same at Taobao CN¥69.00 CN¥4.00 more you earn about CN¥2.72 · same barcode" in item(html, jd)
    assert f'href="/studio/mei/pick?offer={jd.id}"' in html


def test_the_page_of_the_other_offer_lets_the_keeper_put_it_in_the_shop() -> None:
    meis_shop()
    flask, jd = fresh_flask(), at_jd()
    shown_as_same(flask, jd)

    html = signed_in(mei()).get(f"/studio/mei/pick?offer={jd.id}").content.decode()

    assert "Put in my shop" in item(html, jd)
    assert "Same at Taobao" in item(html, jd)


def test_comparing_a_page_of_offers_takes_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    meis_shop()
    client = signed_in(mei())

    for number in (1, 10):
        for each in range(number):
            name = f"{number}-{each}"
            shown_as_same(fresh_flask(identity=name, external_id=name), at_jd(identity=name, external_id=name))
        client.get("/studio/mei/pick")  # the test's index reads the new offers
        with django_assert_num_queries(QUERIES):
            client.get("/studio/mei/pick")
