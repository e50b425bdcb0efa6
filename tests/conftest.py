"""What every test may ask for: a migrated PostgreSQL, rolled back after each test or emptied after commits."""

from collections.abc import Iterator
from typing import Any

import pytest
import stamina
from django.db import connections
from django.utils import translation
from hypothesis import settings
from pytest_django import DjangoDbBlocker
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from tests import database

# Folders whose files take minutes: they start first, so that at the end neither of two processes waits for the other.
LONGEST_FIRST = (
    "tests/journeys/faults/",
    "tests/journeys/",
    "tests/properties/",
    "tests/toy_marketplace/",
    "tests/instance/",
    "tests/cli/",
    "tests/catalog/",
    "tests/edge/",
)

JOURNEYS = "tests/journeys/"
SERVERS = {"sandbox", "own_sandbox"}

# No test measures time: on a machine that is busy an example may take as long as it takes.
settings.register_profile("joey", deadline=None)
settings.load_profile("joey")

_postgres = database.throw_away_postgres()
database.point_django_at(_postgres)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort by folder, the ones that take longest first; mark those that commit or need a server."""

    def place(item: pytest.Item) -> int:
        return next((at for at, folder in enumerate(LONGEST_FIRST) if item.nodeid.startswith(folder)), 99)

    items.sort(key=place)
    for item in items:
        asked = set(item.fixturenames) if isinstance(item, pytest.Function) else set()
        if "committed_db" in asked:
            item.add_marker("commits")
        if asked & SERVERS:
            item.add_marker("serves")


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """A file belongs to one process; the journeys, which share one running Joey, all to the same."""

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS if nodeid.startswith(JOURNEYS) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Share the tests out; xdist's own groups do nothing with this pytest."""
    return ByFile(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The session's running PostgreSQL, migrated; also for processes started by a test (see os.environ)."""
    try:
        _postgres.start()
        yield _postgres
    finally:
        database.throw_away(_postgres)


@pytest.fixture(scope="session")
def django_db_setup(postgres: EmbeddedPostgres, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replace pytest-django's making of a test database: `default` is the app role, `owner` migrates."""
    with django_db_blocker.unblock():
        database.migrate(postgres)
        _close_all()
    yield
    with django_db_blocker.unblock():
        _close_all()


@pytest.fixture(autouse=True)
def plain_english() -> Iterator[None]:
    """Let refusals speak the language that tests compare with, unless a test asks for another."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def retries_as_they_are() -> Iterator[None]:
    """A test that changes how calls are repeated changes it for the whole process, so it has to take that back.

    One that does not fails, and those after it have the usual retries all the same.
    """
    yield
    was_left = stamina.is_testing()
    stamina.set_testing(False)
    assert not was_left


@pytest.fixture
def committed_db(
    postgres: EmbeddedPostgres, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[EmbeddedPostgres]:
    """Let a test commit for real, on as many connections as it opens; every table is emptied afterwards."""
    with django_db_blocker.unblock():
        try:
            yield postgres
        finally:
            connections.close_all()  # back to its pool: a new session of PostgreSQL costs more than emptying the tables
            database.empty_again(postgres)


@pytest.fixture
def transactional_db() -> None:
    """Refuse pytest-django's flushing, which the app role may not do."""
    pytest.fail("Ask for committed_db instead: it commits for real and empties the tables as their owner.")


def pytest_unconfigure() -> None:
    """Delete the folder also when no test wanted a database."""
    database.throw_away(_postgres)


def _close_all() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close()
        if getattr(connection, "pool", None):
            connection.close_pool()  # type: ignore[attr-defined]
