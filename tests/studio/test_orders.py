"""The lists of orders and earnings: in the order of the times that they show."""

import pytest

from joey.commissions.earn_due import earn_due
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
