"""Prices that shops show are read again before they are too old to be shown."""

from procrastinate.contrib.django import app

from joey.catalog.refresh_due import refresh_due
from joey.kit.clock import now
from joey.shops.queries import listed_offer_ids


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="shops.refresh_listed_offers", lock="shops.refresh_listed_offers")
def refresh_listed_offers(timestamp: int) -> None:
    """Every offer that an open shop shows, when its price has less than a third of its life left."""
    refresh_due(now=now(), wanted=listed_offer_ids())
