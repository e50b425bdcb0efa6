"""Offers that changed are compared with those of other marketplaces soon after; old searches are forgotten; lists of
goods are fetched from their addresses when they are due."""

import logging
from contextlib import suppress

from procrastinate.contrib.django import app

from joey.catalog.models import AskedSearch
from joey.kit.clock import now
from joey.kit.refusals import Conflict
from joey.kit.try_each import trying_each

log = logging.getLogger(__name__)

MOST_AT_ONCE = 50_000  # after a large import the rest waits for the next run


@app.periodic(cron="*/2 * * * *")
@app.task(queueing_lock="catalog.match_offers", lock="catalog.match_offers")
def match_offers(timestamp: int) -> None:
    """Find offers that are the same item as one at another marketplace."""
    from joey.catalog.same_item.follow import catch_up  # here: an idle worker should not hold it

    catch_up(now=now(), most=MOST_AT_ONCE)


@app.periodic(cron="31 * * * *")
@app.task(queueing_lock="catalog.forget_searches")
def forget_searches(timestamp: int) -> None:
    """Delete what was asked at marketplaces some days ago."""
    from joey.catalog.search.ask_marketplace import FORGOTTEN

    AskedSearch.objects.filter(asked_at__lt=now() - FORGOTTEN).delete()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="catalog.fetch_feeds", lock="catalog.fetch_feeds")
def fetch_feeds(timestamp: int) -> None:
    """Ask the feeds that are due, one after another: however slow they are, other jobs have a place beside them."""
    from joey.catalog.feeds.fetch_feed import fetch_feed  # here: an idle worker should not hold it
    from joey.catalog.feeds.queries import due_feeds

    with trying_each(log, "the list of %s could not be taken in") as trying:
        for feed in due_feeds(now=now()):
            with trying(feed), suppress(Conflict):  # asked by a command at this moment, or paused meanwhile
                fetch_feed(feed, now=now())
