"""The second risky bet: a thousand shops take turns on a hundred positions, and no order ever goes to the wrong one.

The test keeps its own diary of whose link was clicked when; the reports hold only what a marketplace gives back: a
position, the time of the click, an item id that means nothing (it rotates) and a title. They come late, twice and out
of order. Some are for copy-codes of leases that ended long ago: they may find their shop or wait in suspense, and are
never another shop's.
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from joey.catalog.models import Offer
from joey.commissions.earn_due import earn_due
from joey.marketplaces.port import OrderReport
from joey.orders.models import OrderLine
from joey.people.models import Person
from joey.sharing.end_lease import return_idle
from joey.sharing.lease_position import NoPositionFree, lease_for
from joey.sharing.models import Position, PositionLease, TrackedUrl
from joey.shops.models import Listing, Shop
from tests.cast import DAY, NOW, report
from tests.orders.polled import take_order_reports
from tests.proof import prove

pytestmark = pytest.mark.django_db

SHOPS, POSITIONS, DAYS = 1_000, 100, 420
START = NOW - DAYS * DAY
LATER = NOW + 45 * DAY  # when the last links of the last day were clicked, and all reports are taken in


@pytest.fixture
def shops(settings: Settings) -> list[Shop]:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {
        "app_key": "1", "app_secret": "s", "session": "s", "publisher_id": "1", "site_id": "2"}}}  # fmt: skip
    Position.objects.bulk_create(
        Position(marketplace="taobao", key=str(7000 + n), free_from=START) for n in range(POSITIONS)
    )
    owners = Person.objects.bulk_create(Person(email=f"keeper-{n}@example.com") for n in range(SHOPS))
    made = Shop.objects.bulk_create(
        Shop(slug=f"shop-{n}", owner=owner, name=f"Shop {n}") for n, owner in enumerate(owners)
    )
    offers = Offer.objects.bulk_create(
        Offer(
            marketplace="taobao", identity=str(n), external_id=f"item-{n}", title=f"Flask of shop {n}", currency="CNY",
            url="https://item.taobao.com/", as_of=START, expires_at=START,
        )
        for n in range(SHOPS)
    )  # fmt: skip
    Listing.objects.bulk_create(
        Listing(shop=shop, offer=offer, state="published") for shop, offer in zip(made, offers, strict=True)
    )
    return made


class Marketplace:
    """What really happened, kept apart from Joey: which shop's link each order came through."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.truth: dict[str, str | None] = {}
        self.stale: set[str] = set()  # orders through links of leases that had ended and rested
        self.reports: list[OrderReport] = []

    def order(
        self, shop: str | None, position: str, clicked_at: datetime | None, *, stale: bool = False, **also: object
    ) -> None:
        number = str(10**9 + len(self.truth))
        self.truth[number] = shop
        self.stale |= {number} if stale else set()
        bought = min((clicked_at or NOW - DAY) + timedelta(minutes=self.dice.randint(1, 15 * 24 * 60)), LATER)
        item = f"{self.dice.getrandbits(64):x}"  # another id every time: nothing to match on
        paid = report(number, position=position, clicked_at=clicked_at, external_item=item, reported_at=bought, **also)
        self.reports.append(paid)
        if self.dice.random() < 0.4:
            settled_at = min(bought + timedelta(days=self.dice.randint(5, 40)), LATER)
            self.reports.append(
                replace(paid, state="settled", reported_at=settled_at, settled_at=settled_at, payload={"again": item})
            )
        if self.dice.random() < 0.2:
            self.reports.append(paid)

    def shuffled(self) -> list[OrderReport]:
        self.dice.shuffle(self.reports)
        return self.reports


def live(shops: list[Shop], world: Marketplace) -> Counter[str]:
    """Fourteen months of people going on; what each came to."""
    came_to: Counter[str] = Counter()
    listings = {each.shop_id: each for each in Listing.objects.select_related("offer")}
    for day in range(DAYS):
        now = START + day * DAY
        return_idle(now=now)
        crowd = shops[: 40 + day * 2]  # the instance grows
        for shop in world.dice.sample(crowd, 6):
            try:
                lease = lease_for(shop, "taobao", now=now)
            except NoPositionFree:
                came_to["earns nothing here"] += 1
                continue
            came_to["leased"] += 1
            title = linked(shop, lease, listings[shop.pk], now)
            # the links of that day are opened at once, and for a while after, within the window and refund time
            for late in (0, 1, world.dice.randint(2, 44)):
                clicked_at = now + timedelta(days=late, seconds=world.dice.randint(0, 86_000))
                world.order(shop.slug, lease.position.key, clicked_at, title=title)
            if world.dice.random() < 0.2:  # someone kept the copy-code
                clicked_at = now + timedelta(days=world.dice.randint(80, 200))
                world.order(shop.slug, lease.position.key, min(clicked_at, NOW - DAY), title=title, stale=True)
    return came_to


def linked(shop: Shop, lease: PositionLease, listing: Listing, now: datetime) -> str:
    """The title of the item to which the shop has a tracked address on its lease."""
    TrackedUrl.objects.get_or_create(
        shop=shop, listing=listing, lease=lease, sub_id="",
        defaults={"title": listing.offer.title, "url": "https://m.tb.cn/x", "made_at": now},
    )  # fmt: skip
    return listing.offer.title


@pytest.mark.long
def test_no_order_goes_to_the_wrong_shop_and_what_cannot_be_said_is_in_suspense(shops: list[Shop]) -> None:
    world = Marketplace(seed=20261123)
    came_to = live(shops, world)
    for n in range(150):
        world.order(None, f"unregistered-{n}", NOW - n * DAY)
        world.order(None, str(7000 + n % POSITIONS), None)
        world.order(None, str(7000 + n % POSITIONS), START - (n + 1) * DAY)

    reports = world.shuffled()
    for at in range(0, len(reports), 700):
        take_order_reports("taobao", reports[at : at + 700], now=LATER)
    earn_due(now=NOW)

    found = dict(OrderLine.objects.values_list("external_order", "shop__slug"))
    suspense = Counter(OrderLine.objects.filter(shop=None).values_list("suspense", flat=True))
    assert found.keys() == world.truth.keys()
    wrong = {order for order, shop in found.items() if shop is not None and shop != world.truth[order]}
    lost = {order for order, shop in world.truth.items() if shop is not None and found[order] is None}
    assert wrong == set()
    assert lost <= world.stale
    assert suspense["unknown_position"] == suspense["no_click_time"] == 150
    assert suspense["not_leased_at_click"] + suspense["not_linked"] == 150 + len(lost)
    assert suspense["not_linked"] > 10, "no position changed hands while a copy-code of it still sold"
    assert any(found[order] for order in world.stale)
    # the bet is only worth something if positions really changed hands and really ran out
    assert PositionLease.objects.count() > 2 * POSITIONS
    assert Position.objects.count() == POSITIONS
    assert came_to["earns nothing here"] > 100
    prove()
