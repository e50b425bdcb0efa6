"""What waits for an operator now: how many rows, since when, and which verbs end it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model

from joey.insight.resting_states import all_rests
from joey.kit import sql
from joey.kit.rests import Rest, Verb

COUNT_MOST = 1000  # of one state: enough to see trouble; counting all of a large table is not worth it


@dataclass(frozen=True)
class Waiting:
    """What waits under one label; `state` is the first of its states, `since` the time of the oldest row.

    `query` filters the office's table of `model`. `count` is at most COUNT_MOST for each state.
    """

    label: str
    model: type[Model]
    state: str
    query: str
    verbs: tuple[Verb, ...]
    count: int
    since: datetime

    def age(self, now: datetime) -> timedelta:
        return max(now - self.since, timedelta(0))


def waiting(*, now: datetime) -> list[Waiting]:
    """All that is due for an operator, the oldest first. One query, bounded for each rest.

    Rests of one label, such as the reasons of suspense, are counted together.
    """
    return _counted([rest for rest in all_rests() if rest.due is not None], now)


def stuck(*, now: datetime) -> list[Waiting]:
    """Of these only what needs attention soon, such as transfers with an unknown outcome. One query."""
    return _counted([rest for rest in all_rests() if rest.due is not None and rest.trouble], now)


def _counted(rests: list[Rest], now: datetime) -> list[Waiting]:
    if not rests:
        return []
    parts = [_part(rest, now) for rest in rests]
    query = " UNION ALL ".join(
        f"SELECT {place} AS place, count(*) AS count, min(since) AS since FROM ({part}) AS rest{place} (since)"
        for place, (part, _given) in enumerate(parts)
    )
    counts = {row["place"]: row for row in sql.rows(query, [each for _part, given in parts for each in given])}
    labelled: dict[str, list[int]] = {}
    for place, rest in enumerate(rests):
        if counts[place]["count"]:
            labelled.setdefault(str(rest.label), []).append(place)
    found = [
        _together(label, rests[places[0]], [counts[place] for place in places]) for label, places in labelled.items()
    ]
    return sorted(found, key=lambda each: each.since)


def _part(rest: Rest, now: datetime) -> tuple[str, tuple[Any, ...]]:
    """A query for the times since when the rest's due rows wait, the oldest COUNT_MOST."""
    since = rest.waits_since
    due = rest.resting().filter(**{f"{since}__lte": now - (rest.due or timedelta(0))})
    query, given = due.order_by(since).values_list(since)[:COUNT_MOST].query.sql_with_params()
    return query, tuple(given)


def _together(label: str, first: Rest, counted: list[dict[str, Any]]) -> Waiting:
    return Waiting(
        label=label,
        model=first.of.model,
        state=str(first.state),
        query=first.query,
        verbs=first.verbs,
        count=sum(row["count"] for row in counted),
        since=min(row["since"] for row in counted),
    )
