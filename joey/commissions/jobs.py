"""What came in is booked, and what is due becomes available."""

from procrastinate.contrib.django import app

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.kit.clock import now


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="commissions.book", lock="commissions.book")
def book_commissions(timestamp: int) -> None:
    """Earn what was reported, confirm what is due."""
    moment = now()
    earn_due(now=moment)
    confirm_due(now=moment)
