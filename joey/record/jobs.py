"""Number what was committed, every minute."""

from procrastinate.contrib.django import app

from joey.record.number_events import number_events


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="record.number", lock="record.number")
def number_new_events(timestamp: int) -> None:
    """Give committed events their numbers; followers read in that order."""
    number_events()
