"""The page between an app's own browser and the marketplace: anyone may open it, so it must cost nothing."""

import pytest
from django.test import Client
from pytest_django import Settings

from joey.kit import clock
from joey.sharing.models import Position, PositionLease, TrackedUrl
from tests.cast import leased, listed, meis_shop
from tests.storefront.goods import fresh_flask

pytestmark = pytest.mark.django_db
WECHAT = {"user-agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50", "accept-language": "en"}


@pytest.fixture(autouse=True)
def _connected(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {
        "app_key": "1", "app_secret": "s", "adzone_id": "1"}}}  # fmt: skip


def test_opening_the_outbound_click_page_leases_no_position_and_calls_no_marketplace(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())
    Position.objects.create(marketplace="taobao", key="110000000001", free_from=clock.now())

    answer = client.get(f"/s/mei/{listing.pk}/way-out", headers=WECHAT)

    assert answer.status_code == 200
    assert not PositionLease.objects.exists()


def test_the_outbound_click_page_shows_the_copy_code_that_the_marketplace_gave(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())
    TrackedUrl.objects.create(
        shop=meis_shop(), listing=listing, lease=leased(meis_shop()), url="https://s.click.taobao.com/x",
        copy_code="￥AbCdEfGh1￥", made_at=clock.now(),
    )  # fmt: skip

    assert "￥AbCdEfGh1￥" in client.get(f"/s/mei/{listing.pk}/way-out", headers=WECHAT).content.decode()
