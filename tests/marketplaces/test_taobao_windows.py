"""Windows of the order report: none too long, none missing, none twice."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from joey.marketplaces.beijing import ZONE
from joey.marketplaces.read_windows import halves
from joey.marketplaces.taobao.windows import LONGEST, LONGEST_NEAR_SALES, windows

QUIET = datetime(2026, 8, 3, 0, 0, 0, tzinfo=UTC)


def test_windows_cover_the_stretch_without_gap_or_overlap() -> None:
    since, until = QUIET, QUIET + timedelta(hours=10, minutes=7, seconds=3)

    cut = list(windows(since, until))

    assert cut[0][0] == since
    assert cut[-1][1] == until
    assert all(before[1] == after[0] for before, after in pairwise(cut))
    assert [end - start for start, end in cut] == [LONGEST] * 3 + [timedelta(hours=1, minutes=7, seconds=3)]


def test_parts_of_a_second_are_read_twice_rather_than_not() -> None:
    ((start, end),) = windows(QUIET + timedelta(milliseconds=900), QUIET + timedelta(seconds=5, milliseconds=1))

    assert (start, end) == (QUIET, QUIET + timedelta(seconds=6))


def test_nothing_to_read_makes_no_window() -> None:
    assert list(windows(QUIET, QUIET)) == []
    assert list(windows(QUIET + LONGEST, QUIET)) == []


@pytest.mark.parametrize(("month", "day"), [(6, 16), (6, 20), (11, 9), (11, 12), (12, 29), (1, 1), (2, 10)])
def test_windows_are_short_near_the_sales(month: int, day: int) -> None:
    noon = datetime(2027, month, day, 12, 0, tzinfo=ZONE)

    assert {end - start for start, end in windows(noon, noon + timedelta(hours=1))} == {LONGEST_NEAR_SALES}


def test_a_window_that_would_reach_into_a_sale_is_short_already() -> None:
    eve = datetime(2026, 6, 15, 22, 0, tzinfo=ZONE)

    assert max(end - start for start, end in windows(eve, eve + timedelta(hours=3))) == LONGEST_NEAR_SALES


def test_halves_meet_in_the_middle_until_one_second_is_left() -> None:
    (first, second) = halves(QUIET, QUIET + timedelta(seconds=3))

    assert first == (QUIET, QUIET + timedelta(seconds=1))
    assert second == (QUIET + timedelta(seconds=1), QUIET + timedelta(seconds=3))
    assert len(halves(QUIET, QUIET + timedelta(seconds=1))) == 1
