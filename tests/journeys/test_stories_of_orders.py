"""Stories of orders, payouts and pages as people read them in a running instance, word for word in both languages."""

import re
import time
import uuid
from html import unescape

import pytest

from tests.journeys.at_the_counter import Json, Keeper, Sandbox, Visitor
from tests.journeys.running import RunningJoey
from tests.journeys.test_main_thread import (
    best_earning,
    order_of,
    outbound_click,
    synced,
)

STEP = re.compile(r'<span class="strong">(.*?)</span>.*?<p class="small">(.*?)</p>', re.DOTALL)

# Three for ¥241.00 each at 16%: ¥115.68, of which Taobao keeps ¥11.57.
PAID = ["The marketplace reported the order as paid", "Estimated ¥83.28: 80% of ¥104.11"]
PAID_ZH = ["平台报告订单已付款", "预估 ¥83.28：¥104.11 的 80%"]
COMMISSION = 8_328


@pytest.fixture(scope="module")
def keeper(joey: RunningJoey, sandbox: Sandbox) -> Keeper:
    return Keeper(joey, sandbox, f"stories-{uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def listing(keeper: Keeper) -> Json:
    offer = best_earning(keeper.api, "tmall")
    assert (offer["price"]["text"], offer["commission_ppm"]) == ("¥241.00", 160_000)
    return keeper.list(offer["id"])


@pytest.mark.long
def test_one_of_three_returned_before_settlement_says_so_and_what_is_left(
    joey: RunningJoey, sandbox: Sandbox, keeper: Keeper, listing: Json
) -> None:
    """Story 10: 83.28 becomes 55.52, by −27.76."""
    number = bought(joey, sandbox, keeper, listing)
    assert synced(joey, lambda: order_of(keeper.api, keeper.slug, number))["commission"]["minor"] == COMMISSION
    before = pending(keeper)

    sandbox.move(number, "return", quantity=1)
    line = synced(joey, lambda: with_commission(keeper, number, 5_552))

    assert pending(keeper) - before == -2_776
    english, chinese = steps(keeper, line, "en"), steps(keeper, line, "zh")
    assert heads(english)[:2] == PAID
    assert heads(chinese)[:2] == PAID_ZH
    assert english[-1] == "Returned 1 of 3: −¥27.76 | Your part is now 80% of ¥69.40."
    assert chinese[-1] == "退货 3 件中的 1 件：−¥27.76 | 你的部分现在是 ¥69.40 的 80%。"
    for shown, word in ((english, "eturned"), (chinese, "退货")):
        assert len([step for step in shown if word in step]) == 1


@pytest.mark.long
def test_the_same_paid_line_five_times_out_of_order_is_one_step_and_one_commission(
    joey: RunningJoey, sandbox: Sandbox, keeper: Keeper, listing: Json
) -> None:
    """Story 7: once, then twice in each of two reports whose rows come in any order."""
    before = pending(keeper)
    number = bought(joey, sandbox, keeper, listing)
    line = synced(joey, lambda: order_of(keeper.api, keeper.slug, number))

    reports(sandbox, duplicate=True, shuffle=True)
    try:
        for _ in range(2):
            sandbox.move(number, "repeat")
            time.sleep(1)  # a report of this very second is left to the next window
            joey.run("sync")
    finally:
        reports(sandbox)

    assert pending(keeper) - before == COMMISSION
    assert with_commission(keeper, number, COMMISSION)
    assert heads(steps(keeper, line, "en")) == PAID
    assert heads(steps(keeper, line, "zh")) == PAID_ZH
    assert "All" in joey.run("prove")


def test_the_same_item_bought_twice_on_a_day_earns_two_commissions(
    joey: RunningJoey, sandbox: Sandbox, keeper: Keeper, listing: Json
) -> None:
    """Story 8."""
    before = pending(keeper)
    numbers = [bought(joey, sandbox, keeper, listing) for _ in range(2)]
    synced(joey, lambda: all(order_of(keeper.api, keeper.slug, number) for number in numbers))

    lines = [with_commission(keeper, number, COMMISSION) for number in numbers]

    assert pending(keeper) - before == 2 * COMMISSION
    assert len({line["id"] for line in lines if line}) == 2
    for line in lines:
        assert line
        assert heads(steps(keeper, line, "en")) == PAID
        assert heads(steps(keeper, line, "zh")) == PAID_ZH


def bought(joey: RunningJoey, sandbox: Sandbox, keeper: Keeper, listing: Json, quantity: int = 3) -> str:
    """Someone opens the item's page in the shop, continues to the marketplace and pays; the order's number."""
    buyer = Visitor(joey.url)
    return sandbox.buy(outbound_click(buyer, buyer.see(f"/s/{keeper.slug}/{listing['id']}").text), quantity)


def with_commission(keeper: Keeper, number: str, minor: int) -> Json | None:
    line = order_of(keeper.api, keeper.slug, number)
    return line if line and line["commission"]["minor"] == minor else None


def pending(keeper: Keeper) -> int:
    balance = keeper.api.get(f"/shops/{keeper.slug}/balance")
    return int(balance["CNY"]["pending"]["minor"]) if balance else 0


def reports(sandbox: Sandbox, **how: bool) -> None:
    """How Taobao and Tmall report from now on."""
    answer = sandbox.http.post("/control/reports", json={"marketplace": "taobao", **how})
    assert answer.status_code == 200, answer.text


def steps(keeper: Keeper, line: Json, language: str) -> list[str]:
    """The steps on the page of an order, each as what happened and why."""
    page = keeper.visitor.see(f"/studio/{keeper.slug}/orders/{line['id']}", headers={"Accept-Language": language})
    shown = STEP.findall(page.text.partition('<ol class="trace">')[2])
    return [unescape(" | ".join(parts)) for parts in shown]


def heads(shown: list[str]) -> list[str]:
    return [step.partition(" | ")[0] for step in shown]
