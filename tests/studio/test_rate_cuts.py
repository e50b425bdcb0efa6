"""What a keeper sees of cut rates: a line with its day at each item, and what the cuts of this month cost."""

from datetime import datetime
from typing import Any

import pytest
from pytest_django import Settings

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.commissions.queries import cut_costs
from joey.kit import clock
from joey.kit.days import day_text, today_of
from joey.kit.zone import month_begin
from tests.cast import DAY, leased, listed, mei, meis_shop, report
from tests.catalog.offers import flask_facts
from tests.commissions.stage import take_in
from tests.proof import prove
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db
ITEM = report().external_item


def rates(*steps: tuple[float, float]) -> Offer:
    """The flask in Mei's shop, with its rate in percent so many days ago."""
    for days, percent in steps:
        at = clock.now() - days * DAY
        facts = flask_facts(external_id=ITEM, commission_ppm=int(percent * 10_000), as_of=at)
        assert not take_offers([facts], now=at).refused
    offer = Offer.objects.get()
    listed(meis_shop(), offer)
    return offer


def shelves(language: str = "en") -> str:
    return signed_in(mei()).get("/studio/mei/shelves", headers={"Accept-Language": language}).content.decode()


@pytest.mark.parametrize(
    ("steps", "en", "zh"),
    [
        (((9, 15), (0, 12)), "15 → 12% since today", "今天起 15 → 12%"),
        (((9, 15), (1, 12.5)), "15 → 12.5% since yesterday", "昨天起 15 → 12.5%"),
        (((9, 15), (3, 0), (1, 12)), "15 → 12% since yesterday", "昨天起 15 → 12%"),
        (((9, 20), (5, 15), (1, 12)), "15 → 12% since yesterday", "昨天起 15 → 12%"),
    ],
)
def test_a_cut_is_shown_beside_the_item_with_its_day(steps: Any, en: str, zh: str) -> None:
    rates(*steps)

    assert f"Rate: {en}" in shelves()
    assert zh in shelves("zh-hans")


def test_a_cut_of_some_days_ago_names_the_day() -> None:
    rates((20, 15), (4, 12))
    now = clock.now()

    assert f"15 → 12% since {day_text(now - 4 * DAY, today_of(now).year)}" in shelves()


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(((9, 12), (1, 15)), id="a rise"),
        pytest.param(((9, 15), (5, 12), (1, 13)), id="a rise since"),
        pytest.param(((9, 15), (1, 0)), id="not known"),
        pytest.param(((30, 15), (9, 12)), id="long ago"),
        pytest.param(((9, 15), (5, 0), (1, 15)), id="the same again"),
    ],
)
def test_nothing_is_said_unless_the_newest_change_is_a_cut_of_the_last_days(steps: Any) -> None:
    rates(*steps)

    assert "→" not in shelves()


def test_an_item_of_a_marketplace_that_is_not_connected_shows_no_cut(settings: Settings) -> None:
    rates((9, 15), (1, 12))
    settings.JOEY_MARKETPLACES = {}

    assert "→" not in shelves()


def order(number: str, at: datetime, **changes: Any) -> None:
    """An order of 100.00 at 12%, of which the marketplace gives all."""
    times = {"clicked_at": at, "placed_at": at, "paid_at": at, "reported_at": at}
    terms = {"rate_ppm": 120_000, "paid_minor": 10_000, "commission_minor": 1_200, "service_fee_minor": 0}
    take_in(report(number, **times | terms | changes), now=clock.now())


@pytest.fixture
def cut() -> datetime:
    """15% was shown until now; a moment of this month."""
    leased(meis_shop(), since=clock.now() - 60 * DAY)
    rates((50, 15))
    now = clock.now()
    return max(month_begin(now), now - DAY)


def test_the_earnings_page_adds_up_what_cuts_cost_this_month_and_leads_to_the_orders(cut: datetime) -> None:
    order("1", cut)
    order("2", cut, commission_minor=1_201)  # 9.60 of 12.01 is the keeper's part, too
    order("3", cut, rate_ppm=150_000, commission_minor=1_500)
    order("4", cut, rate_ppm=None)
    order("5", cut, rate_ppm=0)
    order("6", month_begin(cut) - DAY)
    order("7", cut, reason="price_compared")  # its own reason to earn less: the item's rate was not cut

    client = signed_in(mei())
    earnings = client.get("/studio/mei/earnings").content.decode()
    only = client.get("/studio/mei/orders?cut=month").content.decode()

    assert "Rate cuts cost you CN¥4.80 this month, in 2 orders." in earnings
    assert "than the one that was shown, and the reported one counts." in earnings
    assert "/studio/mei/orders?cut=month" in earnings
    assert only.count('class="order-row"') == 2
    assert only.count("15% was shown, 12%") == 2
    assert client.get("/studio/mei/orders").content.decode().count('class="order-row"') == 7
    prove()


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"state": "closed", "commission_minor": 0, "paid_minor": 0}, None),
        ({"paid_minor": 5_000, "commission_minor": 600}, 120),
        ({"state": "unknown"}, 240),
    ],
    ids=["closed", "half returned", "held"],
)
def test_what_returned_or_closed_costs_nothing_and_what_is_held_counts(
    cut: datetime, changes: dict[str, Any], lost: int | None
) -> None:
    order("1", cut)
    order("1", cut, **changes, reported_at=clock.now())

    found = cut_costs(meis_shop().pk, now=clock.now())

    assert [each.lost.minor for each in found] == ([] if lost is None else [lost])


def test_without_a_cut_nothing_is_said_of_costs(cut: datetime) -> None:
    order("1", cut, rate_ppm=150_000, commission_minor=1_500)

    assert "Rate cuts" not in signed_in(mei()).get("/studio/mei/earnings").content.decode()
