"""The second risky bet: a thousand shops take turns on a hundred positions, and no order ever goes to the wrong one.

The test keeps its own diary of who shared when; the reports hold only what a marketplace gives back: a position,
the time of the click, and an item id that means nothing (it rotates). They come late, twice and out of order.
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from joey.commissions.earn_due import earn_due
from joey.marketplaces.port import OrderReport
from joey.orders.models import OrderLine
from joey.orders.take_order_reports import take_order_reports
from joey.sharing.lease_position import lease_for, return_idle
from joey.sharing.models import Position, PositionLease
from joey.shops.models import Shop
from tests.cast import DAY, NOW, mei, report
from tests.proof import prove

pytestmark = pytest.mark.django_db

SHOPS, POSITIONS, DAYS = 1_000, 100, 420
START = NOW - DAYS * DAY


@pytest.fixture
def shops(settings: Settings) -> list[Shop]:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {
        "app_key": "1", "app_secret": "s", "session": "s", "publisher_id": "1", "site_id": "2"}}}  # fmt: skip
    Position.objects.bulk_create(
        Position(marketplace="taobao", key=str(7000 + n), free_from=START) for n in range(POSITIONS)
    )
    owner = mei()
    return Shop.objects.bulk_create(Shop(slug=f"shop-{n}", owner=owner, name=f"Shop {n}") for n in range(SHOPS))


class Marketplace:
    """What really happened, kept apart from Joey: which shop's link each order came through."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.truth: dict[str, str | None] = {}
        self.reports: list[OrderReport] = []

    def order(self, shop: str | None, position: str, clicked_at: datetime | None, **also: object) -> None:
        number = str(10**9 + len(self.truth))
        self.truth[number] = shop
        bought = (clicked_at or NOW - DAY) + timedelta(minutes=self.dice.randint(1, 15 * 24 * 60))
        item = f"{self.dice.getrandbits(64):x}"  # another id every time: nothing to match on
        paid = report(number, position=position, clicked_at=clicked_at, external_item=item, reported_at=bought, **also)
        self.reports.append(paid)
        if self.dice.random() < 0.4:
            settled_at = bought + timedelta(days=self.dice.randint(5, 40))
            self.reports.append(
                replace(paid, state="settled", reported_at=settled_at, settled_at=settled_at, payload={"again": item})
            )
        if self.dice.random() < 0.2:
            self.reports.append(paid)

    def shuffled(self) -> list[OrderReport]:
        self.dice.shuffle(self.reports)
        return self.reports


def live(shops: list[Shop], world: Marketplace) -> Counter[str]:
    """Fourteen months of sharing; what each share came to."""
    came_to: Counter[str] = Counter()
    for day in range(DAYS):
        now = START + day * DAY
        return_idle(now=now)
        crowd = shops[: 40 + day * 2]  # the instance grows
        for shop in world.dice.sample(crowd, 6):
            lease = lease_for(shop, "taobao", now=now)
            if lease is None:
                came_to["earns nothing here"] += 1
                continue
            came_to["leased"] += 1
            # the links of that day are opened at once, and for a while after, within the window and refund time
            for late in (0, 1, world.dice.randint(2, 44)):
                clicked_at = now + timedelta(days=late, seconds=world.dice.randint(0, 86_000))
                world.order(shop.slug, lease.position.key, clicked_at)
    return came_to


def test_no_order_goes_to_the_wrong_shop_and_what_cannot_be_said_is_in_suspense(shops: list[Shop]) -> None:
    world = Marketplace(seed=20261123)
    came_to = live(shops, world)
    for n in range(150):
        world.order(None, f"unregistered-{n}", NOW - n * DAY)
        world.order(None, str(7000 + n % POSITIONS), None)
        world.order(None, str(7000 + n % POSITIONS), START - (n + 1) * DAY)

    reports = world.shuffled()
    for at in range(0, len(reports), 700):
        take_order_reports("taobao", reports[at : at + 700], now=NOW)
    earn_due(now=NOW)

    found = dict(OrderLine.objects.values_list("external_order", "shop__slug"))
    suspense = Counter(OrderLine.objects.filter(shop=None).values_list("suspense", flat=True))
    assert found.keys() == world.truth.keys()
    wrong = {order for order, shop in found.items() if shop is not None and shop != world.truth[order]}
    lost = {order for order, shop in world.truth.items() if shop is not None and found[order] is None}
    assert wrong == set()
    assert lost == set()
    assert suspense == {"unknown_position": 150, "no_click_time": 150, "not_leased_at_click": 150}
    # the bet is only worth something if positions really changed hands and really ran out
    assert PositionLease.objects.count() > 2 * POSITIONS
    assert Position.objects.count() == POSITIONS
    assert came_to["earns nothing here"] > 100
    prove()
