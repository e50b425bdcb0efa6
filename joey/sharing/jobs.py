"""Once a day, leases that nobody uses end, so that their positions can serve another shop one day."""

from procrastinate.contrib.django import app

from joey.kit.clock import now
from joey.sharing.lease_position import return_idle


@app.periodic(cron="17 20 * * *")
@app.task(queueing_lock="sharing.return_idle", lock="sharing.return_idle")
def return_idle_leases(timestamp: int) -> None:
    """Night in Beijing: 04:17."""
    return_idle(now=now())
