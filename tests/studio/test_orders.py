"""The lists of orders and earnings: in the order of the times that they show."""

import re
from typing import Any

import pytest

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.commissions.queries import orders_of
from joey.kit import clock
from joey.marketplaces.port import AnyReport
from tests.cast import DAY, NOW, leased, mei, meis_shop, refund, report, settled
from tests.commissions.stage import take_in
from tests.orders.polled import take_order_reports
from tests.proof import prove
from tests.slow import cases_but_every
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db

THREE: dict[str, Any] = {"quantity": 3, "paid_minor": 29700, "commission_minor": 3713, "service_fee_minor": 0}


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


@pytest.mark.parametrize("of_takas", [report("2", currency="BDT"), refund("1", currency="BDT")])
def test_a_currency_that_joey_does_not_know_takes_no_page_from_the_shop(of_takas: AnyReport) -> None:
    leased(meis_shop())

    take_in(settled("1"), of_takas)

    client = signed_in(mei())
    for page in ("/studio/mei/", "/studio/mei/orders", "/studio/mei/earnings"):
        assert client.get(page).status_code == 200, page
    assert [line.external_order for line in orders_of(meis_shop().pk, limit=10)] == ["1"]
    prove()


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


ONE_BACK = refund("1", back=1238, refund_minor=9900)
HALF_BACK = refund("1", back=620, refund_minor=5000)
CHEAPER = refund("1", case="2", back=371, refund_minor=2970, protected_minor=2970)
OF_THE_CHEAPER = refund("1", back=1114, refund_minor=8910)
TWO_CHEAPER = refund("1", case="2", back=248, refund_minor=1980, protected_minor=1980)
OF_TWO_CHEAPER = refund("1", case="3", back=1114, refund_minor=8910)
TWO_LEFT = report("1", **THREE | {"paid_minor": 19800, "commission_minor": 2475}, reported_at=NOW - 9 * DAY)
FEWER = report("1", **THREE | {"quantity": 2, "paid_minor": 19800}, reported_at=NOW - 9 * DAY)


@pytest.mark.parametrize(
    ("later", "english", "chinese"),
    cases_but_every(2, [
        ([settled("1", **THREE)], "× 3", "× 3"),
        ([settled("1", **THREE), ONE_BACK], "3 bought, 1 returned", "买 3 件，退 1 件"),
        ([settled("1", **THREE), HALF_BACK], "3 bought, CN¥50.00 refunded", "买 3 件，退款 ¥50.00"),
        ([settled("1", **THREE), CHEAPER], "× 3", "× 3"),
        ([settled("1", **THREE), CHEAPER, OF_THE_CHEAPER], "3 bought, 1 returned", "买 3 件，退 1 件"),
        ([settled("1", **THREE), ONE_BACK, TWO_CHEAPER, OF_TWO_CHEAPER], "3 bought, 2 returned", "买 3 件，退 2 件"),
        ([TWO_LEFT], "3 bought, 1 returned", "买 3 件，退 1 件"),
        ([FEWER], "3 bought, 1 returned", "买 3 件，退 1 件"),
    ]),
    ids=[
        "none", "one", "half of one", "price protection", "one at the new price", "one at each price",
        "before settlement", "reported",
    ],
)  # fmt: skip
def test_an_order_of_three_is_headed_by_what_came_back_of_it(
    later: list[AnyReport], english: str, chinese: str
) -> None:
    leased(meis_shop())
    take_in(report("1", **THREE))
    for each in later:
        take_in(each)
    prove()

    for name in ("orders", f"orders/{orders_of(meis_shop().pk, limit=1)[0].id}"):
        for language, words in (("en", english), ("zh", chinese)):
            answer = signed_in(mei()).get(f"/studio/mei/{name}", headers={"accept-language": language})
            assert f"<span>{words}</span>" in answer.content.decode()


def test_a_day_without_orders_says_none_of_what_it_earned_as_of_its_orders() -> None:
    meis_shop()

    page = signed_in(mei()).get("/studio/mei/").content.decode()

    assert re.findall(r"(?:Orders reported|Commission earned)</dt><dd><b>([^<]*)</b>", page) == ["0", "0"]


def test_what_today_earned_is_not_called_pending_once_it_is_available() -> None:
    leased(meis_shop())
    now = clock.now()
    at: dict[str, Any] = {"paid_at": now, "placed_at": now, "settled_at": now, "reported_at": now}
    take_order_reports("taobao", [settled(**at)], now=now)
    earn_due(now=now)
    confirm_due(now=now + 30 * DAY)
    assert Commission.objects.get().state == "confirmed"

    page = signed_in(mei()).get("/studio/mei/").content.decode()

    (figure,) = re.findall(r'<div class="([^"]*)"><dt[^>]*>Commission earned</dt><dd><b>(.*?)</b>', page)
    assert "pending" not in figure[0]
    assert "2<small>.73" in figure[1]
