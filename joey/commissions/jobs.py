"""Book what came in and confirm what is due: two jobs, so that one that fails does not stop the other."""

from procrastinate.contrib.django import app

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.kit.clock import now


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="commissions.book", lock="commissions.book")
def book_commissions(timestamp: int) -> None:
    """Earn what was reported."""
    earn_due(now=now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="commissions.confirm", lock="commissions.confirm")
def confirm_commissions(timestamp: int) -> None:
    """Confirm what is due."""
    confirm_due(now=now())
