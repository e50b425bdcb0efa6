"""A manifest of the tree with other values, or without its package, for as long as a test runs."""

from dataclasses import replace
from typing import Any

import pytest

from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Manifest


def replace_manifest(monkeypatch: pytest.MonkeyPatch, code: str, **changes: Any) -> None:
    """Let the marketplace's manifest, and that of its connector if it is connected, have these values."""
    manifests = {each.code: each for each in registry.manifests()}
    _put(monkeypatch, manifests | {code: replace(manifests[code], **changes)})
    for connector in registry.connectors():
        if connector.code == code:
            monkeypatch.setattr(connector, "manifest", replace(connector.manifest, **changes))


def remove_package(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the marketplace be unknown, as where its package was removed: what it reported stays."""
    connectors = {each.code: each for each in registry.connectors() if each.code != code}
    _put(monkeypatch, {each.code: each for each in registry.manifests() if each.code != code})
    monkeypatch.setattr(registry, "_connectors", lambda _configuration: connectors)


def _put(monkeypatch: pytest.MonkeyPatch, manifests: dict[str, Manifest]) -> None:
    served = {name: each for each in manifests.values() for name in each.marketplaces}
    monkeypatch.setattr(registry, "_manifests", lambda: manifests)
    monkeypatch.setattr(registry, "_served", lambda: served)
