"""Reading shops: only what is open and published, only one's own, the same few queries however much there is."""

import pytest
from pytest_django import DjangoAssertNumQueries

from joey.kit.refusals import NotFound
from joey.shops import prove
from joey.shops.models import Listing, Shelf, Shop
from joey.shops.queries import listed_offer_ids, shop_by_slug, shop_of, shops_of
from joey.shops.stock import stock_of
from tests.cast import NOW, flask, listed, lulu, lulus_shop, mei, meis_shop

pytestmark = pytest.mark.django_db


def test_offers_to_refresh_are_those_an_open_shop_shows_each_once() -> None:
    shown, hidden, closed = (flask(identity=name, external_id=name) for name in ("shown", "hidden", "closed"))
    listed(meis_shop(), shown)
    listed(lulus_shop(), shown)
    listed(meis_shop(), hidden)
    Listing.objects.filter(offer=hidden).update(state="hidden")
    gone = Shop.objects.create(slug="gone", owner=mei(), name="Gone", closed_at=NOW)
    listed(gone, closed)

    assert listed_offer_ids() == [shown.id]


def test_anothers_shop_and_no_shop_are_refused_alike() -> None:
    lulus_shop()

    with pytest.raises(NotFound) as anothers:
        shop_of(mei(), "lulu")
    with pytest.raises(NotFound) as nobodys:
        shop_of(mei(), "unknown")

    assert str(anothers.value) == str(nobodys.value)
    assert [shop.slug for shop in shops_of(lulu())] == ["lulu"]
    assert shops_of(mei()) == []


def test_a_closed_shop_is_not_found() -> None:
    meis_shop()
    Shop.objects.update(closed_at=NOW)

    with pytest.raises(NotFound):
        shop_by_slug("mei")


def test_the_keepers_stock_takes_three_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    shop = meis_shop()
    for number in range(25):
        listed(shop, flask(identity=str(number), external_id=str(number)))

    with django_assert_num_queries(3):
        stock = stock_of(shop, language="en", now=NOW)

    assert len(stock.shelves[0].cards) == 25


def test_what_must_hold_in_every_shop_is_found_when_it_does_not() -> None:
    shelf = Shelf.objects.create(shop=lulus_shop(), name="Tea")
    listing = listed(meis_shop(), flask())
    assert [check.first_offender() for check in prove.CHECKS] == [None] * len(prove.CHECKS)

    Listing.objects.update(shelf=shelf, rule_id="CN-G1")
    Shop.objects.filter(slug="lulu").update(slug="-lulu")
    wrong = [check.first_offender() is not None for check in prove.CHECKS]
    Listing.objects.filter(id=listing.id).update(state="refused", rule_id="")

    assert wrong == [False, True, False, True, True]
    assert prove.CHECKS[2].first_offender() is not None
