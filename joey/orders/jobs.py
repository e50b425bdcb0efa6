"""Order reports come in every few minutes; what could not be read or attributed is tried again every hour, and
lost orders are looked for every minute."""

from procrastinate.contrib.django import app

from joey.kit.clock import now
from joey.orders.answer_lost_orders import answer_lost_orders
from joey.orders.retry_suspense import retry_all_suspense
from joey.orders.retry_unread import retry_all_unread
from joey.orders.sync import sync, sync_own_accounts


@app.periodic(cron="*/3 * * * *")
@app.task(queueing_lock="orders.sync", lock="orders.sync")
def sync_orders(timestamp: int) -> None:
    """Read what every marketplace reports as changed."""
    sync(now=now())


@app.periodic(cron="*/3 * * * *")
@app.task(queueing_lock="orders.sync_own", lock="orders.sync_own")
def sync_orders_of_own_accounts(timestamp: int) -> None:
    """The same for keepers' own accounts: no order of the operator's waits for one of them."""
    sync_own_accounts(now=now())


@app.periodic(cron="11 * * * *")
@app.task(queueing_lock="orders.retry_unread", lock="orders.retry_unread")
def retry_unread_reports(timestamp: int) -> None:
    """Read again what could not be read: the connector may have learnt to."""
    retry_all_unread(now=now())


@app.periodic(cron="41 * * * *")
@app.task(queueing_lock="orders.retry_suspense", lock="orders.retry_suspense")
def retry_suspended_lines(timestamp: int) -> None:
    """Find the shop of lines in suspense: the connector may have learnt to read whose they are."""
    retry_all_suspense(now=now(), read_all=False)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="orders.look_for_lost_orders", lock="orders.look_for_lost_orders")
def look_for_lost_orders(timestamp: int) -> None:
    """Answer the shops that miss an order, and ask the marketplaces for those that are due."""
    answer_lost_orders(now=now())
