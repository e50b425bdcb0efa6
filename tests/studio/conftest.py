"""Shops are tested with Taobao and JD connected. No marketplace is called; all offers can be searched."""

from typing import Any

import pytest

from tests.catalog.search_index import index_folder, searchable

__all__ = ["index_folder", "searchable"]

TAOBAO = {"app_key": "1", "app_secret": "2", "adzone_id": "3", "site_id": "4", "session": "5"}


@pytest.fixture(autouse=True)
def connected(settings: Any, searchable: None) -> None:
    settings.JOEY_MARKETPLACES = {
        "taobao": {"gateway": "http://localhost:1/router/rest", "credentials": TAOBAO},
        "jd": {"gateway": "http://localhost:1/feed/jd"},
    }
