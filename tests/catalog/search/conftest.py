"""One index for all tests of a module that only search."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.catalog.search.goods import index_of_all


@pytest.fixture(scope="module")
def goods(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The demo's goods and the made ones can be searched; nothing may write meanwhile."""
    with django_db_blocker.unblock(), index_of_all(tmp_path_factory.mktemp("searched")):
        yield
