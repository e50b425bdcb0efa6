"""Whether an operator repeats a hold or a pause that is in force: two clicks are one."""

from typing import TypeVar

from django.db.models import QuerySet

from joey.kit.sentences import Words, to_keep, worded
from joey.payouts.models import PayoutHold, PayoutPause
from joey.people.models import Person
from joey.record.kept_texts import kept_text, with_texts

S = TypeVar("S", PayoutHold, PayoutPause)


def placed_before(in_force: "QuerySet[S]", *, by: Person | None, reason: Words) -> S | None:
    """Which of these the same operator placed for the same reason, the oldest; None where it was done in a terminal."""
    if by is None:
        return None
    same = with_texts(in_force.filter(placed_by=by), "reason").order_by("id")
    return next((each for each in same if kept_text(each, "reason") == worded(to_keep(reason))), None)
