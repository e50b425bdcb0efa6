"""Cached pages are dropped when something that they show has changed, and not otherwise."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db.models import F

from joey.catalog.models import Offer
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock
from joey.shops.models import Listing, Shelf, Shop
from tests.cast import flask, listed, lulus_shop, meis_shop
from tests.slow import but_every

HOUR = timedelta(hours=1)
Change = Callable[[], Any]

SHOWN: dict[str, tuple[Change, list[str]]] = {
    "price": (lambda: Offer.objects.update(now_minor=7900), ["*"]),
    "coupon's end": (lambda: Offer.objects.update(coupon_until=clock.now() + HOUR), ["*"]),
    "title": (lambda: Offer.objects.update(title="杯子"), ["*"]),
    "translation": (lambda: Offer.objects.update(translations={"en": "Cup"}), ["*"]),
    "picture": (lambda: Offer.objects.update(picture_urls=["https://img.example/1.jpg"]), ["*"]),
    "out of stock": (lambda: Offer.objects.update(in_stock=False), ["*"]),
    "withdrawn": (lambda: Offer.objects.update(withdrawn_at=clock.now()), ["*"]),
    "price without discount": (lambda: Offer.objects.update(list_minor=13900), ["*"]),
    "commission": (lambda: Offer.objects.update(commission_ppm=123_000), ["*"]),
    "category": (lambda: Offer.objects.update(category="garden"), ["*"]),
    "seller": (lambda: Offer.objects.update(seller="杯子之家"), ["*"]),
    "kind of seller": (lambda: Offer.objects.update(seller_kind="person"), ["*"]),
    "where it ships from": (lambda: Offer.objects.update(ships_from="杭州"), ["*"]),
    "note": (lambda: Listing.objects.filter(shop__slug="mei").update(note="早上用"), ["mei"]),
    "hidden": (lambda: Listing.objects.filter(shop__slug="mei").update(state="hidden"), ["mei"]),
    "order": (lambda: Listing.objects.update(position=F("position") + 1), ["lulu", "mei"]),
    "removed": (lambda: Listing.objects.filter(shop__slug="mei")._raw_delete("default"), ["mei"]),
    "shelf's name": (lambda: Shelf.objects.update(name="厨房"), ["mei"]),
    "shop's name": (lambda: Shop.objects.filter(slug="lulu").update(name="露露"), ["lulu"]),
    "closed": (lambda: Shop.objects.filter(slug="lulu").update(closed_at=clock.now()), ["lulu"]),
}
NOT_SHOWN: dict[str, Change] = {
    "read again at the same price": lambda: Offer.objects.update(as_of=clock.now(), expires_at=clock.now() + HOUR),
    "asked for in vain": lambda: Offer.objects.update(looked_at=clock.now()),
    "number of the change": lambda: Offer.objects.update(seq=F("seq") + 1),
    "id of the day": lambda: Offer.objects.update(external_id="tomorrow", former_ids=["flask-today"]),
    "sales": lambda: Offer.objects.update(volume=77),
    "same price again": lambda: Offer.objects.update(now_minor=F("now_minor")),
    "judged again": lambda: Listing.objects.update(pack_version="2030-01-01.1", rule_id="", reason=""),
    "same note again": lambda: Listing.objects.update(note=F("note")),
    "refused listing": lambda: Listing.objects.create(
        shop=meis_shop(), offer=flask(identity="other", external_id="other"), state="refused"
    ),
    "same name again": lambda: Shop.objects.update(name=F("name")),
}


@pytest.fixture
def stock(committed_db: EmbeddedPostgres) -> None:
    now = clock.now()
    offer = flask(as_of=now - HOUR, expires_at=now + HOUR)
    shelf = Shelf.objects.create(shop=meis_shop(), name="杯子")
    Listing.objects.create(shop=meis_shop(), offer=offer, state="published", shelf=shelf)
    listed(lulus_shop(), offer)


@pytest.mark.parametrize("name", but_every(3, SHOWN))
def test_what_pages_show_drops_them(name: str, stock: None, committed_db: EmbeddedPostgres) -> None:
    change, expected = SHOWN[name]

    assert notices_of(change, committed_db) == expected


@pytest.mark.parametrize("name", but_every(3, NOT_SHOWN))
def test_what_pages_do_not_show_drops_none(name: str, stock: None, committed_db: EmbeddedPostgres) -> None:
    assert notices_of(NOT_SHOWN[name], committed_db) == []


def test_a_price_that_had_expired_and_is_read_again_drops_pages(stock: None, committed_db: EmbeddedPostgres) -> None:
    Offer.objects.update(expires_at=clock.now() - HOUR)

    assert notices_of(lambda: Offer.objects.update(expires_at=clock.now() + HOUR), committed_db) == ["*"]


def test_many_offers_in_one_statement_are_one_notice(stock: None, committed_db: EmbeddedPostgres) -> None:
    for number in range(20):
        flask(identity=str(number), external_id=str(number))

    assert notices_of(lambda: Offer.objects.update(now_minor=7900), committed_db) == ["*"]


def notices_of(change: Change, postgres: EmbeddedPostgres) -> list[str]:
    """What is announced on the pages' channel by `change`."""
    with psycopg.connect(postgres.urls.app, autocommit=True) as listener:
        listener.execute("LISTEN joey_pages")
        change()
        return sorted(notice.payload for notice in listener.notifies(timeout=0.3))
