"""Offers for pages: their prices are read against the clock of the database, so their times hang on now."""

from datetime import datetime, timedelta
from typing import Any

from joey.catalog.models import Offer, PricePoint
from joey.kit import clock
from joey.shops.models import Listing, Shop
from tests.cast import flask, listed


def fresh_flask(**changes: Any) -> Offer:
    """The flask, its price read an hour ago and good for another 23."""
    now = clock.now()
    times = {"as_of": now - timedelta(hours=1), "expires_at": now + timedelta(hours=23)}
    return flask(**(times | changes))


def stale_flask(**changes: Any) -> Offer:
    """The flask, last read 25 hours ago."""
    now = clock.now()
    return flask(as_of=now - timedelta(hours=25), expires_at=now - timedelta(hours=1), **changes)


def cost(offer: Offer, *steps: tuple[int, int]) -> None:
    """Price points: (days ago, minor)."""
    now = clock.now()
    for days, minor in steps:
        at = now - timedelta(days=days)
        PricePoint.objects.create(offer=offer, at=at, price_minor=minor, currency=offer.currency)


def shelf_of_flasks(shop: Shop, count: int) -> list[Listing]:
    """So many different flasks in the shop."""
    return [listed(shop, fresh_flask(identity=f"flask-{n}", external_id=f"{n}")) for n in range(count)]


def now() -> datetime:
    return clock.now()
