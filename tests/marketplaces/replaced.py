"""A manifest of the tree with other values, for as long as a test runs."""

from dataclasses import replace
from typing import Any

import pytest

from joey.marketplaces import registry


def replace_manifest(monkeypatch: pytest.MonkeyPatch, code: str, **changes: Any) -> None:
    """Let the marketplace's manifest, and that of its connector if it is connected, have these values."""
    manifests = {each.code: each for each in registry.manifests()}
    manifests[code] = replace(manifests[code], **changes)
    served = {name: each for each in manifests.values() for name in each.marketplaces}
    monkeypatch.setattr(registry, "_manifests", lambda: manifests)
    monkeypatch.setattr(registry, "_served", lambda: served)
    for connector in registry.connectors():
        if connector.code == code:
            monkeypatch.setattr(connector, "manifest", replace(connector.manifest, **changes))
