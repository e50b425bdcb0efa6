"""One running Joey for all journeys, its demo filled, stopped by Ctrl-C at the end."""

from collections.abc import Iterator

import pytest

from tests.journeys.at_the_counter import Sandbox
from tests.journeys.running import RunningJoey


@pytest.fixture(scope="package")
def joey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningJoey]:
    """`joey up` with the demo; all journeys happen in it, as they would in one town, also those that hurt it."""
    running = RunningJoey(tmp_path_factory.mktemp("journeys") / "data")
    try:
        yield running.start()
        assert running.interrupt() == 0, running.story()
        assert "Nothing is lost" in running.says()
    finally:
        running.forget()


@pytest.fixture(scope="package")
def sandbox(joey: RunningJoey) -> Sandbox:
    """The simulated world behind it."""
    return Sandbox(joey.sandbox_url)


@pytest.fixture(autouse=True)
def tell_the_story(request: pytest.FixtureRequest) -> Iterator[None]:
    """When a journey fails, what Joey said and logged is shown with it."""
    failed_before = request.session.testsfailed
    yield
    if request.session.testsfailed > failed_before and "joey" in request.fixturenames:
        print(request.getfixturevalue("joey").story())
