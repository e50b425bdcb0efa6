"""Offers that changed are compared with those of other marketplaces soon after; old searches are forgotten."""

from procrastinate.contrib.django import app

from joey.catalog.models import AskedSearch
from joey.kit.clock import now

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
