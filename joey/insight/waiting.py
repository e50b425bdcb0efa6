"""What waits for an operator now: how many rows, since when, and which verbs end it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Count, Min, Model

from joey.insight.resting_states import all_rests
from joey.kit.rests import Rest, Verb

COUNT_MOST = 1000  # of one state: enough to see trouble; counting all of a large table is not worth it


@dataclass(frozen=True)
class Waiting:
    """What waits under one label. `since` is the time of the oldest; `query` filters the office's table of `model`."""

    label: str
    model: type[Model]
    query: str
    verbs: tuple[Verb, ...]
    count: int
    since: datetime
    trouble: bool

    def age(self, now: datetime) -> timedelta:
        return max(now - self.since, timedelta(0))


def waiting(*, now: datetime) -> list[Waiting]:
    """All that is due for an operator, the oldest first. One bounded query for each rest that can be due.

    Rests of one label, such as the reasons of suspense, are counted together.
    """
    due = [rest for rest in all_rests() if rest.due is not None]
    labelled = [list(group) for _label, group in groupby(due, key=lambda rest: str(rest.label))]
    found = [each for each in (_waiting(rests, now) for rests in labelled) if each]
    return sorted(found, key=lambda each: each.since)


def _waiting(rests: list[Rest], now: datetime) -> Waiting | None:
    counted = [(count, since) for count, since in (_count(rest, now) for rest in rests) if since]
    if not counted:
        return None
    first = rests[0]
    return Waiting(
        label=str(first.label),
        model=first.of.model,
        query=first.query,
        verbs=first.verbs,
        count=sum(count for count, _since in counted),
        since=min(since for _count, since in counted),
        trouble=first.trouble,
    )


def _count(rest: Rest, now: datetime) -> tuple[int, datetime | None]:
    since = rest.of.since
    due = rest.resting().filter(**{f"{since}__lte": now - (rest.due or timedelta(0))})
    found = due.order_by(since)[:COUNT_MOST].aggregate(count=Count("pk"), since=Min(since))
    return found["count"], found["since"]
