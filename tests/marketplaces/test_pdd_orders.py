"""What a keeper of Pinduoduo reads about an order, once it came from the simulated marketplace by a sync."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from pytest_django import Settings

from joey.commissions.earn_due import earn_due
from joey.commissions.holds_in_force import held_lines
from joey.kit import clock
from joey.marketplaces import registry
from joey.marketplaces.pinduoduo.connector import JinbaoConnector
from joey.marketplaces.port import Tracking
from joey.orders.answer_lost_orders import answer_lost_orders
from joey.orders.models import LostOrder, OrderLine, SyncCursor
from joey.orders.sync import sync
from tests.cast import leased, mei, meis_shop
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, own_sandbox
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db
__all__ = ["own_sandbox"]

LOWERED = {
    "en": "Pinduoduo lowered what it pays for this order: it judged the order as a price comparison",
    "zh-CN": "拼多多降低了这笔订单的佣金：该订单被判定为比价订单",
}


class Bought:
    """Mei's shop on a pid that was filed two days ago, and a buyer."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        connector = registry.connector("pinduoduo")
        assert isinstance(connector, JinbaoConnector)
        pid = connector.register_position("joey-1")
        sandbox.client.get(connector.filing_link(pid)).raise_for_status()
        leased(meis_shop(), pid, since=clock.now().replace(microsecond=0) - timedelta(days=2), marketplace="pinduoduo")
        item = max(connector.search("花瓶").offers, key=lambda facts: facts.commission_ppm)
        self.url = connector.tracked_link(item.external_id, Tracking(position=pid)).url

    def synced(self, order: str) -> OrderLine:
        SyncCursor.objects.update(last_success_at=F("last_success_at") - timedelta(hours=1))  # an hour passes
        (done,) = sync(now=clock.now())
        assert (done.trouble, done.notice) == ("", "")
        earn_due(now=clock.now())
        prove()
        return OrderLine.objects.get(external_order=order)


@pytest.fixture
def bought(own_sandbox: Callable[..., Sandbox], settings: Settings) -> Bought:
    sandbox = own_sandbox()
    settings.JOEY_MARKETPLACES = {"pinduoduo": sandbox.get("/control/marketplaces").json()["pinduoduo"]}
    return Bought(sandbox)


def page_of(line: OrderLine, language: str, keeper: Client) -> str:
    return keeper.get(f"/studio/mei/orders/{line.pk}", headers={"accept-language": language}).content.decode()


@pytest.mark.parametrize("language", LOWERED)
def test_of_a_price_comparison_a_keeper_reads_the_lower_commission_and_why(bought: Bought, language: str) -> None:
    """Story 15."""
    order = bought.sandbox.buy(bought.url)
    before = bought.synced(order)
    assert LOWERED[language] not in page_of(before, language, signed_in(mei()))
    bought.sandbox.move(order, "compare_prices")

    after = bought.synced(order)

    assert after.commission_minor < before.commission_minor
    assert LOWERED[language] in page_of(after, language, signed_in(mei()))


def test_an_after_sale_that_runs_holds_the_commission_until_it_is_over(bought: Bought) -> None:
    order = bought.sandbox.buy(bought.url, quantity=2)
    bought.sandbox.move(order, "receive")
    assert not bought.synced(order).is_frozen

    bought.sandbox.move(order, "ask_return")
    assert bought.synced(order).is_frozen
    assert [hold.hold_class for hold in held_lines()] == ["frozen"]

    bought.sandbox.move(order, "return", quantity=1)
    assert not bought.synced(order).is_frozen
    assert held_lines() == []


def test_a_lost_order_is_found_by_its_number_and_one_that_is_not_there_is_not(bought: Bought) -> None:
    """Story 16."""
    order = bought.sandbox.buy(bought.url)
    keeper = signed_in(mei())
    for number in (order, "261101-999999999999999"):
        asked = keeper.post("/studio/mei/lost-orders", {"marketplace": "pinduoduo", "order": number})
        assert asked.status_code == 302, asked.content.decode()

    answer_lost_orders(now=clock.now())

    states = dict(LostOrder.objects.values_list("number", "state"))
    assert states == {order: LostOrder.State.FOUND, "261101-999999999999999": LostOrder.State.UNKNOWN}
    assert OrderLine.objects.get().shop_id == meis_shop().pk
