"""An index of the test's own folder, built from the test's own transaction as soon as a search finds offers changed.

Offers that a test makes without the verb have no `seq` to follow, so the whole is built again: that takes
some hundredths of a second.
"""

from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from joey.catalog.search import find_offers, follow, nearest, read_index, suggest
from joey.catalog.search.documents import made_with


@pytest.fixture
def index_folder(tmp_path: Path, settings: Settings) -> Path:
    """Where the index of this test lies; there is none yet."""
    settings.DATA = tmp_path
    return tmp_path / "search"


@pytest.fixture
def searchable(index_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every search sees all offers as they are then."""
    seen: list[object] = [None]

    def searcher() -> object:
        # Past Django, so that a test that counts queries does not count this one.
        connection.ensure_connection()
        (now,) = connection.connection.execute(
            "SELECT md5(string_agg(o::text, '' ORDER BY id)) FROM catalog_offer o"
        ).fetchone()
        if seen[0] is None or seen[0] != (now, made_with()):
            follow.rebuild()
            seen[0] = (now, made_with())
        return read_index.searcher()

    for module in (find_offers, nearest, suggest):
        monkeypatch.setattr(module, "searcher", searcher)
