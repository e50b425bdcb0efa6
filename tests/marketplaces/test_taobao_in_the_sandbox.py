"""The connector against the simulated union over real HTTP: everything that Joey asks of a marketplace, once."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import stamina

from joey.demo import catalogue
from joey.marketplaces.pasted import leads_to
from joey.marketplaces.port import (
    ByPosition,
    Found,
    HoldReport,
    MarketplaceRefused,
    MarketplaceUnavailable,
    OfferFacts,
    OrderReport,
    PositionRefused,
    RefundReport,
    Tracking,
)
from joey.marketplaces.read_reports import read_reports
from joey.marketplaces.taobao.connector import TaobaoConnector
from joey.marketplaces.taobao.manifest import (
    CHANNEL_REFUNDS,
    FROZEN_ORDERS,
    ORDERS,
    ORDERS_OF_RELATIONS,
    ORDERS_PAID,
    ORDERS_PLACED,
    ORDERS_SETTLED,
    REFUNDS,
    SERVED,
)
from joey.sandbox.dialects.taobao.demo_account import KEEPER_SESSIONS
from joey.sandbox.dialects.taobao.item_ids import item_id, number_ever
from tests.sandbox.conftest import Sandbox, utc
from tests.slow import but_every

FIRST = Tracking(position="110000000001")


@pytest.fixture
def pot(taobao: TaobaoConnector) -> OfferFacts:
    """Something that earns."""
    return next(facts for facts in taobao.search("锅").offers if facts.commission_ppm)


def test_search_brings_offers_of_both_marketplaces_with_prices_and_our_categories(taobao: TaobaoConnector) -> None:
    found = taobao.search("a", size=100).offers + taobao.search("a", page=2, size=100).offers

    assert {facts.marketplace for facts in found} == {"taobao", "tmall"}
    assert all(facts.now_minor and facts.now_minor > 0 and facts.currency == "CNY" for facts in found)
    assert len({(facts.marketplace, facts.identity) for facts in found}) == len(found)
    assert {facts.category for facts in taobao.search("锅").offers} == {"kitchen"}
    assert all(leads_to(facts.url, taobao.manifest.hosts) for facts in found)
    assert any(facts.coupon_minor and facts.coupon_until for facts in found)


def test_a_search_is_sorted_and_kept_to_a_category_in_the_unions_own_words(taobao: TaobaoConnector) -> None:
    cheap = taobao.search("", category="kitchen", sort="price", size=100).offers
    rates = [facts.commission_ppm for facts in taobao.search("锅", sort="rate", size=100).offers]
    sold = [facts.volume or 0 for facts in taobao.search("锅", sort="sales", size=100).offers]

    prices = [facts.coupon_minor or facts.now_minor or 0 for facts in cheap]
    assert len(prices) > 3
    assert {facts.category for facts in cheap} == {"kitchen"}
    assert prices == sorted(prices)
    assert rates == sorted(rates, reverse=True)
    assert sold == sorted(sold, reverse=True)
    with pytest.raises(MarketplaceRefused) as refused:
        taobao.search("锅", category="no-such")
    assert refused.value.field == "category"


def test_a_hit_without_an_id_is_counted_and_is_no_offer(taobao: TaobaoConnector) -> None:
    titles = [each.good.title["zh"] for each in catalogue.offers() if each.marketplace in SERVED and each.in_stock]
    alone = next(title for title in titles if titles.count(title) == 1)

    assert taobao.search(alone) == Found([], without_id=1)


def test_look_up_takes_more_than_one_call_holds_and_leaves_out_what_is_gone(taobao: TaobaoConnector) -> None:
    found = taobao.search("a", size=45).offers

    known = taobao.look_up([*(facts.external_id for facts in found), "gone-and-unknown"])

    assert set(known) == {facts.external_id for facts in found}
    assert {facts.identity for facts in known.values()} == {facts.identity for facts in found}


def test_an_id_from_before_a_rotation_still_answers_with_the_new_one(
    own_sandbox: Callable[..., Sandbox],
) -> None:
    sandbox = own_sandbox()
    taobao = TaobaoConnector(sandbox.get("/control/marketplaces").json()["taobao"])
    before = taobao.search("锅").offers[0]

    sandbox.post("/control/taobao/rotate-ids")
    after = taobao.look_up([before.external_id])[before.external_id]

    assert after.external_id != before.external_id
    assert (after.identity, after.title) == (before.identity, before.title)


def test_an_id_that_went_stale_is_renewed_and_a_number_is_never_looked_up(
    taobao: TaobaoConnector, sandbox: Sandbox, pot: OfferFacts
) -> None:
    number = number_ever(pot.external_id)
    stale = item_id(str(number), sandbox.post("/control/taobao/rotate-ids").json()["epoch"] - 100)

    found = taobao.look_up([stale, str(number), "never one of them"])

    assert {name: facts.identity for name, facts in found.items()} == {stale: pot.identity, str(number): pot.identity}
    assert number_ever(found[stale].external_id) == number


def test_links_copy_codes_and_item_pages_are_recognised(taobao: TaobaoConnector, pot: OfferFacts) -> None:
    link = taobao.tracked_link(pot.external_id, FIRST)

    assert taobao.recognise(f"看看这个 {link.copy_code}") == pot.external_id
    assert taobao.recognise(link.url) == pot.external_id
    assert taobao.recognise(f"我在这儿买的：{pot.url}。") == pot.external_id
    assert leads_to(link.url, taobao.manifest.hosts)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "https://example.org/t?e=abc", "https://item.taobao.com.example.org/item.htm?id=1",
     "javascript:alert(1)", "https://user@item.taobao.com/item.htm?id=1", "￥short￥", "$5 or $6"],
)  # fmt: skip
def test_what_is_not_of_taobao_is_not_recognised(taobao: TaobaoConnector, text: str) -> None:
    assert taobao.recognise(text) is None


def test_an_expired_copy_code_is_refused_in_words(taobao: TaobaoConnector) -> None:
    with pytest.raises(MarketplaceRefused, match="does not know this link or copy-code any more"):
        taobao.recognise("39￥ CZ3457 abcdefghijk￥ https://m.tb.cn/h.abc 保温杯")


def test_a_new_ad_zone_can_be_used_at_once(taobao: TaobaoConnector, pot: OfferFacts) -> None:
    position = taobao.register_position("joey-test")

    assert position.isdigit()
    assert (
        taobao.tracked_link(pot.external_id, Tracking(position=position)).url
        != taobao.tracked_link(pot.external_id, FIRST).url
    )


@pytest.mark.parametrize("position", ["1", "relation:1"])
def test_an_unknown_position_is_refused_otherwise_than_an_item(
    taobao: TaobaoConnector, pot: OfferFacts, position: str
) -> None:
    with pytest.raises(PositionRefused):
        taobao.tracked_link(pot.external_id, Tracking(position=position))
    with pytest.raises(MarketplaceRefused) as refused:
        taobao.tracked_link("no-such-item", FIRST)
    assert not isinstance(refused.value, PositionRefused)


def test_an_order_is_seen_through_all_its_states_and_its_return(
    sandbox: Sandbox, taobao: TaobaoConnector, pot: OfferFacts, quiet_hour: Callable[[], float]
) -> None:
    hour = quiet_hour()
    link = taobao.tracked_link(pot.external_id, FIRST)
    order = sandbox.buy(link.url, quantity=2, click_time=utc(hour), paid_at=utc(hour + 60))
    since = datetime.fromtimestamp(hour, UTC)

    def seen(minutes: int) -> list[OrderReport | RefundReport]:
        until = since + timedelta(minutes=minutes)
        return [
            one
            for question in (ORDERS, REFUNDS)
            for end, many in read_reports(taobao, question, since, until)
            for one in many
            if end <= until and isinstance(one, OrderReport | RefundReport) and one.external_line == order
        ]

    (paid,) = seen(5)
    truth = sandbox.get(f"/control/orders/{order}").json()
    assert isinstance(paid, OrderReport)
    assert (paid.state, paid.evidence, paid.quantity) == ("paid", (ByPosition("110000000001", "clicked"),), 2)
    assert (paid.paid_minor, paid.commission_minor) == (truth["paid_minor"], truth["estimate_minor"])
    assert (paid.clicked_at, paid.paid_at) == (since, since + timedelta(minutes=1))

    sandbox.move(order, "receive", at=utc(hour + 600))
    (received,) = seen(15)
    assert isinstance(received, OrderReport)
    assert received.state == "received"

    sandbox.move(order, "settle", at=utc(hour + 1200))
    (settled,) = seen(25)
    truth = sandbox.get(f"/control/orders/{order}").json()
    assert isinstance(settled, OrderReport)
    assert (settled.state, settled.commission_minor) == ("settled", truth["settled_minor"])
    assert settled.service_fee_minor == truth["service_minor"]
    assert settled.settled_at == since + timedelta(minutes=20)

    sandbox.move(order, "return", quantity=1, at=utc(hour + 1800))
    changed, refund = seen(35)
    assert isinstance(changed, OrderReport)
    assert isinstance(refund, RefundReport)
    published = sandbox.get(f"/control/orders/{order}").json()["refunds"][0]
    assert refund.counts
    assert refund.refund_minor == published["refund_minor"]
    fee_back = published["returned_commission_minor"] - refund.commission_back_minor
    assert 0 <= fee_back <= truth["service_minor"]


def test_a_closed_order_brings_nothing(
    sandbox: Sandbox, taobao: TaobaoConnector, pot: OfferFacts, quiet_hour: Callable[[], float]
) -> None:
    hour = quiet_hour()
    order = sandbox.buy(taobao.tracked_link(pot.external_id, FIRST).url, click_time=utc(hour), paid_at=utc(hour + 60))
    sandbox.move(order, "close", at=utc(hour + 120))

    since = datetime.fromtimestamp(hour, UTC)
    seen = [one for _end, many in read_reports(taobao, ORDERS, since, since + timedelta(minutes=5)) for one in many]

    (closed,) = [one for one in seen if isinstance(one, OrderReport) and one.external_line == order]
    assert (closed.state, closed.commission_minor, closed.service_fee_minor) == ("closed", 0, 0)


def test_more_than_a_page_of_orders_comes_once_each(
    sandbox: Sandbox, taobao: TaobaoConnector, pot: OfferFacts, quiet_hour: Callable[[], float]
) -> None:
    hour = quiet_hour()
    bought = sandbox.buy(taobao.tracked_link(pot.external_id, FIRST).url)
    truth = sandbox.get(f"/control/orders/{bought}").json()
    item = {name: truth[name] for name in ("marketplace", "item")}
    made = sandbox.bulk(
        [
            {**item, "position": FIRST.position, "click_time": utc(hour), "paid_at": utc(hour + at % 50)}
            for at in range(250)
        ]
    )

    since = datetime.fromtimestamp(hour, UTC)
    windows = list(read_reports(taobao, ORDERS, since, since + timedelta(hours=1)))

    lines = [one.external_line for _end, many in windows for one in many if isinstance(one, OrderReport)]
    assert sorted(lines) == sorted(made)
    assert windows[-1][0] == since + timedelta(hours=1)


def test_a_gateway_that_reports_badly_stops_nothing(
    own_sandbox: Callable[..., Sandbox], quiet_hour: Callable[[], float]
) -> None:
    sandbox, hour = own_sandbox(), quiet_hour()
    taobao = TaobaoConnector(sandbox.get("/control/marketplaces").json()["taobao"])
    pot = next(facts for facts in taobao.search("锅").offers if facts.commission_ppm)
    link = taobao.tracked_link(pot.external_id, FIRST).url
    order = sandbox.buy(link, click_time=utc(hour), paid_at=utc(hour + 60))
    badly = {"shuffle": True, "duplicate": True, "unknown_state": True, "extra_field": True}

    def seen(**style: bool) -> list[OrderReport]:
        sandbox.post("/control/reports", {"marketplace": "taobao", **style})
        since = datetime.fromtimestamp(hour, UTC)
        found = [
            one for _end, many in read_reports(taobao, ORDERS, since, since + timedelta(minutes=5)) for one in many
        ]
        assert all(isinstance(one, OrderReport) and one.external_line == order for one in found)
        return [one for one in found if isinstance(one, OrderReport)]

    assert {(one.state, one.held) for one in seen(**badly)} == {("unknown", "unknown_code")}
    assert [(one.state, one.held) for one in seen()] == [("paid", "")]


def test_days_of_windows_are_all_accepted_sales_included(taobao: TaobaoConnector) -> None:
    now = datetime.now(UTC)

    ends = [end for end, _seen in read_reports(taobao, ORDERS, now - timedelta(days=2), now)]

    assert ends == sorted(ends)
    assert now - ends[-1] < timedelta(seconds=5)


@pytest.mark.parametrize("kind", but_every(3, ["500", "throttle", "garbage"]))
def test_an_outage_is_unavailable_and_over_when_it_is_over(own_sandbox: Callable[..., Sandbox], kind: str) -> None:
    sandbox = own_sandbox()
    taobao = TaobaoConnector(sandbox.get("/control/marketplaces").json()["taobao"])
    sandbox.post("/control/outage", {"kind": kind, "seconds": 60, "where": "taobao"})

    with stamina.set_testing(True, attempts=2), pytest.raises(MarketplaceUnavailable):
        taobao.search("锅")

    sandbox.post("/control/outage", {"kind": kind, "seconds": 0, "where": "taobao"})
    assert taobao.search("锅").offers


def test_a_throttled_client_waits_and_gets_through(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox(JOEY_SANDBOX_ORDER_CALLS_PER_SECOND="2")
    taobao = TaobaoConnector(sandbox.get("/control/marketplaces").json()["taobao"])
    now = datetime.now(UTC)

    started = time.monotonic()
    windows = list(read_reports(taobao, ORDERS, now - timedelta(hours=8), now))

    assert len(windows) >= 3
    assert time.monotonic() - started > 0.9


def by_relations(sandbox: Sandbox, **more: object) -> TaobaoConnector:
    account = sandbox.get("/control/marketplaces").json()["taobao"]
    return TaobaoConnector(account | {"credentials": account["credentials"] | {"positions": "relations"} | more})


def test_each_question_about_orders_finds_an_order_by_its_own_time(
    sandbox: Sandbox, taobao: TaobaoConnector, pot: OfferFacts, quiet_hour: Callable[[], float]
) -> None:
    hour = quiet_hour()
    order = sandbox.buy(taobao.tracked_link(pot.external_id, FIRST).url, click_time=utc(hour), paid_at=utc(hour + 60))
    sandbox.move(order, "settle", at=utc(hour + 600))
    sandbox.move(order, "repeat", at=utc(hour + 1200))
    since, ten_minutes = datetime.fromtimestamp(hour, UTC), timedelta(minutes=9)

    found = {}
    for question in (ORDERS_PLACED, ORDERS_PAID, ORDERS_SETTLED, ORDERS):
        for number, begin in enumerate((since, since + ten_minutes, since + 2 * ten_minutes)):
            for _end, many in read_reports(taobao, question, begin, begin + ten_minutes):
                for one in many:
                    if isinstance(one, OrderReport) and one.external_line == order:
                        found[question.code] = (number, one)

    assert {code: number for code, (number, _one) in found.items()} == {
        "orders_placed": 0, "orders_paid": 0, "orders_settled": 1, "orders": 2,
    }  # fmt: skip
    assert len({repr(one) for _number, one in found.values()}) == 1, (
        "the same row is one report, whichever question brought it"
    )


def test_a_frozen_order_is_reported_and_so_is_its_release(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox, hour = own_sandbox(), time.time() - 40 * 86_400
    taobao = TaobaoConnector(sandbox.get("/control/marketplaces").json()["taobao"])
    pot = next(facts for facts in taobao.search("锅").offers if facts.commission_ppm)
    link = taobao.tracked_link(pot.external_id, FIRST).url
    orders = [sandbox.buy(link, click_time=utc(hour), paid_at=utc(hour + at)) for at in range(25)]
    for order in orders:
        sandbox.move(order, "freeze")
    sandbox.post("/control/reports", {"marketplace": "taobao", "duplicate": True, "shuffle": True})

    def seen() -> dict[str, bool]:
        now = datetime.now(UTC)
        answer = list(read_reports(taobao, FROZEN_ORDERS, now - timedelta(days=90), now))
        assert [end for end, _many in answer][-1] == now
        assert len(answer) == 3
        return {one.trade: one.frozen for _end, many in answer for one in many if isinstance(one, HoldReport)}

    assert seen() == dict.fromkeys(orders, True), "on two pages"
    sandbox.move(orders[3], "release")
    assert seen() == dict.fromkeys(orders, True) | {orders[3]: False}


@pytest.mark.parametrize("position", [FIRST.position, "relation:2345678901"])
def test_a_frozen_order_is_of_the_part_that_its_order_report_names(
    sandbox: Sandbox, pot: OfferFacts, quiet_hour: Callable[[], float], position: str
) -> None:
    hour, account = quiet_hour(), by_relations(sandbox)
    link = account.tracked_link(pot.external_id, Tracking(position=position)).url
    order = sandbox.buy(link, click_time=utc(hour), paid_at=utc(hour + 60))
    since, until = datetime.fromtimestamp(hour, UTC), datetime.fromtimestamp(hour + 600, UTC)
    ((_end, (reported, *_again)),) = read_reports(account, ORDERS, since, until)
    sandbox.move(order, "freeze")

    punished = [one for _end, many in read_reports(account, FROZEN_ORDERS, since, until) for one in many]

    (hold,) = [one for one in punished if isinstance(one, HoldReport) and one.trade == order]
    assert isinstance(reported, OrderReport)
    assert (hold.trade, hold.part, hold.frozen) == (reported.external_line, reported.external_part, True)
    assert hold.part


def test_channel_orders_and_their_refunds_are_asked_for_as_such(
    sandbox: Sandbox, taobao: TaobaoConnector, pot: OfferFacts, quiet_hour: Callable[[], float]
) -> None:
    hour, acting = quiet_hour(), by_relations(sandbox, refunds="relations")
    link = acting.tracked_link(pot.external_id, Tracking(position="relation:2345678901")).url
    order = sandbox.buy(link, quantity=2, click_time=utc(hour), paid_at=utc(hour + 60))
    sandbox.move(order, "settle", at=utc(hour + 120))
    sandbox.move(order, "return", quantity=1, at=utc(hour + 180))
    since, until = datetime.fromtimestamp(hour, UTC), datetime.fromtimestamp(hour + 600, UTC)

    ((_end, orders),) = read_reports(acting, ORDERS_OF_RELATIONS, since, until)
    ((_end, refunds),) = read_reports(acting, CHANNEL_REFUNDS, since, until)
    ((_end, (same,)),) = read_reports(taobao, REFUNDS, since, until)

    assert [one.evidence for one in orders if isinstance(one, OrderReport)] == [
        (ByPosition("relation:2345678901", "clicked"),)
    ] * 2, "once in all scenes, once as a channel order; taken in, it is one report"
    assert orders[0] == orders[1]
    (refund,) = [one for one in refunds if isinstance(one, RefundReport) and one.external_line == order]
    assert isinstance(same, RefundReport)
    names = ("external_order", "counts", "refund_minor", "commission_back_minor", "reported_at", "refunded_at")
    assert [getattr(refund, name) for name in names] == [getattr(same, name) for name in names]


def test_a_keeper_who_accepts_an_invitation_is_a_position(
    sandbox: Sandbox, taobao: TaobaoConnector, pot: OfferFacts
) -> None:
    account = by_relations(sandbox)
    before = account.granted_positions()
    invitation = account.invitation()

    code = parse_qs(urlsplit(invitation).query)["inviterCode"][0]
    keeper = next(iter(KEEPER_SESSIONS))
    filed = sandbox.ask("taobao.tbk.sc.publisher.info.save", session=keeper, info_type=1, inviter_code=code)["data"]

    assert invitation.startswith("https://mos.m.taobao.com/inviter/register?")
    assert set(account.granted_positions()) - set(before) == {f"relation:{filed['relation_id']}"}
    assert account.tracked_link(pot.external_id, Tracking(position=f"relation:{filed['relation_id']}")).url
    for ask in (taobao.invitation, taobao.granted_positions):
        with pytest.raises(MarketplaceRefused, match="does not work by relations"):
            ask()
