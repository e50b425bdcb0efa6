"""F1–F4 in short: parts of a running Joey are killed, frozen and starved while visitors, writers and sync go on."""

from pathlib import Path

import pytest

from tests.faults.small_disk import needs_mounting
from tests.faults.stories import (
    the_database_freezes,
    the_database_is_killed,
    the_disk_is_full,
    web_workers_are_killed,
)
from tests.faults.town import Town

pytestmark = pytest.mark.timeout(600)  # the first of them starts a Joey


def test_killed_web_workers_lose_nothing_that_was_acknowledged(town: Town, tmp_path: Path) -> None:
    """F1."""
    pressed = web_workers_are_killed(town, tmp_path, seconds=6)

    assert pressed.seen.get("shelf broken", 0) + pressed.seen.get("page broken", 0) > 0, "nobody noticed the kills"


def test_a_killed_database_loses_nothing_that_was_acknowledged(town: Town, tmp_path: Path) -> None:
    """F2."""
    pressed = the_database_is_killed(town, tmp_path, times=2, pause=1)

    assert any("not recorded" in what or "503" in what for what in pressed.seen), pressed.seen


def test_a_frozen_database_is_said_and_nothing_happens_twice(town: Town, tmp_path: Path) -> None:
    """F3."""
    pressed = the_database_freezes(town, tmp_path, seconds=6)

    assert pressed.seen["way 302 not recorded"] > 0


def test_a_full_disk_refuses_writes_and_loses_nothing_that_was_acknowledged(town: Town, tmp_path: Path) -> None:
    """F4."""
    needs_mounting()

    pressed = the_disk_is_full(town, tmp_path, what="data", pause=1)

    assert pressed.seen["shelf 503"] > 0
