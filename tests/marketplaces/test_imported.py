"""What imported feeds may do is a table, kept in memory for the fast path."""

import asyncio
from collections.abc import Iterator

import pytest
from django.db import transaction

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.marketplaces import imported, registry
from joey.marketplaces.imported import AllowedFeed, feeds, keep_feed
from joey.marketplaces.models import ImportedFeed

CORNER = AllowedFeed(hosts=frozenset({"corner.example"}), zone="Asia/Kuwait", price_hours=6)


@pytest.fixture(autouse=True)
def nothing_in_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever an earlier test kept: `forget` only makes it stale."""
    monkeypatch.setattr(imported, "_kept", (0.0, {}))
    yield
    imported.forget()


@pytest.mark.django_db
def test_a_transaction_sees_its_own_feed_and_keeps_it_from_others() -> None:
    keep_feed("feed:corner", CORNER)

    assert feeds() == {"feed:corner": CORNER}
    assert registry.is_known("feed:corner")
    manifest = registry.manifest_of("feed:corner")
    assert (manifest.hosts, manifest.zone, manifest.reports_orders) == (CORNER.hosts, "Asia/Kuwait", False)
    assert asyncio.run(_on_the_loop()) == {}


def test_memory_answers_until_it_is_forgotten(committed_db: EmbeddedPostgres) -> None:
    keep_feed("feed:corner", CORNER)
    assert feeds() == {"feed:corner": CORNER}
    ImportedFeed.objects.all().delete()  # behind the back of this process

    assert asyncio.run(_on_the_loop()) == feeds() == {"feed:corner": CORNER}
    imported.forget()
    assert not imported.are_fresh()
    assert feeds() == {}


def test_a_change_is_announced_with_its_commit(committed_db: EmbeddedPostgres) -> None:
    import psycopg

    with psycopg.connect(committed_db.urls.app, autocommit=True) as listener:
        listener.execute("LISTEN joey_pages")
        with transaction.atomic():
            keep_feed("feed:corner", CORNER)
            assert not list(listener.notifies(timeout=0.1, stop_after=1))
        heard = list(listener.notifies(timeout=10, stop_after=1))
        keep_feed("feed:corner", CORNER)  # no change, so nothing to hear
        again = list(listener.notifies(timeout=0.2, stop_after=1))

    assert [each.payload for each in heard] == ["*"]
    assert again == []


async def _on_the_loop() -> dict[str, AllowedFeed]:
    return dict(feeds())
