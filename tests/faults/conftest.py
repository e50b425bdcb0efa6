"""One Joey to be hurt, started by its own command; stopped and forgotten at the end."""

from collections.abc import Iterator

import pytest

from tests.faults.town import Town
from tests.journeys.running import RunningJoey


@pytest.fixture(scope="package")
def joey_to_hurt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningJoey]:
    running = RunningJoey(tmp_path_factory.mktemp("faults") / "data")
    try:
        yield running.start()
    finally:
        running.forget()


@pytest.fixture(scope="package")
def the_town(joey_to_hurt: RunningJoey) -> Town:
    return Town(joey_to_hurt)


@pytest.fixture
def town(the_town: Town) -> Town:
    """The same for all, and running."""
    if not the_town.joey.answers():
        the_town.joey.start()
    return the_town


@pytest.fixture(autouse=True)
def tell_the_story(request: pytest.FixtureRequest) -> Iterator[None]:
    """When a story fails, what Joey said and logged is shown with it."""
    failed_before = request.session.testsfailed
    yield
    if request.session.testsfailed > failed_before and "joey_to_hurt" in request.fixturenames:
        print(request.getfixturevalue("joey_to_hurt").story())
