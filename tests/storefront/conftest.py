"""Shops are tested with Taobao and JD connected; no marketplace is called, so no address has to answer."""

from typing import Any

import pytest

TAOBAO = {"app_key": "1", "app_secret": "2", "adzone_id": "3", "site_id": "4", "session": "5"}


@pytest.fixture(autouse=True)
def connected(settings: Any) -> None:
    settings.JOEY_MARKETPLACES = {
        "taobao": {"gateway": "http://localhost:1/router/rest", "credentials": TAOBAO},
        "jd": {"gateway": "http://localhost:1/feed/jd"},
    }
