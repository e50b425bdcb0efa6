"""What waits for an operator now: how many rows, since when, and which verb ends it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min

from joey.insight.resting_states import all_rests
from joey.kit.rests import Rest

COUNT_MOST = 1000  # enough to see trouble; counting all of a large table is not worth it


@dataclass(frozen=True)
class Waiting:
    """`count` is at most COUNT_MOST; `since` is the time of the oldest among the counted."""

    rest: Rest
    count: int
    since: datetime

    def age(self, now: datetime) -> timedelta:
        return now - self.since


def waiting(*, now: datetime) -> list[Waiting]:
    """All rests that are due for an operator and have rows, the oldest first. One bounded query for each rest."""
    found = [_waiting(rest, now) for rest in all_rests() if rest.due is not None]
    return sorted((each for each in found if each), key=lambda each: each.since)


def _waiting(rest: Rest, now: datetime) -> Waiting | None:
    since = rest.of.since
    due = rest.resting().filter(**{f"{since}__lte": now - (rest.due or timedelta(0))})
    found = due.order_by(since)[:COUNT_MOST].aggregate(count=Count("pk"), since=Min(since))
    return Waiting(rest, found["count"], found["since"]) if found["count"] else None
