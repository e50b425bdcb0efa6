"""Offers of an imported feed in a shop: searched, listed, shown under the feed's name, and earning nothing."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from joey.catalog.intake.import_offers import import_offers
from joey.catalog.models import Offer
from joey.catalog.queries import search_offers
from joey.kit import clock
from joey.kit.refusals import Invalid
from joey.sharing.make_link import make_link
from joey.sharing.share import ShareEarns, share_of
from joey.shops.add_listing import NotListable, add_listing
from joey.shops.listing_page import listing_page
from joey.shops.names import marketplace_name
from tests.cast import meis_shop
from tests.catalog.imports import goods, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(tmp_path: Path, searchable: None) -> datetime:
    """A feed with two goods, one without a price, was imported just now."""
    text = goods("1,Optic stool,https://shop.example/1,319.00,EUR", "2,Wool stool,https://shop.example/2,,EUR")
    moment = clock.now()
    import_offers(written(tmp_path, text), "feed:stools", now=moment)
    return moment


def test_its_offers_are_found_under_it_and_what_has_no_price_is_not(now: datetime) -> None:
    found = search_offers("stool", language="en", marketplace="feed:stools", now=now)

    assert [card.title for card in found.items] == ["Optic stool"]
    assert found.items[0].earning is None
    assert marketplace_name("feed:stools") == "stools"
    with pytest.raises(Invalid):
        search_offers("stool", language="en", marketplace="feed:others", now=now)


def test_an_offer_without_a_price_cannot_be_listed_and_the_refusal_says_why(now: datetime) -> None:
    with pytest.raises(NotListable, match="gives no price for this item"):
        add_listing(meis_shop(), offer_id=Offer.objects.get(external_id="2").id, now=now)


def test_a_listing_shows_its_price_and_that_a_share_earns_nothing(now: datetime) -> None:
    shop = meis_shop()
    listing = add_listing(shop, offer_id=Offer.objects.get(external_id="1").id, now=now)

    page = listing_page("mei", listing.id, language="en", now=now, shares_ppm=(800_000, 200_000))
    share = share_of(make_link(shop, listing_id=listing.id, channel="wechat", now=now), language="en", now=now)

    assert page.card.price.pays is not None
    assert (page.card.price.pays.text, page.card.marketplace, page.earning) == ("€319.00", "feed:stools", None)
    assert share.earns is ShareEarns.NOT_REPORTED
    assert "stools" in share.caption


def test_a_price_is_shown_as_long_as_the_feed_is_good_for(now: datetime) -> None:
    listing = add_listing(meis_shop(), offer_id=Offer.objects.get(external_id="1").id, now=now)

    later = now + timedelta(hours=25)

    page = listing_page("mei", listing.id, language="en", now=later, shares_ppm=(800_000, 200_000))
    assert page.card.price.pays is None
