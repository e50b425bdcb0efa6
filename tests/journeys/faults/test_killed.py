"""F1 and F2 in short: parts of a running Joey are killed while visitors, writers and sync go on."""

from pathlib import Path

import pytest

from tests.journeys.faults.stories import the_database_is_killed, web_workers_are_killed
from tests.journeys.faults.town import Town

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]  # the first of them starts an instance


def test_killed_web_workers_lose_nothing_that_was_acknowledged(town: Town, tmp_path: Path) -> None:
    """F1."""
    pressed = web_workers_are_killed(town, tmp_path, seconds=6)

    assert pressed.seen.get("shelf broken", 0) + pressed.seen.get("page broken", 0) > 0, "the kills went unnoticed"


def test_a_killed_database_loses_nothing_that_was_acknowledged(town: Town, tmp_path: Path) -> None:
    """F2."""
    pressed = the_database_is_killed(town, tmp_path, times=2, pause=1)

    assert any("not recorded" in what or "503" in what for what in pressed.seen), pressed.seen
