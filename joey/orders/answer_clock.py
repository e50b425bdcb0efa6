"""The clock of an answer that is due: it stops while a marketplace answers nothing or cannot be asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from joey.kit import sql

ANSWER_WITHIN = timedelta(hours=72)  # an answer to a request for a lost order
ASK_FOR = timedelta(days=7)  # as long as the marketplace does not know the order
SILENT_AFTER = timedelta(minutes=15)  # five rounds of the sync missed: a shorter gap between two answers is none


@dataclass(frozen=True)
class Silence:
    """A stretch of time in which the clock does not run."""

    begin: datetime
    end: datetime


def moved(since: datetime, allowed: timedelta, stops: Iterable[Silence]) -> datetime:
    """When the clock, started at `since`, has run for `allowed`. A stop that begins later does not matter any more.

    Stops may overlap: what is in two of them counts once.
    """
    due, counted = since + allowed, since
    for stop in sorted(stops, key=lambda each: each.begin):
        begin = max(counted, stop.begin)
        if begin < due and stop.end > begin:
            due += stop.end - begin
            counted = stop.end
    return due


def in_turn(edges: Sequence[datetime]) -> list[Silence]:
    """Stops as a request keeps them: begin and end of each, in turn."""
    return [Silence(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=True)]


def silence_of(marketplace: str, *, since: datetime, until: datetime) -> list[Silence]:
    """When the marketplace gave no answer to any question of the sync, whatever kept it from doing so: its outage, a
    fault of ours, or that this instance was not running. One query.

    Each time a question is answered, a poll is written down. That which goes on at `until` ends there so far.
    """
    found = sql.tuples(
        """
        WITH answers AS (
            SELECT %(since)s::timestamptz AS at
            UNION ALL
            SELECT p.asked_at FROM orders_synccursor c JOIN orders_poll p USING (marketplace, account, question)
            WHERE c.marketplace = %(marketplace)s AND p.until > %(since)s AND p.asked_at > %(since)s
              AND p.asked_at < %(until)s
        ), gaps AS (
            SELECT at, lead(at, 1, %(until)s) OVER (ORDER BY at) AS next FROM answers
        )
        SELECT at, next FROM gaps WHERE next - at > %(silent)s ORDER BY at
        """,
        {"marketplace": marketplace, "since": since, "until": until, "silent": SILENT_AFTER},
    )
    return [Silence(begin, end) for begin, end in found]
