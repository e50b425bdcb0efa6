"""The books that the corruptions are tried on."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from tests.mutations.books import committed_books


@pytest.fixture(scope="module")
def books(
    postgres: EmbeddedPostgres, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[EmbeddedPostgres]:
    """Books that hold before anything is corrupted, made once for all cases."""
    with django_db_blocker.unblock(), committed_books(postgres):
        yield postgres
