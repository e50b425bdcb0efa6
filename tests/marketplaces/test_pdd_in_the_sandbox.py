"""The connector against the simulated Pinduoduo over real HTTP: everything that Joey asks of a marketplace, once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.pasted import leads_to
from joey.marketplaces.pinduoduo import reports
from joey.marketplaces.pinduoduo.connector import JinbaoConnector
from joey.marketplaces.pinduoduo.manifest import AFTER_SALES, ORDERS, ORDERS_PAID
from joey.marketplaces.port import (
    ByPosition,
    BySubId,
    FilesPositions,
    HoldReport,
    MarketplaceRefused,
    MarketplaceUnavailable,
    OfferFacts,
    OrderReport,
    PositionNotFiled,
    PositionRefused,
    Tracking,
)
from joey.marketplaces.read_reports import read_reports, read_row
from tests.sandbox.conftest import Sandbox, utc

SECOND = timedelta(seconds=1)


def account(sandbox: Sandbox, **credentials: Any) -> JinbaoConnector:
    known = sandbox.get("/control/marketplaces").json()["pinduoduo"]
    return JinbaoConnector(known | {"credentials": known["credentials"] | credentials})


def filed(pdd: JinbaoConnector, sandbox: Sandbox) -> str:
    """A new pid whose link a person opened."""
    pid = pdd.register_position("joey-1")
    sandbox.client.get(pdd.filing_link(pid)).raise_for_status()
    return pid


@pytest.fixture
def pdd(sandbox: Sandbox) -> JinbaoConnector:
    return account(sandbox)


@pytest.fixture
def pid(pdd: JinbaoConnector, sandbox: Sandbox) -> str:
    return filed(pdd, sandbox)


@pytest.fixture
def vase(pdd: JinbaoConnector) -> OfferFacts:
    """Something that earns."""
    return max(pdd.search("花瓶").offers, key=lambda facts: facts.commission_ppm)


@pytest.fixture
def url(pdd: JinbaoConnector, pid: str, vase: OfferFacts) -> str:
    """A tracked link of it."""
    return pdd.tracked_link(vase.external_id, Tracking(position=pid)).url


def reported(pdd: JinbaoConnector, question: Question, since: datetime, until: datetime) -> dict[str, OrderReport]:
    found = [one for _end, many in read_reports(pdd, question, since, until) for one in many]
    assert all(isinstance(one, OrderReport) for one in found), found
    return {one.external_line: one for one in found if isinstance(one, OrderReport)}


def now_reported(pdd: JinbaoConnector, order: str) -> OrderReport:
    now = datetime.now(UTC)
    return reported(pdd, ORDERS, now - timedelta(hours=2), now + 2 * SECOND)[order]


def after_sales(pdd: JinbaoConnector, since: datetime, until: datetime) -> dict[str, bool]:
    found = [one for _end, many in read_reports(pdd, AFTER_SALES[0], since, until) for one in many]
    assert all(isinstance(one, HoldReport) for one in found), found
    return {one.trade: one.frozen for one in found if isinstance(one, HoldReport)}


def test_search_brings_offers_with_prices_coupons_and_pictures_sorted_as_asked(pdd: JinbaoConnector) -> None:
    found = pdd.search("a").offers

    assert found
    category = found[0].category
    assert {facts.category for facts in pdd.search("", category=category).offers} == {category}
    assert all(facts.currency == "CNY" and facts.marketplace == "pinduoduo" for facts in found)
    assert all(leads_to(facts.url, pdd.manifest.hosts) and facts.picture_urls for facts in found)
    assert all(facts.coupon_minor is None or 0 < facts.coupon_minor < (facts.now_minor or 0) for facts in found)
    rates = [facts.commission_ppm for facts in pdd.search("a", sort="rate").offers]
    prices = [facts.now_minor or 0 for facts in pdd.search("a", sort="price").offers]
    assert rates == sorted(rates, reverse=True)
    assert prices == sorted(prices)


def test_a_category_without_a_number_is_refused(pdd: JinbaoConnector) -> None:
    with pytest.raises(MarketplaceRefused) as refused:
        pdd.search("", category="no-such-category")
    assert refused.value.field == "category"


def test_look_up_answers_by_sign_and_leaves_out_what_is_gone(pdd: JinbaoConnector, vase: OfferFacts) -> None:
    found = pdd.look_up([vase.external_id, "c9r2omogKFFAc7WBwvbZU1ikIb16_J3CTa8HNN"])

    assert set(found) == {vase.external_id}
    known = found[vase.external_id]
    assert replace(known, as_of=vase.as_of) == vase


def test_item_pages_and_links_of_ours_are_recognised_and_other_texts_are_not(
    pdd: JinbaoConnector, sandbox: Sandbox, vase: OfferFacts, url: str
) -> None:
    assert pdd.recognise(f"看看 {vase.url} 很好") == vase.external_id
    page = f"https://mobile.yangkeduo.com/goods.html?goods_sign={vase.external_id}"
    assert pdd.recognise(page) == vase.external_id
    assert pdd.recognise(f"我在这儿买的：{url}。") == vase.external_id
    for text in ("", "hello", "https://example.org/goods.html?goods_sign=a", "https://p.pinduoduo.com.example.org/AbC"):
        assert pdd.recognise(text) is None
    with pytest.raises(MarketplaceRefused, match="does not know this link any more"):
        pdd.recognise("https://p.pinduoduo.com/nothing")


def test_a_pid_is_refused_as_not_filed_until_a_person_opened_its_link(
    pdd: JinbaoConnector, sandbox: Sandbox, vase: OfferFacts
) -> None:
    assert isinstance(pdd, FilesPositions)
    pid = pdd.register_position("joey-1")

    assert not pdd.is_filed(pid)
    with pytest.raises(PositionNotFiled):
        pdd.tracked_link(vase.external_id, Tracking(position=pid))
    sandbox.client.get(pdd.filing_link(pid)).raise_for_status()
    assert pdd.is_filed(pid)
    assert leads_to(pdd.tracked_link(vase.external_id, Tracking(position=pid)).url, pdd.manifest.hosts)


def test_a_pid_that_was_never_made_is_refused_as_a_position(pdd: JinbaoConnector, vase: OfferFacts) -> None:
    with pytest.raises(PositionRefused):
        pdd.tracked_link(vase.external_id, Tracking(position="1000001_999999999"))


def test_a_link_carries_its_pid_and_an_edited_one_leads_nowhere(
    pdd: JinbaoConnector, sandbox: Sandbox, pid: str, url: str
) -> None:
    order = sandbox.buy(url)

    assert now_reported(pdd, order).evidence == (ByPosition(pid, "ordered"),)
    assert sandbox.post("/control/purchase", {"url": url[:-3] + "aaa"}).status_code in (404, 422)


def test_with_sub_ids_a_link_carries_its_code_for_one_filing_of_its_pid(sandbox: Sandbox, vase: OfferFacts) -> None:
    pdd = account(sandbox, sub_ids=True)
    pid = filed(pdd, sandbox)

    found = [sandbox.buy(pdd.tracked_link(vase.external_id, Tracking(pid, code)).url) for code in ("abc1", "abc2")]

    assert [now_reported(pdd, order).evidence for order in found] == [
        (ByPosition(pid, "ordered"), BySubId("abc1")), (ByPosition(pid, "ordered"), BySubId("abc2")),
    ]  # fmt: skip
    assert pdd.manifest.evidence == ("position", "sub_id")


def test_an_order_is_found_by_its_number(pdd: JinbaoConnector, sandbox: Sandbox, pid: str, url: str) -> None:
    order = sandbox.buy(url)

    (row,) = pdd.rows_of_order(order)
    seen = read_row(pdd, row)

    assert isinstance(seen, OrderReport)
    assert (seen.external_line, seen.evidence) == (order, (ByPosition(pid, "ordered"),))
    assert pdd.rows_of_order("261101-999999999999999") == []


def test_each_question_finds_an_order_by_its_own_time(
    pdd: JinbaoConnector, sandbox: Sandbox, url: str, quiet_hour: Callable[[], float]
) -> None:
    hour = quiet_hour()
    order = sandbox.buy(url, click_time=utc(hour), paid_at=utc(hour + 60))
    sandbox.move(order, "receive", at=utc(hour + 1200))
    since, ten = datetime.fromtimestamp(hour, UTC), timedelta(minutes=10)

    found = {
        question.code: number
        for question in (ORDERS_PAID, ORDERS)
        for number in range(3)
        if order in reported(pdd, question, since + number * ten, since + (number + 1) * ten - SECOND)
    }

    assert found == {"orders_paid": 0, "orders": 2}


def test_an_order_settles_net_of_the_service_fee_and_what_is_returned_then_lowers_it(
    pdd: JinbaoConnector, sandbox: Sandbox, url: str
) -> None:
    order = sandbox.buy(url, quantity=2)
    seen = [now_reported(pdd, order)]
    for step in ("group", "receive", "audit", "settle"):
        sandbox.move(order, step)
        seen.append(now_reported(pdd, order))
    sandbox.move(order, "return", quantity=1)
    settled, returned = seen[-1], now_reported(pdd, order)

    assert [one.state for one in seen] == ["paid", "paid", "received", "received", "settled"]
    every = sandbox.get("/control/orders").json()["items"]
    (truth,) = [each for each in every if each["order"] == order]
    assert returned.commission_minor - returned.service_fee_minor == truth["net_minor"]
    assert 0 < settled.service_fee_minor < settled.commission_minor
    assert 0 < returned.commission_minor < settled.commission_minor
    assert (settled.settled_at, returned.paid_minor) == (returned.settled_at, settled.paid_minor // 2)


@pytest.mark.parametrize(
    ("step", "reason"), [("close", "订单取消，未发货退款"), ("punish", "10"), ("not_promoted", "8")]
)
def test_what_is_closed_earns_nothing_and_says_why(
    pdd: JinbaoConnector, sandbox: Sandbox, url: str, step: str, reason: str
) -> None:
    order = sandbox.buy(url)
    sandbox.move(order, step)

    seen = now_reported(pdd, order)

    assert (seen.state, seen.reason, seen.commission_minor) == ("closed", reason, 0)


def test_a_price_comparison_earns_less_and_says_why_and_a_new_state_is_held(
    pdd: JinbaoConnector, sandbox: Sandbox, url: str
) -> None:
    order = sandbox.buy(url)
    before = now_reported(pdd, order)
    sandbox.move(order, "compare_prices")
    compared = now_reported(pdd, order)
    sandbox.move(order, "unknown_code")

    assert (before.reason, compared.reason) == ("", "price_compared")
    assert compared.commission_minor < before.commission_minor
    assert (now_reported(pdd, order).state, now_reported(pdd, order).held) == ("unknown", "unknown_code")


def test_an_order_that_changes_while_pages_are_read_is_not_missed(
    pdd: JinbaoConnector, sandbox: Sandbox, url: str, quiet_hour: Callable[[], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = quiet_hour()
    orders = [sandbox.buy(url, click_time=utc(hour), paid_at=utc(hour + n)) for n in range(1, 26)]
    monkeypatch.setattr(reports, "ORDERS", replace(ORDERS, page_size=10))
    call, pages = pdd._client.call, []

    def and_one_changes(method: str, asked: dict[str, Any]) -> dict[str, Any]:
        answer = call(method, asked)
        pages.append(asked["page"])
        sandbox.move(orders[len(pages) - 1], "receive")  # now, so it leaves the window, and all behind it move up
        return answer

    monkeypatch.setattr(pdd._client, "call", and_one_changes)
    since = datetime.fromtimestamp(hour, UTC)
    found = reported(pdd, ORDERS, since, since + timedelta(minutes=30))

    assert pages == [1, 3, 2, 1]
    assert set(orders[len(pages) :]) <= set(found)


def test_an_after_sale_is_seen_in_the_look_up_alone_until_it_is_over(
    pdd: JinbaoConnector, sandbox: Sandbox, url: str
) -> None:
    order, other = sandbox.buy(url, quantity=2), sandbox.buy(url)
    since = datetime.now(UTC) - timedelta(minutes=5)
    states = []
    for step, fields in (("receive", {}), ("ask_return", {}), ("return", {"quantity": 1})):
        sandbox.move(order, step, **fields)
        states.append(after_sales(pdd, since, datetime.now(UTC) + 2 * SECOND))

    assert [each[order] for each in states] == [False, True, False]
    assert other not in states[-1]


def test_after_sales_beyond_the_budget_wait_for_the_next_run_and_none_is_lost(
    pdd: JinbaoConnector, sandbox: Sandbox, url: str, quiet_hour: Callable[[], float], monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = quiet_hour()
    orders = [sandbox.buy(url, click_time=utc(hour), paid_at=utc(hour + 1)) for _n in range(7)]
    for number, order in enumerate(orders):
        sandbox.move(order, "receive", at=utc(hour + 60 + number // 2))
    monkeypatch.setattr(reports, "MOST_LOOKED_UP", 3)
    since = datetime.fromtimestamp(hour, UTC)
    until = since + timedelta(minutes=30)
    runs: list[list[str]] = []

    def run() -> None:
        nonlocal since
        runs.append([])
        for end, rows in pdd.rows(AFTER_SALES[0], since, until):
            runs[-1] += [str(row.row["order_sn"]) for row in rows]
            since = end

    with pytest.raises(MarketplaceUnavailable, match="asked about the after-sales of 3 orders"):
        run()
    run()

    assert [len(run) for run in runs] == [4, 3]  # the orders of one second stay together
    assert sorted(one for run in runs for one in run) == sorted(orders)
