"""Which shops the front page shows (issue 12, names and the front door): not those that were opened a moment ago."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from joey.kit.clock import now as database_now
from joey.kit.refusals import Forbidden, Invalid
from joey.orders.models import OrderLine
from joey.orders.settled_shops import has_settled
from joey.record.queries import events_of
from joey.shops.discoverable import decide_front, front_state
from joey.shops.models import Listing, Shop
from tests.cast import DAY, NOW, ada, flask, leased, listed, mei, meis_shop, settled
from tests.orders.polled import take_order_reports
from tests.proof import prove

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}


def on_front(client: Client) -> bool:
    page = client.get("/", headers=EN).content.decode()
    assert ("小美的好物铺" in page) == ('<li class="card">' in page), "its goods are there with it, or not"
    return "小美的好物铺" in page


def shop_with(goods: int, *, opened: timedelta) -> Shop:
    shop = meis_shop()
    Shop.objects.filter(pk=shop.pk).update(opened_at=database_now() - opened)
    soon = {"as_of": database_now(), "expires_at": database_now() + DAY}
    for number in range(goods):
        listed(shop, flask(identity=str(number), external_id=str(number), **soon))
    return Shop.objects.get(pk=shop.pk)


def test_a_new_shop_waits_for_three_goods_and_some_days_or_a_first_settled_order(
    client: Client, settings: Settings
) -> None:
    settings.JOEY_NEW_SHOP_DAYS = 3
    shop = shop_with(2, opened=4 * DAY)
    assert not on_front(client), "two goods"
    assert client.get("/s/mei", headers=EN).status_code == 200, "open at its address from the first moment"
    shop_with(3, opened=4 * DAY)
    assert on_front(client)
    Listing.objects.filter(pk=Listing.objects.first().pk).update(state="hidden")  # type: ignore[union-attr]
    assert not on_front(client), "what is hidden does not count"
    shop_with(4, opened=2 * DAY)
    assert not on_front(client), "too new"

    leased(shop)
    take_order_reports("taobao", [settled()], now=NOW)

    assert OrderLine.objects.get().shop_id == shop.pk
    assert on_front(client), "it has sold something for good"


def test_an_operator_who_has_looked_decides_and_the_record_says_so(client: Client) -> None:
    shop = shop_with(1, opened=DAY)

    decide_front(shop, front="shown", reason="Known to us", by=ada(), now=NOW)
    assert on_front(client)
    decide_front(shop, front="kept_off", reason="Under review", by=ada(), now=NOW)
    shop_with(9, opened=99 * DAY)
    assert not on_front(client)
    with pytest.raises(Forbidden):
        decide_front(shop, front="shown", reason="Mine", by=mei(), now=NOW)
    with pytest.raises(Invalid):
        decide_front(shop, front="first", reason="Known to us", by=ada(), now=NOW)
    assert not on_front(client)
    decide_front(shop, front="by_rule", reason="Reviewed", by=ada(), now=NOW)

    assert on_front(client)
    decided = [event.facts["front"] for event in events_of([f"shop:{shop.id}"]) if event.kind == "shop.front_decided"]
    assert sorted(decided) == ["by_rule", "kept_off", "shown"]
    prove()


def test_its_keeper_reads_what_is_missing() -> None:
    def state(shop: Shop) -> tuple[int, bool, bool]:
        found = front_state(shop, now=database_now(), has_settled=has_settled())
        return found.goods_missing, found.from_at is not None, found.is_shown

    assert state(shop_with(1, opened=DAY)) == (2, True, False)
    assert state(shop_with(3, opened=DAY)) == (0, True, False)
    assert state(shop_with(3, opened=9 * DAY)) == (0, False, True)
    keeper = Client(headers=EN)
    keeper.force_login(mei())
    shop_with(3, opened=DAY)
    assert "not on the front page yet" in keeper.get("/studio/mei/").content.decode()
    shop_with(3, opened=9 * DAY)
    assert "not on the front page yet" not in keeper.get("/studio/mei/").content.decode()
