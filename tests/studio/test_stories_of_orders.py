"""Stories 7, 8 and 10 as their shopkeeper reads them, word for word in both languages."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest

from joey.commissions.models import Commission
from joey.orders.models import OrderLine
from tests.cast import DAY, NOW, leased, mei, meis_shop, report, settled
from tests.commissions.stage import money, take_in
from tests.proof import prove
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
STEP = re.compile(r'<span class="strong">(.*?)</span>.*?<p class="small">(.*?)</p>', re.DOTALL)
THREE: dict[str, Any] = {"quantity": 3, "paid_minor": 29_700, "commission_minor": 3_713, "service_fee_minor": 0}


@pytest.fixture(autouse=True)
def position() -> None:
    leased(meis_shop())


def read(order: str, language: str) -> list[str]:
    """The steps on the page of an order, each as what happened and why."""
    line = OrderLine.objects.get(external_order=order)
    page = signed_in(mei()).get(f"/studio/mei/orders/{line.pk}", headers={"accept-language": language})
    steps = STEP.findall(page.content.decode().partition('<ol class="trace">')[2])
    return [html.unescape(" | ".join(parts)) for parts in steps]


def test_the_same_paid_line_five_times_out_of_order_is_one_step_and_one_commission() -> None:
    """Story 7."""
    for hour in (2, 0, 4, 1, 3):
        take_in(report("1001", **THREE, reported_at=NOW - 9 * DAY + hour * HOUR))
    prove()

    commission = Commission.objects.get()
    english, chinese = read("1001", "en"), read("1001", "zh")

    assert (commission.amount_minor, money().pending) == (2_970, 2_970)
    assert heads(english) == ENGLISH
    assert heads(chinese) == CHINESE


def test_the_same_item_bought_twice_on_a_day_earns_two_commissions() -> None:
    """Story 8: at 10:00 and at 18:00."""
    for order, hour in (("1001", 0), ("1002", 8)):
        paid = NOW - 10 * DAY + hour * HOUR
        take_in(report(order, **THREE, placed_at=paid, paid_at=paid, clicked_at=paid - HOUR, reported_at=paid))
    prove()

    listed = signed_in(mei()).get("/studio/mei/orders").content.decode()

    assert list(Commission.objects.values_list("amount_minor", flat=True)) == [2_970, 2_970]
    assert money().pending == 5_940
    for order in ("1001", "1002"):
        assert heads(read(order, "en")) == ENGLISH
        assert heads(read(order, "zh")) == CHINESE
    assert [listed.count(f'<time datetime="2026-11-13T{hour}:00Z">') for hour in (10, 18)] == [1, 1]


def test_one_of_three_returned_before_settlement_says_so_and_what_is_left() -> None:
    """Story 10: 29.70 becomes 19.80, by −9.90."""
    take_in(report("1001", **THREE))
    two = THREE | {"paid_minor": 19_800, "commission_minor": 2_475}
    take_in(report("1001", **two, reported_at=NOW - 9 * DAY))
    prove()

    assert (Commission.objects.get().amount_minor, money().pending) == (1_980, 1_980)
    fee = "The other 20%, CN¥4.95, is Joey's platform fee, which its operator keeps."
    assert read("1001", "en")[-1] == f"Returned 1 of 3: −CN¥9.90 | Your part is now 80% of CN¥24.75. {fee}"
    fee = "另外 20%，即 ¥4.95，是 Joey 服务费，归本站运营方。"
    assert read("1001", "zh")[-1] == f"退货 3 件中的 1 件：−¥9.90 | 你的部分现在是 ¥24.75 的 80%。{fee}"
    take_in(settled("1001", **two))
    for language, word in (("en", "eturned"), ("zh", "退货")):
        assert len([step for step in read("1001", language) if word in step]) == 1
    prove()


def heads(steps: list[str]) -> list[str]:
    return [step.partition(" | ")[0] for step in steps]


ENGLISH = ["The marketplace reported the order as paid", "Estimated CN¥29.70: 80% of CN¥37.13"]
CHINESE = ["平台报告订单已付款", "预估 ¥29.70：¥37.13 的 80%"]
