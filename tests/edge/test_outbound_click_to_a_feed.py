"""/go for an imported feed: to the hosts that its operator allows now, and nowhere else."""

from pathlib import Path

import httpx

from joey.catalog.intake.import_offers import import_offers
from joey.catalog.models import Offer
from joey.kit import clock
from joey.marketplaces import imported
from joey.marketplaces.models import ImportedFeed
from joey.sharing.make_link import make_link
from joey.sharing.models import Link, OutboundClick
from joey.shops.add_listing import add_listing
from tests import cast
from tests.catalog.imports import goods, mapped, written
from tests.edge.server import Server
from tests.journeys.running import until


def test_an_outbound_click_leads_to_the_feeds_host_and_stops_when_it_is_not_allowed_any_more(
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

    def refused() -> httpx.Response | None:
        answer = joey.get(f"/go/{own.code}")
        return answer if answer.status_code == 403 else None

    refusal = until(refused, "the server heard of the change", seconds=imported.FRESH_SECONDS / 2)
    assert "location" not in refusal.headers


def test_a_host_that_was_allowed_unheard_counts_from_the_next_click(joey: Server, tmp_path: Path) -> None:
    file = written(tmp_path, goods("1,Stool,https://shop.example/1,319.00,EUR"))
    import_offers(file, "feed:corner", now=clock.now())
    listing = add_listing(cast.meis_shop(), offer_id=Offer.objects.get().id, now=clock.now())
    make_link(cast.meis_shop(), listing_id=listing.id, channel="wechat", now=clock.now())
    own = Link.objects.get(listing=listing, channel="shop")
    feed = ImportedFeed.objects.filter(code="feed:corner")
    feed.update(hosts=["other.example"])  # without a NOTIFY, as if it had been lost
    until(lambda: joey.get(f"/go/{own.code}").status_code == 403, "the server read the table")

    feed.update(hosts=["shop.example"])

    assert joey.get(f"/go/{own.code}").headers["location"] == "https://shop.example/1"
