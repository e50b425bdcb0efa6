"""Whatever an API test puts into the catalogue can be searched at once."""

import pytest

from tests.catalog.search_index import index_folder, searchable

__all__ = ["index_folder", "searchable"]


@pytest.fixture(autouse=True)
def _searchable(searchable: None) -> None:
    pass
