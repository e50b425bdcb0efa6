"""/go for an imported feed: to the hosts that its operator allowed, read anew when they change, and nowhere else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from joey.catalog.intake.import_offers import import_offers
from joey.catalog.models import Offer
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock
from joey.sharing.make_link import make_link
from joey.sharing.models import Link, OutboundClick
from joey.shops.add_listing import add_listing
from tests import cast
from tests.catalog.imports import goods, mapped, written
from tests.edge.server import Server


@pytest.fixture(autouse=True)
def _no_feeds_afterwards(committed_db: EmbeddedPostgres) -> Iterator[None]:
    yield
    (Path(settings.DATA) / "feeds.json").unlink(missing_ok=True)


def test_a_outbound_click_leads_to_the_feeds_host_and_stops_when_it_is_not_allowed_any_more(
    joey: Server, tmp_path: Path
) -> None:
    file = written(tmp_path, goods("1,Stool,https://shop.example/1,319.00,EUR"))
    import_offers(file, "feed:a-name-of-twenty-six-chars", now=clock.now())
    listing = add_listing(cast.meis_shop(), offer_id=Offer.objects.get().id, now=clock.now())
    make_link(cast.meis_shop(), listing_id=listing.id, channel="wechat", now=clock.now())
    own = Link.objects.get(listing=listing, channel="shop")

    answer = joey.get(f"/go/{own.code}")

    assert (answer.status_code, answer.headers["location"]) == (302, "https://shop.example/1")
    assert OutboundClick.objects.get().marketplace == "feed:a-name-of-twenty-six-chars"
    other = written(tmp_path, goods("9,Chair,https://other.example/9,1.00,EUR"))
    mapping = mapped(tmp_path, 'hosts = ["other.example"]')
    import_offers(other, "feed:a-name-of-twenty-six-chars", mapping=mapping, now=clock.now())
    refused = joey.get(f"/go/{own.code}")
    assert refused.status_code == 403
    assert "location" not in refused.headers
