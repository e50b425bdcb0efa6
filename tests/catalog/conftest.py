"""A running sandbox to fill the catalogue from."""

import pytest
from pytest_django import Settings

from tests.catalog.search_index import index_folder, searchable
from tests.marketplaces.conftest import Sandbox, connected, own_sandbox, sandbox

__all__ = ["Sandbox", "connected", "index_folder", "own_sandbox", "sandbox", "searchable"]


@pytest.fixture
def own_world(own_sandbox: object, settings: Settings) -> Sandbox:
    """A sandbox of this test's own, connected: to break it, or to turn its ids."""
    world: Sandbox = own_sandbox()  # type: ignore[operator]
    settings.JOEY_MARKETPLACES = world.get("/control/marketplaces").json()
    settings.SANDBOX_URL = world.url
    return world
