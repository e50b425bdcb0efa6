"""F1–F4 for minutes; `make test-long` runs them."""

from pathlib import Path

import pytest

from tests.journeys.faults.small_disk import needs_mounting
from tests.journeys.faults.stories import (
    the_database_freezes,
    the_database_is_killed,
    the_disk_is_full,
    web_workers_are_killed,
)
from tests.journeys.faults.town import Town

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


def test_web_workers_killed_every_two_seconds_for_minutes(town: Town, tmp_path: Path) -> None:
    """F1."""
    web_workers_are_killed(town, tmp_path, seconds=120)


def test_the_database_killed_again_and_again(town: Town, tmp_path: Path) -> None:
    """F2."""
    the_database_is_killed(town, tmp_path, times=6, pause=8)


def test_the_database_frozen_for_half_a_minute(town: Town, tmp_path: Path) -> None:
    """F3."""
    pressed = the_database_freezes(town, tmp_path, seconds=30)

    assert pressed.seen["shelf 503"] > 0, "no request was refused while it hung"


@pytest.mark.parametrize("what", ["data", "wal"])
def test_no_room_for_a_while(town: Town, tmp_path: Path, what: str) -> None:
    """F4."""
    needs_mounting()

    the_disk_is_full(town, tmp_path, what=what, pause=8)
