"""What the tests of keepers' own accounts have in common: a simulated JD, an item of it, the accounts of keepers."""

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from joey.catalog.models import Offer
from joey.kit import clock
from joey.marketplaces import registry
from joey.marketplaces.jd.connector import UnionConnector
from joey.marketplaces.port import Tracking
from joey.sharing.make_link import make_link
from joey.sharing.models import Link, Position
from joey.sharing.register_positions import register_positions
from joey.sharing.tracked_url import tracked_url
from joey.shops.models import Shop
from tests.cast import flask, listed
from tests.sandbox.conftest import Sandbox, utc

SECRET_FIELDS = ("app_secret", "union_key")


@dataclass
class Union:
    """A simulated JD that Joey is connected to, and the accounts that keepers have there."""

    sandbox: Sandbox
    accounts: list[dict[str, str]]
    offer: Offer

    def link(self, shop: Shop) -> Link:
        """A link of the shop to the item."""
        made = Link.objects.filter(shop=shop, channel="wechat").first()
        if made is None:
            make_link(shop, listing_id=listed(shop, self.offer).id, channel="wechat", now=clock.now())
            made = Link.objects.get(shop=shop, channel="wechat")
        return made

    def own_link(self, shop: Shop) -> Link:
        """The listing's own link, by which its page leads on."""
        self.link(shop)
        return Link.objects.get(shop=shop, channel="shop")

    def buy(self, url: str) -> str:
        """The order's id at the marketplace."""
        now = time.time()
        return self.sandbox.buy(url, click_time=utc(now - 2), paid_at=utc(now))

    def go_and_buy(self, shop: Shop) -> str:
        """Someone goes on through the shop's link and buys."""
        return self.buy(tracked_url(self.link(shop), now=clock.now()).url)

    def link_elsewhere(self, number: int) -> str:
        """A link that a keeper made with their own account on a position that Joey knows nothing of."""
        position = self.position(number, "elsewhere")
        return self._account(number).tracked_link(self.offer.external_id, Tracking(position=position)).url

    def position(self, number: int, name: str) -> str:
        """A position that a keeper made in the console of their account."""
        return self._account(number).register_position(name)

    def _account(self, number: int) -> UnionConnector:
        gateway = self.sandbox.get("/control/marketplaces").json()["jd"]["gateway"]
        return UnionConnector({"gateway": gateway, "credentials": self.accounts[number], "calls_per_second": 1000})


def union_of(sandbox: Sandbox, settings: Settings, folder: Path) -> Union:
    """Joey connected to the sandbox's JD, with an item of it and three positions of the operator's."""
    settings.JOEY_MARKETPLACES = {"jd": sandbox.get("/control/marketplaces").json()["jd"]}
    settings.SANDBOX_URL = sandbox.url
    settings.JOEY_OWN_ACCOUNTS_KEY = folder / "own-accounts.key"
    if not Position.objects.filter(marketplace="jd").exists():
        register_positions("jd", 3, now=clock.now())
    offer = Offer.objects.filter(marketplace="jd").first() or _fetched()
    return Union(sandbox, sandbox.get("/control/jd/accounts").json(), offer)


@pytest.fixture
def union(sandbox: Sandbox, settings: Settings, tmp_path: Path) -> Union:
    """The same, with its key in the test's own folder."""
    return union_of(sandbox, settings, tmp_path)


def _fetched() -> Offer:
    facts = next(each for each in registry.connector("jd").search("锅").offers if each.commission_ppm)
    return flask(
        marketplace="jd", identity=facts.identity, external_id=facts.external_id, title=facts.title, url=facts.url,
        now_minor=facts.now_minor, list_minor=None, coupon_minor=None, commission_ppm=facts.commission_ppm,
        as_of=clock.now(), expires_at=clock.now() + timedelta(hours=20),
    )  # fmt: skip


def connect(client: Client, slug: str, account: dict[str, str], **more: str) -> Any:
    """Type the account into the page of the studio."""
    given: dict[str, Any] = {"position": "", **account, **more}
    return client.post(f"/studio/{slug}/accounts/jd", given)


def remove(client: Client, slug: str) -> Any:
    return client.post(f"/studio/{slug}/accounts/jd/remove")
