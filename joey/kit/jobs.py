"""Delete what is not needed any more."""

from procrastinate.contrib.django import app

from joey.kit import sql

ANSWER_DAYS = 30  # nobody repeats a request after that


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
