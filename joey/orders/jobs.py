"""Order reports come in every few minutes."""

from procrastinate.contrib.django import app

from joey.kit.clock import now
from joey.orders.sync import sync


@app.periodic(cron="*/3 * * * *")
@app.task(queueing_lock="orders.sync", lock="orders.sync")
def sync_orders(timestamp: int) -> None:
    """Read what every marketplace reports as changed."""
    sync(now=now())
