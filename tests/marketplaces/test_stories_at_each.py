"""The stories of orders, at each marketplace that reports them, over HTTP from the link to the money and its trace."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.insight.queries import today_of
from joey.insight.trace import Trace, order_trace
from joey.kit.clock import now
from joey.marketplaces import registry
from joey.marketplaces.port import FilesPositions, Tracking
from joey.orders.answer_lost_orders import answer_lost_orders
from joey.orders.models import OrderLine
from joey.orders.sync import sync
from tests.api.client import Caller
from tests.cast import DAY, leased, lulus_shop, mei, meis_shop
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, own_sandbox, utc
from tests.slow import slow

pytestmark = pytest.mark.django_db
__all__ = ["own_sandbox"]

HOUR = 3600


@dataclass
class Market:
    """One marketplace of the sandbox, at which Mei and Lulu have a position each."""

    code: str
    sandbox: Sandbox
    positions: tuple[str, str]

    def link(self, position: str | None = None) -> str:
        """Of something that earns."""
        connector = registry.connector(self.code)
        item = max(connector.search("锅").offers, key=lambda each: (each.now_minor or 0) * (each.commission_ppm or 0))
        return connector.tracked_link(item.external_id, Tracking(position=position or self.positions[0])).url

    def bought(self, *, position: str | None = None, quantity: int = 1, hours_ago: float = 2) -> str:
        paid = time.time() - hours_ago * HOUR
        link = self.link(position)
        return self.sandbox.buy(link, quantity=quantity, click_time=utc(paid - 60), paid_at=utc(paid))

    def happens(self, order: str, do: str, **fields: Any) -> None:
        """One step. The test ends here at a marketplace that has none of this kind."""
        answer = self.sandbox.post(f"/control/orders/{order}", {"do": do, **fields})
        if answer.status_code == 422 and "does not do that" in answer.text:
            pytest.skip(f"{self.code} has no {do}")
        assert answer.status_code == 200, answer.text

    def read(self) -> None:
        """Once more, the last day again, and booked."""
        (done,) = sync(now=now(), recheck=True)
        assert done.trouble == ""
        earn_due(now=now())
        prove()


def opened(code: str, sandbox: Sandbox, settings: Settings, *, days_ago: int) -> Market:
    """The marketplace alone is connected, and both shops began so many days ago."""
    settings.JOEY_MARKETPLACES = {code: sandbox.get("/control/marketplaces").json()[code]}
    connector = registry.connector(code)
    made = [connector.register_position(name) for name in ("mei", "lulu")]
    for shop, position in zip((meis_shop(), lulus_shop()), made, strict=True):
        leased(shop, position, marketplace=code, since=now() - days_ago * DAY)
        if isinstance(connector, FilesPositions):
            sandbox.client.get(connector.filing_link(position)).raise_for_status()
    return Market(code, sandbox, (made[0], made[1]))


@pytest.fixture(params=[slow("taobao"), "jd", "pinduoduo"])  # the first has tests of its own for each story
def market(request: pytest.FixtureRequest, own_sandbox: Callable[..., Sandbox], settings: Settings) -> Market:
    return opened(request.param, own_sandbox(), settings, days_ago=3)


def total() -> int:
    return sum(Commission.objects.values_list("amount_minor", flat=True))


def trace_of(line: OrderLine) -> Trace:
    return order_trace(meis_shop(), line.pk, now=now())


def test_7_a_line_that_is_reported_five_times_and_out_of_order_is_one_commission(market: Market) -> None:
    market.sandbox.post("/control/reports", {"marketplace": market.code, "duplicate": True, "shuffle": True})
    order = market.bought()
    for _time in range(5):
        market.happens(order, "repeat")
        market.read()

    assert Commission.objects.count() == OrderLine.objects.count() == 1


def test_8_the_same_item_bought_twice_is_two_commissions(market: Market) -> None:
    market.bought(hours_ago=10)
    market.bought(hours_ago=2)

    market.read()

    assert Commission.objects.count() == 2
    assert len(set(Commission.objects.values_list("amount_minor", flat=True))) == 1


def test_9_a_split_order_is_closed_its_parts_count_and_the_total_stays(market: Market) -> None:
    order = market.bought(quantity=3)
    market.read()
    before = total()
    market.happens(order, "split")

    market.read()

    parent = OrderLine.objects.get(state="closed")
    assert OrderLine.objects.count() == 4
    assert 0 <= before - total() <= 3, "each part's share is rounded down"
    assert "split" in trace_of(parent).answer
    assert today_of(meis_shop().pk, since=now() - DAY).orders == 3, "the parts, and not what was split into them"


def test_10_a_piece_that_comes_back_before_settlement_lowers_the_line_and_is_said(market: Market) -> None:
    order = market.bought(quantity=3)
    market.read()
    whole = total()
    market.happens(order, "return", quantity=1)

    market.read()

    assert abs(total() * 3 - whole * 2) <= 3
    (line,) = OrderLine.objects.all()
    assert any(step.what.startswith("Returned 1 of 3") for step in trace_of(line).steps)


def test_13_price_protection_lowers_the_commission_by_its_share_and_is_said_where_reported(
    market: Market,
) -> None:
    order = market.bought()
    market.read()
    (line,) = OrderLine.objects.all()
    whole = total()
    market.happens(order, "price_protect", amount=2000)

    market.read()

    less = whole * 2000 // line.paid_minor
    assert abs(whole - total() - less) <= 2
    says_why = any("rice protection" in step.what + str(step.why) for step in trace_of(line).steps)
    assert says_why == (market.code == "jd"), "Pinduoduo reports the lower amount and not why"


def test_16_a_missing_order_is_added_is_anothers_or_is_unknown(market: Market) -> None:
    market.read()
    answers = {}
    for name, order in (
        ("ours", market.bought(hours_ago=40)),
        ("another's", market.bought(position=market.positions[1], hours_ago=40)),
    ):
        answers[name] = _asked(market, market.sandbox.get(f"/control/orders/{order}").json()["number"])
    answers["unknown"] = _asked(market, "1" * 18)

    answer_lost_orders(now=now())

    asked = {name: Caller(mei()).get(f"/shops/mei/lost-orders/{each['id']}").json() for name, each in answers.items()}
    states = {name: each["state"] for name, each in asked.items()}
    assert states == {"ours": "found", "another's": "other_id", "unknown": "unknown"}
    placed_at = OrderLine.objects.get(shop=meis_shop()).placed_at
    assert placed_at
    assert placed_at < now() - timedelta(hours=39), "back-dated"


def test_16_a_number_that_no_order_there_can_have_is_refused_at_once(
    own_sandbox: Callable[..., Sandbox], settings: Settings
) -> None:
    answer = _ask(opened("jd", own_sandbox(), settings, days_ago=1), "1" * 20)

    assert answer.status_code == 422
    assert "Order numbers of JD have at most 19 characters." in answer.content.decode()


def _asked(market: Market, number: str) -> Any:
    answer = _ask(market, number)
    assert answer.status_code == 202, answer.content
    return answer.json()


def _ask(market: Market, number: str) -> Any:
    body = {"marketplace": market.code, "order": number, "ordered_at": (now() - timedelta(hours=40)).isoformat()}
    return Caller(mei()).post("/shops/mei/lost-orders", body)


def test_a_settlement_day_that_changes_no_row_is_read_when_the_days_completions_are_asked_for_again(
    own_sandbox: Callable[..., Sandbox], settings: Settings
) -> None:
    market = opened("jd", own_sandbox(), settings, days_ago=32)
    """Asked on 30 days, for completions of 21 to 51 days ago, every other day: two days in a row read each once."""
    order = market.bought(hours_ago=31 * 24)
    market.happens(order, "receive", at=utc(time.time() - 30 * 24 * HOUR))
    market.read()
    assert OrderLine.objects.get().state == "received"
    market.happens(order, "settle")

    for days in (1, 2):
        sync(now=now() + days * DAY)

    assert OrderLine.objects.get().state == "settled"
