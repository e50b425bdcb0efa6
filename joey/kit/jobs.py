"""What has served its time is forgotten."""

from procrastinate.contrib.django import app

from joey.kit import sql

ANSWER_DAYS = 30  # nobody repeats a request after that


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="kit.forget_answers")
def forget_answers(timestamp: int) -> None:
    """Forget the answers to writes that carried an Idempotency-Key. A payout keeps its key for ever."""
    sql.execute(
        "DELETE FROM kit_idempotentanswer WHERE recorded_at < clock_timestamp() - make_interval(days => %s)",
        [ANSWER_DAYS],
    )
