"""The lists of orders and earnings: in the order of the times that they show."""

import re

import pytest

from joey.commissions.earn_due import earn_due
from joey.commissions.queries import orders_of
from joey.orders.take_order_reports import take_order_reports
from tests.cast import DAY, NOW, leased, mei, meis_shop, report
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["orders", "earnings"])
def test_a_list_begins_with_what_was_paid_last(name: str) -> None:
    leased(meis_shop())
    for order, days_ago in (("Younger", 2), ("Older", 20)):  # the older one is heard of last
        paid = NOW - days_ago * DAY
        take_order_reports("taobao", [report(order, title=order, paid_at=paid)], now=NOW)
    earn_due(now=NOW)

    page = signed_in(mei()).get(f"/studio/mei/{name}").content.decode()

    assert 0 < page.index("Younger") < page.index("Older")
    assert '<time datetime="2026-11-21T10:00Z">' in page


def test_an_order_of_several_pieces_says_how_many() -> None:
    leased(meis_shop())
    take_order_reports("taobao", [report("1", quantity=3), report("2")], now=NOW)
    client = signed_in(mei())

    pages = {
        line.external_order: client.get(f"/studio/mei/orders/{line.id}").content.decode()
        for line in orders_of(meis_shop().pk, limit=2)
    }

    assert "× 3" in pages["1"]
    assert "×" not in pages["2"]


def test_a_day_without_orders_says_none_of_what_it_earned_as_of_its_orders() -> None:
    meis_shop()

    page = signed_in(mei()).get("/studio/mei/").content.decode()

    assert re.findall(r"(?:Orders reported|Earned, pending)</dt><dd><b>([^<]*)</b>", page) == ["0", "0"]
