"""The same item elsewhere, on a listing's page: its price there while that is known, and the way to look at it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from joey.catalog.models import Alike, Offer
from joey.kit import clock
from joey.shops.models import Listing
from tests.cast import listed, meis_shop
from tests.storefront.goods import fresh_flask, stale_flask

pytestmark = pytest.mark.django_db

ZH = {"accept-language": "zh-CN"}
EN = {"accept-language": "en-GB"}


def at_jd(**changes: Any) -> Offer:
    """The flask at JD for 65.00, four less than with Taobao's coupon."""
    jd = {"marketplace": "jd", "identity": "jd-flask", "external_id": "100012043978", "now_minor": 6500}
    return fresh_flask(**jd | {"coupon_minor": None, "url": "https://item.jd.com/100012043978.html"} | changes)


def shown_as_same(one: Offer, other: Offer, evidence: str = "barcode") -> None:
    for here, there in ((one, other), (other, one)):
        Alike.objects.create(
            offer=here, marketplace=here.marketplace, other=there, other_marketplace=there.marketplace,
            evidence=evidence, score=19_000, is_same=True, decided_at=clock.now(),
        )  # fmt: skip


def compared(client: Client, listing: Listing, headers: dict[str, str] = EN) -> str:
    """The text of the section, or "" where there is none."""
    html = client.get(f"/s/mei/{listing.id}", headers=headers).content.decode()
    section = html.partition('aria-labelledby="same"')[2].partition("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", section))


def test_a_cheaper_one_is_shown_with_price_difference_reason_and_time(client: Client) -> None:
    flask = fresh_flask()
    listing = listed(meis_shop(), flask)
    shown_as_same(flask, at_jd())

    english, chinese = compared(client, listing), compared(client, listing, ZH)

    for words in ("JD", "CN¥65.00", "CN¥4.00 cheaper", "same barcode", "as of", "no one here earns", "See it at JD"):
        assert words in english
    for words in ("京东", "¥65.00", "便宜 ¥4.00", "条形码相同", "去京东看看"):
        assert words in chinese


def test_a_dearer_and_an_equal_one_are_shown_as_what_they_are(client: Client) -> None:
    flask = fresh_flask()
    listing = listed(meis_shop(), flask)
    shown_as_same(flask, at_jd(now_minor=7000), "brand_model")
    shown_as_same(flask, at_jd(marketplace="dangdang", now_minor=6900), "brand_words")

    text = compared(client, listing)

    assert text.index("the same price") < text.index("CN¥1.00 more")
    assert "same brand and model number" in text
    assert "same brand and name" in text
    assert "cheaper" not in text


def test_prices_in_two_currencies_are_not_compared(client: Client) -> None:
    flask = fresh_flask()
    listing = listed(meis_shop(), flask)
    shown_as_same(flask, at_jd(marketplace="amazon", currency="USD", now_minor=999))

    text = compared(client, listing)

    assert "$9.99" in text
    assert "cheaper" not in text
    assert "more" not in text


def test_what_is_out_of_stock_there_is_not_called_cheaper(client: Client) -> None:
    flask = fresh_flask()
    listing = listed(meis_shop(), flask)
    shown_as_same(flask, at_jd(in_stock=False))

    text = compared(client, listing)

    assert "Out of stock" in text
    assert "cheaper" not in text


@pytest.mark.parametrize(
    "unknown",
    [{"now_minor": None}, {"withdrawn_at": clock.now}, {"expires_at": clock.now}],
    ids=["no price", "withdrawn", "too old"],
)
def test_where_the_price_is_not_known_now_nothing_is_said(client: Client, unknown: dict[str, Any]) -> None:
    flask = fresh_flask()
    listing = listed(meis_shop(), flask)
    there = at_jd()
    shown_as_same(flask, there)
    Offer.objects.filter(id=there.id).update(
        **{name: each() if callable(each) else each for name, each in unknown.items()}
    )

    assert compared(client, listing) == ""


def test_where_ones_own_price_is_too_old_nothing_is_called_cheaper(client: Client) -> None:
    flask = stale_flask()
    listing = listed(meis_shop(), flask)
    shown_as_same(flask, at_jd())

    text = compared(client, listing)

    assert "CN¥65.00" in text
    assert "cheaper" not in text


