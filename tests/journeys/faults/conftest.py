"""The Joey of the journeys as it is hurt; those that come after would notice what a fault has spoiled."""

import pytest

from tests.journeys.faults.town import Town
from tests.journeys.running import RunningJoey


@pytest.fixture(scope="package")
def the_town(joey: RunningJoey) -> Town:
    return Town(joey)


@pytest.fixture
def town(the_town: Town) -> Town:
    """The same for all, and running."""
    if not the_town.joey.answers():
        the_town.joey.start()
    return the_town
