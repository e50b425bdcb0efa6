"""Goods of every marketplace that numbers its categories are picked and shown under those of Joey alone."""

import re

import pytest
from pytest_django import Settings

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.kit.clock import now
from joey.marketplaces import registry
from joey.shops.models import Shop
from tests.cast import listed, mei, meis_shop
from tests.catalog.search_index import index_folder, searchable
from tests.marketplaces.conftest import Sandbox
from tests.studio.test_studio import signed_in

__all__ = ["index_folder", "searchable"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("searchable")]

CODES = ["taobao", "jd", "pinduoduo"]


def shown(code: str, query: str) -> int:
    """How many goods of the marketplace the pick page finds; what it shows in place of none does not count."""
    page = signed_in(mei()).get(f"/studio/mei/pick?marketplace={code}&{query}", headers={"accept-language": "en"})
    assert page.status_code == 200
    if "Nothing passes these filters" in page.content.decode():
        return 0
    return page.content.decode().count('<p class="clamp small"')


def sections() -> list[str]:
    """What the front page calls its sections of goods."""
    page = signed_in(mei()).get("/").content.decode()
    return re.findall(r'<h2 id="c-\d+">(.*?)</h2>', page)


def take_in(code: str) -> None:
    """What the marketplace finds, with one of it on Mei's shelves."""
    assert not take_offers(registry.connector(code).search("锅").offers, now=now()).refused
    offer = Offer.objects.filter(marketplace=code).first()
    assert offer
    listed(meis_shop(), offer)
    Shop.objects.update(front=Shop.Front.SHOWN)  # one of its goods is enough then


@pytest.mark.parametrize("code", CODES)
def test_goods_are_in_their_category(connected: Sandbox, code: str) -> None:
    take_in(code)

    assert sections() == ["Kitchen"]
    assert shown(code, "category=kitchen") == shown(code, "") > 0


@pytest.mark.parametrize("code", CODES)
def test_goods_of_a_category_that_is_not_configured_have_none(
    connected: Sandbox, settings: Settings, code: str
) -> None:
    account = settings.JOEY_MARKETPLACES[code]
    settings.JOEY_MARKETPLACES = {code: account | {"categories": {"1": "pets"}}}
    take_in(code)

    assert sections() == ["Other goods"]
    assert shown(code, "") > 0
    assert shown(code, "category=kitchen") == 0
