"""Prices that shops show are read again before they are too old; keepers are notified of cuts of rates."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from joey.catalog.refresh_due import refresh_due
from joey.kit.clock import now
from joey.shops.answer_report import delete_old_reports
from joey.shops.models import RateNotice
from joey.shops.queries import listed_offer_ids
from joey.shops.rate_notices import NOTIFY_RATES_CUT, notify_of_cuts, send_rate_notice


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="shops.refresh_listed_offers", lock="shops.refresh_listed_offers")
def refresh_listed_offers(timestamp: int) -> None:
    """Every offer that an open shop shows, when its price has less than a third of its life left."""
    refresh_due(now=now(), wanted=listed_offer_ids())


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="shops.notify_of_rate_cuts", lock="shops.notify_of_rate_cuts")
def notify_of_rate_cuts(timestamp: int) -> None:
    """Every hour, so that a worker that was off in the morning makes up for it."""
    notify_of_cuts(now=now())


@app.periodic(cron="31 4 * * *")
@app.task(queueing_lock="shops.delete_old_reports", lock="shops.delete_old_reports")
def delete_answered_reports(timestamp: int) -> None:
    """Reports that were answered longer ago than they are kept."""
    delete_old_reports(now=now())


@app.task(name=NOTIFY_RATES_CUT, retry=RetryStrategy(max_attempts=10, exponential_wait=4))
def notify_rates_cut(notice_id: str) -> None:
    """One keeper's notice; one that was deleted meanwhile is not sent."""
    notice = RateNotice.objects.select_related("person").filter(pk=UUID(notice_id)).first()
    if notice is not None:
        send_rate_notice(notice, now=now())
