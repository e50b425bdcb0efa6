"""Mei's flask, shared on WeChat, and a server that shows it."""

from collections.abc import Iterator

import pytest

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock
from joey.sharing.make_link import make_link
from joey.sharing.models import Link
from tests import cast
from tests.edge.server import Server, server


@pytest.fixture
def shared(committed_db: EmbeddedPostgres) -> Link:
    listing = cast.listed(cast.meis_shop(), cast.flask())
    return make_link(cast.meis_shop(), listing_id=listing.id, channel="wechat", now=clock.now())


@pytest.fixture
def own(shared: Link) -> Link:
    """The listing's own link, which /go takes."""
    return Link.objects.get(listing=shared.listing, channel="shop")


@pytest.fixture(scope="session")
def joey_all_along(django_db_setup: None) -> Iterator[Server]:
    with server() as running:
        yield running


@pytest.fixture
def joey(committed_db: EmbeddedPostgres, joey_all_along: Server) -> Server:
    """One server for all tests: what it remembers is about codes and ids that no other test has."""
    return joey_all_along


@pytest.fixture
def fresh_joey(committed_db: EmbeddedPostgres) -> Iterator[Server]:
    """A server of one test's own, which may suffer."""
    with server() as running:
        yield running
