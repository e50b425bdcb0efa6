"""Once a day: leases that are not used end, and clicks that are older than the instance keeps them are dropped."""

from django.conf import settings
from procrastinate.contrib.django import app

from joey.kit.clock import now
from joey.kit.partitions import drop_days
from joey.sharing.end_lease import return_idle


@app.periodic(cron="17 20 * * *")
@app.task(queueing_lock="sharing.return_idle", lock="sharing.return_idle")
def return_idle_leases(timestamp: int) -> None:
    """Night in Beijing: 04:17."""
    return_idle(now=now())


@app.periodic(cron="47 19 * * *")
@app.task(queueing_lock="sharing.drop_old_clicks")
def drop_old_clicks(timestamp: int) -> None:
    """Outbound clicks first: none is ever without its click. Counts and traces of those days end with them."""
    if settings.JOEY_CLICK_DAYS:
        for table in ("sharing_outboundclick", "sharing_click"):
            drop_days(table, keep=settings.JOEY_CLICK_DAYS)
