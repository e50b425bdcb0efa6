"""Story 33: the public page says the median, how many earn nothing, and of how many shops that is."""

import pytest
from django.test import Client
from pytest_django import Settings

from joey.insight.public_earnings import public_earnings
from joey.kit.clock import now as database_now
from joey.shops.models import Shop
from joey.storefront import views
from tests.cast import DAY, NOW, mei, meis_shop
from tests.payouts.stage import ready_shop

pytestmark = pytest.mark.django_db


def test_the_figures_are_from_the_ledger_and_of_enough_shops(client: Client, settings: Settings) -> None:
    settings.JOEY_EARNINGS_FROM_SHOPS = 5
    earner = ready_shop(10_000)
    for number in range(4):
        Shop.objects.create(slug=f"none-{number}", name="None", owner=mei())
    Shop.objects.update(opened_at=database_now() - 60 * DAY)
    Shop.objects.create(slug="too-new", name="New", owner=mei())

    found = public_earnings(now=database_now())

    assert found is not None
    assert (found.shops, found.without, found.without_ppm) == (5, 4, 800_000)
    assert [each.minor for each in found.medians] == [0], "half of them earn nothing"
    Shop.objects.exclude(pk=earner.pk).update(closed_at=NOW)
    assert public_earnings(now=database_now()) is None, "of one shop nothing is said"


def test_the_page_gives_the_figures_or_says_why_there_are_none(client: Client, settings: Settings) -> None:
    meis_shop()
    views._earnings.cache_clear()
    assert "Not enough shops" in client.get("/earnings", headers={"accept-language": "en"}).content.decode()
    for number in range(5):
        Shop.objects.create(slug=f"none-{number}", name="None", owner=mei())
    Shop.objects.update(opened_at=database_now() - 60 * DAY)
    settings.JOEY_EARNINGS_FROM_SHOPS = 5
    views._earnings.cache_clear()

    page = client.get("/earnings", headers={"accept-language": "en"}).content.decode()

    views._earnings.cache_clear()
    assert "Have earned nothing so far" in page
    assert "100%" in page
