"""A simulated marketplace cuts the rate of an item: the keeper sees since when, and what it costs (story 18)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.kit import clock
from joey.marketplaces import registry
from joey.marketplaces.port import Connector, OfferFacts, OrderReport, Tracking
from joey.marketplaces.read_reports import read_reports
from tests.cast import DAY, leased, listed, mei, meis_shop
from tests.orders.polled import take_order_reports
from tests.proof import prove
from tests.sandbox.conftest import Sandbox
from tests.studio.test_studio import signed_in

POSITIONS = {"taobao": "110000000001", "jd": "3000000001"}


def pot_of(connector: Connector) -> OfferFacts:
    return next(facts for facts in connector.search("锅", size=30).offers if facts.commission_ppm)


def reported(connector: Connector, orders: set[str]) -> list[OrderReport]:
    now = datetime.now(UTC)
    question = connector.manifest.questions[0]
    found = [
        one
        for _end, many in read_reports(connector, question, now - timedelta(minutes=50), now + timedelta(seconds=2))
        for one in many
        if isinstance(one, OrderReport)
    ]
    return [one for one in found if {one.external_order, one.external_line} & orders]


@pytest.mark.django_db
@pytest.mark.parametrize("code", POSITIONS)
def test_a_cut_is_shown_with_its_day_and_with_what_it_costs(
    own_sandbox: Callable[..., Sandbox], settings: Settings, code: str
) -> None:
    sandbox = own_sandbox()
    settings.JOEY_MARKETPLACES = sandbox.get("/control/marketplaces").json()
    settings.SANDBOX_URL = sandbox.url
    (connector,) = [each for each in registry.connectors() if each.code == code]
    shop, now = meis_shop(), clock.now()
    leased(shop, POSITIONS[code], since=now - 9 * DAY, marketplace=code)
    before = pot_of(connector)
    assert not take_offers([before], now=now - 3 * DAY).refused
    listing = listed(shop, Offer.objects.get())
    url = connector.tracked_link(before.external_id, Tracking(position=POSITIONS[code])).url

    first = sandbox.buy(url)
    item = sandbox.get(f"/control/orders/{first}").json()["item"]
    half = before.commission_ppm // 20_000 * 10_000
    assert half
    cut = sandbox.post("/control/rates", {"marketplace": before.marketplace, "item": item, "rate_ppm": half})
    assert cut.json()["rate_ppm"] == half
    second = sandbox.buy(url)
    take_order_reports(code, reported(connector, {first, second}), now=clock.now())
    earn_due(now=clock.now())
    after = pot_of(connector)
    take_offers([after], now=clock.now())

    assert (after.identity, after.commission_ppm) == (before.identity, half)
    rates = set(Commission.objects.values_list("shown_rate_ppm", "rate_ppm"))
    assert rates == {(before.commission_ppm, before.commission_ppm), (before.commission_ppm, half)}
    client = signed_in(mei())
    shown = f"{before.commission_ppm / 10_000:g} → {half / 10_000:g}% since today"
    for page in ("shelves", "share", f"share/{listing.pk}"):
        assert shown in client.get(f"/studio/mei/{page}").content.decode(), page
    earnings = client.get("/studio/mei/earnings").content.decode()
    lower = Commission.objects.get(rate_ppm=half)
    lost = lower.amount_minor * (before.commission_ppm - half) // half
    assert f"Rate cuts cost you CN¥{lost / 100:.2f} this month, in 1 order." in earnings
    only = client.get("/studio/mei/orders?cut=month").content.decode()
    assert re.findall(r"/orders/([0-9a-f-]{36})", only) == [str(lower.order_line_id)]
    page = client.get(f"/studio/mei/orders/{lower.order_line_id}").content.decode()
    assert "does not lock rates: this order is paid at the rate that was reported for it" in page
    prove()
