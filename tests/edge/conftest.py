"""Mei's flask, shared on WeChat, and a server that shows it."""

from collections.abc import Iterator

import pytest

from joey.cli.embedded_postgres import EmbeddedPostgres
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


@pytest.fixture
def joey(committed_db: EmbeddedPostgres) -> Iterator[Server]:
    with server() as running:
        yield running
