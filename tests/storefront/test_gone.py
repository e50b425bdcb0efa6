"""What is no longer shown (case P15): its link, poster and page say so, name it where that is allowed, and offer
what is nearest.
"""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from joey.catalog.models import Offer
from joey.kit import clock
from joey.record.erase_texts import Erasure
from joey.sharing.make_link import OWN, make_link
from joey.shops.arrange import hide_listing
from joey.shops.erase_words import erase_listing_texts
from joey.shops.models import Listing, Shop
from tests.cast import listed, lulus_shop, meis_shop
from tests.storefront.goods import fresh_flask

pytestmark = pytest.mark.django_db

EN = {"accept-language": "en-GB"}
NAME = "Stainless steel flask"


def ways_to(listing: Listing) -> list[str]:
    """Every address of it that someone may have kept: page, steps to its marketplace, poster, outbound click."""
    page = f"/s/mei/{listing.id}"
    codes = [
        make_link(listing.shop, listing_id=listing.id, channel=each, now=clock.now()).code for each in (OWN, "print")
    ]
    posters, outbound = [f"/p/{code}.png" for code in codes], [f"/go/{code}" for code in codes]
    return [page, f"{page}/way-out", f"{page}/report", *posters, *outbound]


def kettle(number: int, **changes: str) -> Offer:
    return fresh_flask(**{"identity": f"k{number}", "external_id": f"k{number}", "translations": {}} | changes)


def nearest_on(html: str) -> list[str]:
    return re.findall(r'card-title"[^>]*><a href="[^"]+">([^<]+)<', html)


def test_what_a_keeper_hid_is_gone_by_every_way_with_its_name_and_the_nearest_goods(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask(picture_urls=["https://img.alicdn.com/flask.jpg"]))
    for number, title in enumerate(("Cotton socks", "Steel flask, small", "Steel flask, large", "Steel flask, blue")):
        listed(meis_shop(), kettle(number, title=title, category="home" if number == 0 else listing.offer.category))
    ways = ways_to(listing)
    hide_listing(listing.shop, listing.id, now=clock.now())

    for way in ways:
        answer = client.get(way, headers=EN)
        html = answer.content.decode()
        assert answer.status_code == 410, way
        assert NAME in html, way
        assert f"/pictures/{listing.offer_id}.webp" in html, way
        assert "69.00" not in html.partition('id="nearest"')[0], way
        assert sorted(nearest_on(html)) == ["Steel flask, blue", "Steel flask, large", "Steel flask, small"], way
        assert "no-store" in answer.headers["Cache-Control"], way


def test_where_the_shop_has_too_little_other_shops_fill_in(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())
    listed(meis_shop(), kettle(1, title="Cotton socks", category="home"))
    for number, title in ((2, "Tea"), (3, "Steel flask"), (4, "Withdrawn steel flask")):
        offer = kettle(number, title=title, category="tea-drinks" if title == "Tea" else listing.offer.category)
        listed(lulus_shop(), offer)
    Offer.objects.filter(title__startswith="Withdrawn").update(withdrawn_at=clock.now())
    hide_listing(listing.shop, listing.id, now=clock.now())

    seen = []
    for opened_at in (clock.now(), clock.now() - timedelta(days=30)):  # a new shop is shown to no one by itself
        Shop.objects.update(opened_at=opened_at)
        seen.append(nearest_on(client.get(f"/s/mei/{listing.id}", headers=EN).content.decode()))

    assert seen == [["Cotton socks"], ["Cotton socks", "Steel flask", "Tea"]]


@pytest.mark.parametrize("why", ["refused", "rules of today", "operator", "operator, reason erased"])
def test_what_may_not_be_shown_is_gone_without_name_and_picture(client: Client, why: str) -> None:
    listing = listed(meis_shop(), fresh_flask())
    if why == "refused":
        Listing.objects.update(state="refused", rule_id="CN-G1", reason="no")
    else:
        hide_listing(listing.shop, listing.id, reason="It is a fake" if "operator" in why else "", now=clock.now())
    if why == "rules of today":
        Offer.objects.update(brand="万宝路")
    if "erased" in why:
        erase_listing_texts(f"listing:{listing.id}", Erasure(by="terminal", reason="They asked", now=clock.now()))

    answer = client.get(f"/s/mei/{listing.id}", headers=EN)

    assert answer.status_code == 410
    assert NAME not in answer.content.decode()
    assert str(listing.offer_id) not in answer.content.decode()


def test_what_never_was_is_not_called_gone(client: Client) -> None:
    meis_shop()

    ways = (f"/s/mei/{uuid4()}", f"/go/{uuid4()}", "/go/2345678923", "/p/2345678923.png")
    assert [client.get(way).status_code for way in ways] == [404] * len(ways)