def test_a_title_without_translation_says_what_language_it_is_in(client: Client) -> None:
    flask = fresh_flask()
    listing = listed(meis_shop(), flask)
    shown_as_same(flask, at_jd(title="316 不锈钢保温杯", translations={}))

    english, chinese = (client.get(f"/s/mei/{listing.id}", headers=each).content.decode() for each in (EN, ZH))

    assert '<p class="clamp small" lang="zh-Hans">316 不锈钢保温杯</p>' in english
    assert '<p class="clamp small">316 不锈钢保温杯</p>' in chinese


def test_a_mere_rival_is_not_shown(client: Client) -> None:
    flask = fresh_flask()
    listing = listed(meis_shop(), flask)
    shown_as_same(flask, at_jd())
    Alike.objects.update(is_same=False)

    assert compared(client, listing) == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/100012043978.html",
        "http://item.jd.com/1.html",
        "javascript:alert(1)",
        "https://jd.com.evil.example/",
    ],
)
def test_only_the_marketplaces_own_address_is_given(client: Client, url: str) -> None:
    flask = fresh_flask()
    listing = listed(meis_shop(), flask)
    shown_as_same(flask, at_jd(url=url))

    html = client.get(f"/s/mei/{listing.id}", headers=EN).content.decode()

    assert "CN¥4.00 cheaper" in html
    assert "See it at JD" not in html
    assert url not in html


def way_to_jd(client: Client, listing: Listing) -> str:
    html = client.get(f"/s/mei/{listing.id}", headers=EN).content.decode()
    link = html.partition("See it at JD")[0].rpartition("<a ")[2]
    assert 'rel="nofollow noreferrer"' in link
    (way,) = re.findall('href="([^"]+)"', link)
    return str(way)


def test_the_plain_link_does_not_reveal_where_the_buyer_came_from(client: Client) -> None:
    flask = fresh_flask()
    listing = listed(meis_shop(), flask)
    shown_as_same(flask, at_jd())

    answer = client.get(way_to_jd(client, listing), headers=EN | {"user-agent": "Mozilla/5.0 MicroMessenger/8.0.50"})

    assert (answer.status_code, answer.headers["location"]) == (302, "https://item.jd.com/100012043978.html")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "no-store" in answer.headers["cache-control"]


def test_where_the_app_refuses_that_marketplace_the_page_with_the_ways_comes_first(client: Client) -> None:
    """Case P11: a raw link inside an app that blocks it is a dead end."""
    flask = fresh_flask()
    listing = listed(meis_shop(), flask)
    shown_as_same(flask, at_jd())

    answer = client.get(way_to_jd(client, listing), headers=EN | {"user-agent": "Mozilla/5.0 (iPhone) aweme_300500"})

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Douyin does not open JD links" in html
    assert "65<small>.00" in html
    assert '<output id="address" hidden>https://item.jd.com/100012043978.html</output>' in html


def test_what_is_not_the_same_item_any_more_leads_back_to_the_listing(client: Client) -> None:
    flask = fresh_flask()
    listing = listed(meis_shop(), flask)
    shown_as_same(flask, at_jd())
    way = way_to_jd(client, listing)

    Alike.objects.update(is_same=False)
    answers = [client.get(each) for each in (way, way[:-1] + ("0" if way[-1] != "0" else "1"))]

    assert [answer.headers["location"] for answer in answers] == [f"/s/mei/{listing.id}"] * 2


def test_the_page_is_kept_no_longer_than_the_price_there_lasts(client: Client) -> None:
    flask = fresh_flask()
    listing = listed(meis_shop(), flask)
    shown_as_same(flask, at_jd(expires_at=clock.now() + timedelta(seconds=20)))

    answer = client.get(f"/s/mei/{listing.id}", headers=EN)

    seconds = int(answer.headers["Cache-Control"].rpartition("=")[2])
    assert 0 < seconds <= 20


def test_comparing_takes_one_query_however_much_there_is(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    flask = fresh_flask()
    listing = listed(meis_shop(), flask)
    client.get(f"/s/mei/{listing.id}", headers=EN)  # makes the listing's own link

    with django_assert_num_queries(10):
        client.get(f"/s/mei/{listing.id}", headers=EN)
    for place in ("jd", "dangdang", "amazon", "1688"):
        shown_as_same(flask, at_jd(marketplace=place))
    with django_assert_num_queries(10):
        client.get(f"/s/mei/{listing.id}", headers=EN)
