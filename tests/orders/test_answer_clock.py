"""When an answer is due: the clock stops while the marketplace gives none, whatever kept it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joey.orders.answer_clock import Silence, moved, silence_of
from joey.orders.take_order_reports import keep_poll
from tests.cast import NOW
from tests.orders.polled import asked, cursor_at

HOUR = timedelta(hours=1)
THREE_DAYS = 72 * HOUR


def stop(begin: float, end: float) -> Silence:
    """In hours after NOW."""
    return Silence(NOW + begin * HOUR, NOW + end * HOUR)


@pytest.mark.parametrize(
    ("stops", "later"),
    [
        ([], 0),
        ([stop(1, 7)], 6),
        ([stop(-3, 2)], 2),  # it had begun before
        ([stop(-3, -1)], 0),
        ([stop(1, 7), stop(70, 74)], 10),
        ([stop(70, 74), stop(1, 7)], 10),
        ([stop(73, 90)], 0),  # the answer was late by then
        ([stop(1, 7), stop(77, 80)], 9),  # due at 78 because of the first
        ([stop(1, 7), stop(3, 9)], 8),  # what is in both counts once
        ([stop(1, 9), stop(3, 7), stop(8, 10)], 9),
    ],
)
def test_an_answer_is_due_later_by_each_stop_that_begins_before_it_is_due(stops: list[Silence], later: float) -> None:
    assert moved(NOW, THREE_DAYS, stops) == NOW + THREE_DAYS + later * HOUR


@given(st.lists(st.integers(0, 200), unique=True, max_size=12).map(sorted))
def test_the_clock_has_run_for_as_long_as_is_allowed_when_the_answer_is_due(edges: list[int]) -> None:
    stops = [stop(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=False)]

    due = moved(NOW, THREE_DAYS, stops)

    stopped = sum(((min(each.end, due) - each.begin) for each in stops if each.begin < due), timedelta())
    assert due - NOW - stopped == THREE_DAYS


def answered(*hours: float, question: str = "orders") -> None:
    """The sync got an answer so many hours after NOW."""
    for hour in hours:
        keep_poll("taobao", asked(question, now=NOW + hour * HOUR))


def silence(until: float) -> list[tuple[float, float]]:
    found = silence_of("taobao", since=NOW, until=NOW + until * HOUR)
    return [((each.begin - NOW) / HOUR, (each.end - NOW) / HOUR) for each in found]


@pytest.mark.django_db
def test_the_marketplace_is_silent_between_two_answers_that_are_far_apart() -> None:
    cursor_at(NOW)
    answered(0.05, 0.1, 0.3, 6.3, 6.35)

    assert silence(6.5) == [(0.3, 6.3)]


@pytest.mark.django_db
def test_a_silence_that_goes_on_counts_up_to_now_and_that_before_the_request_does_not() -> None:
    cursor_at(NOW)
    answered(-5, -2)

    assert silence(0.2) == []
    assert silence(4) == [(0, 4)]


@pytest.mark.django_db
def test_the_answer_to_any_question_ends_a_silence_and_one_from_no_marketplace_does_not() -> None:
    cursor_at(NOW)
    cursor_at(NOW, "refunds")
    answered(2)
    answered(3, question="refunds")
    answered(4, question="a file")

    assert silence(5) == [(0, 2), (2, 3), (3, 5)]


def test_a_moment_is_compared_in_any_zone() -> None:
    beijing = datetime.fromisoformat("2026-11-23T18:00:00+08:00")

    assert moved(beijing, THREE_DAYS, [stop(1, 2)]) == NOW + 73 * HOUR
