"""Delete what is not needed any more, and make the partitions of the days to come."""

from django.conf import settings
from django.db import OperationalError
from procrastinate.contrib.django import app

from joey.kit import sql
from joey.kit.partitions import make_days, partitioned_tables

ANSWER_DAYS = 30  # no client repeats a request after that


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="kit.forget_answers")
def forget_answers(timestamp: int) -> None:
    """Delete old answers to writes that carried an Idempotency-Key. A payout keeps its key for ever."""
    sql.execute(
        "DELETE FROM kit_idempotentanswer WHERE recorded_at < clock_timestamp() - make_interval(days => %s)",
        [ANSWER_DAYS],
    )


@app.periodic(cron="43 * * * *")
@app.task(queueing_lock="kit.forget_rate_windows")
def forget_rate_windows(timestamp: int) -> None:
    """Delete the rate limiter's windows that are over: the next hit of their key opens a new one anyway."""
    sql.execute("DELETE FROM kit_ratewindow WHERE ends_at < clock_timestamp() - interval '5 minutes'")


@app.periodic(cron="37 19 * * *")
@app.task(queueing_lock="kit.forget_security_events")
def forget_security_events(timestamp: int) -> None:
    """Delete what the security log has kept for its time."""
    sql.execute(
        "DELETE FROM kit_securityevent WHERE at < clock_timestamp() - make_interval(days => %s)",
        [settings.JOEY_SECURITY_LOG_DAYS],
    )


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="kit.make_partitions")
def make_partitions(timestamp: int) -> None:
    """Make the partitions of the days ahead. A table that is busy now is done in five minutes: there are days left."""
    busy = []
    for table in partitioned_tables():
        try:
            make_days(table)
        except OperationalError:
            busy.append(table)
    if busy:
        raise OperationalError(f"in use, no partition made: {', '.join(busy)}")
