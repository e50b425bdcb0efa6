"""The connector against the simulated JD over real HTTP: everything that Joey asks of a marketplace, once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from joey.marketplaces.jd.connector import UnionConnector
from joey.marketplaces.jd.manifest import ORDERS, ORDERS_COMPLETED, ORDERS_PLACED
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.pasted import leads_to
from joey.marketplaces.port import (
    ByPosition,
    BySubId,
    MarketplaceRefused,
    OfferFacts,
    OrderReport,
    PositionRefused,
    Tracking,
)
from joey.marketplaces.read_reports import read_reports, read_row
from tests.sandbox.conftest import Sandbox, utc

FIRST = "3000000001"
SEARCH = "jd.union.open.goods.query"


def account(sandbox: Sandbox, **credentials: Any) -> UnionConnector:
    known = sandbox.get("/control/marketplaces").json()["jd"]
    return UnionConnector(known | {"credentials": known["credentials"] | credentials})


@pytest.fixture
def jd(sandbox: Sandbox) -> UnionConnector:
    return account(sandbox)


@pytest.fixture
def granted(sandbox: Sandbox) -> Any:
    """What the account may do is taken from it by the test, and given back."""
    yield lambda *names: sandbox.post("/control/jd/grants", {"withheld": list(names)}).raise_for_status()
    sandbox.post("/control/jd/grants", {"withheld": []})


@pytest.fixture
def pot(jd: UnionConnector) -> OfferFacts:
    """Something that earns."""
    return next(facts for facts in jd.search("锅").offers if facts.commission_ppm)


def reported(jd: UnionConnector, question: Question, since: datetime, until: datetime) -> dict[str, OrderReport]:
    found = [one for _end, many in read_reports(jd, question, since, until) for one in many]
    assert all(isinstance(one, OrderReport) for one in found), found
    return {one.external_line: one for one in found if isinstance(one, OrderReport)}


def now_reported(jd: UnionConnector, order: str) -> OrderReport:
    now = datetime.now(UTC)
    return reported(jd, ORDERS, now - timedelta(hours=2), now + timedelta(seconds=2))[order]


def test_search_brings_offers_with_prices_coupons_and_pictures_sorted_as_asked(jd: UnionConnector) -> None:
    found = jd.search("锅", size=30).offers

    assert found
    assert all(facts.now_minor and facts.currency == "CNY" and facts.marketplace == "jd" for facts in found)
    assert all(leads_to(facts.url, jd.manifest.hosts) for facts in found)
    assert all(facts.picture_urls and facts.external_id.isdigit() for facts in found)
    rates = [facts.commission_ppm for facts in jd.search("锅", sort="rate", size=30).offers]
    prices = [facts.now_minor or 0 for facts in jd.search("锅", sort="price", size=30).offers]
    assert rates == sorted(rates, reverse=True)
    assert prices == sorted(prices)


def test_without_the_grant_a_search_finds_what_is_in_the_lists_and_asks_again_within_the_hour(
    jd: UnionConnector, granted: Callable[..., None], pot: OfferFacts
) -> None:
    granted(SEARCH)

    found = jd.search("锅").offers
    assert {facts.external_id for facts in found} <= {facts.external_id for facts in account_found(jd)}
    assert all("锅" in facts.title for facts in found)
    assert jd.search("锅", page=2).offers == []
    granted()
    again = jd.search("锅").offers  # from the lists still: it is not asked again yet
    assert [facts.external_id for facts in again] == [facts.external_id for facts in found]


def account_found(jd: UnionConnector) -> list[OfferFacts]:
    return jd.search("").offers


def test_look_up_answers_by_sku_and_leaves_out_what_is_gone(jd: UnionConnector, pot: OfferFacts) -> None:
    found = jd.look_up([pot.external_id, "1", "no number"])

    assert set(found) == {pot.external_id}
    known = found[pot.external_id]
    assert (known.identity, known.title, known.commission_ppm) == (pot.identity, pot.title, pot.commission_ppm)
    assert known.now_minor == pot.now_minor


def test_item_pages_and_links_of_ours_are_recognised_and_other_texts_are_not(
    jd: UnionConnector, sandbox: Sandbox, pot: OfferFacts
) -> None:
    link = jd.tracked_link(pot.external_id, Tracking(position=FIRST))

    assert jd.recognise(f"看看 https://item.jd.com/{pot.external_id}.html 很好") == pot.external_id
    assert jd.recognise(f"http://item.m.jd.com/product/{pot.external_id}.html") == pot.external_id
    for start in ("Http://item.jd.com", "HTTP://ITEM.JD.COM", "http://item.jd.com:80", "HTTPS://Item.jd.com:443"):
        assert jd.recognise(f"{start}/{pot.external_id}.html") == pot.external_id, start
    assert jd.recognise(link.url) == pot.external_id
    assert jd.recognise(f"我在这儿买的：{pot.url}。") == pot.external_id
    for text in ("", "hello", "https://example.org/1.html", "https://item.jd.com.example.org/100012043978.html"):
        assert jd.recognise(text) is None
    with pytest.raises(MarketplaceRefused, match="does not know this link any more"):
        jd.recognise("https://u.jd.com/nothing")
    with pytest.raises(MarketplaceRefused, match="Only JD's own app knows what is behind a code"):
        jd.recognise(f"6:/！gXzLKTQwxBUr！ {pot.title}")


def test_a_link_carries_its_position_and_an_edited_one_leads_nowhere(
    jd: UnionConnector, sandbox: Sandbox, pot: OfferFacts
) -> None:
    link = jd.tracked_link(pot.external_id, Tracking(position=FIRST))

    assert leads_to(link.url, jd.manifest.hosts)
    order = sandbox.buy(link.url)
    assert now_reported(jd, order).evidence == (ByPosition(FIRST, "ordered"),)
    assert sandbox.post("/control/purchase", {"url": link.url[:-3] + "aaa"}).status_code in (404, 422)


def test_a_position_that_is_not_registered_is_refused_as_one(jd: UnionConnector, pot: OfferFacts) -> None:
    with pytest.raises(PositionRefused):
        jd.tracked_link(pot.external_id, Tracking(position="123456"))


def test_a_social_media_site_is_refused_by_the_call_for_sites(sandbox: Sandbox, pot: OfferFacts) -> None:
    with pytest.raises(MarketplaceRefused) as refused:
        account(sandbox, site_id="4100464399").tracked_link(pot.external_id, Tracking(position=FIRST))

    assert refused.value.facts["code"] == "2001701"


def test_positions_are_made_or_chosen_freely_and_both_are_reported(sandbox: Sandbox, pot: OfferFacts) -> None:
    made = account(sandbox)
    position = made.register_position("joey-new")
    order = sandbox.buy(made.tracked_link(pot.external_id, Tracking(position=position)).url)
    assert now_reported(made, order).evidence == (ByPosition(position, "ordered"),)

    free = account(sandbox, links="bysubunionid", sub_ids=True, site_id="4100464399")
    chosen = free.register_position("joey-free")
    assert chosen == free.register_position("joey-free") != free.register_position("joey-other")
    order = sandbox.buy(free.tracked_link(pot.external_id, Tracking(position=chosen, sub_id="shop42")).url)
    assert now_reported(free, order).evidence == (ByPosition(chosen, "ordered"), BySubId("shop42"))


def test_without_its_key_the_account_says_where_positions_come_from(sandbox: Sandbox) -> None:
    jd = account(sandbox, union_key="")

    assert jd.manifest.capabilities.positions.granted == "manual"
    with pytest.raises(MarketplaceRefused) as refused:
        jd.register_position("joey-new")
    assert refused.value.field == "union_key"


def test_an_order_is_found_by_its_number_with_all_its_rows(
    jd: UnionConnector, sandbox: Sandbox, pot: OfferFacts
) -> None:
    url = jd.tracked_link(pot.external_id, Tracking(position=FIRST)).url
    orders = [sandbox.buy(url), sandbox.buy(url)]
    number = sandbox.post("/control/jd/baskets", {"orders": orders}).json()["orderId"]

    found = [read_row(jd, row) for row in jd.rows_of_order(str(number))]

    assert sorted(one.external_line for one in found if isinstance(one, OrderReport)) == sorted(orders)
    assert {one.external_order for one in found if isinstance(one, OrderReport)} == {str(number)}
    assert jd.rows_of_order("999999999999") == []


def test_each_question_finds_an_order_by_its_own_time(
    jd: UnionConnector, sandbox: Sandbox, pot: OfferFacts, quiet_hour: Callable[[], float]
) -> None:
    hour = quiet_hour()
    url = jd.tracked_link(pot.external_id, Tracking(position=FIRST)).url
    order = sandbox.buy(url, click_time=utc(hour), paid_at=utc(hour + 60))
    sandbox.move(order, "receive", at=utc(hour + 600))
    sandbox.move(order, "repeat", at=utc(hour + 1200))
    since, ten = datetime.fromtimestamp(hour, UTC), timedelta(minutes=9)

    found = {
        question.code: number
        for question in (ORDERS_PLACED, ORDERS_COMPLETED, ORDERS)
        for number in range(3)
        if order in reported(jd, question, since + number * ten, since + (number + 1) * ten)
    }

    assert found == {"orders_placed": 0, "orders_completed": 1, "orders": 2}


def test_an_order_settles_when_its_day_came_and_what_is_returned_then_lowers_it(
    jd: UnionConnector, sandbox: Sandbox, pot: OfferFacts
) -> None:
    order = sandbox.buy(jd.tracked_link(pot.external_id, Tracking(position=FIRST)).url, quantity=2)
    paid = now_reported(jd, order)
    sandbox.move(order, "receive")
    received = now_reported(jd, order)
    sandbox.move(order, "settle")
    settled = now_reported(jd, order)
    sandbox.move(order, "return", quantity=1)
    returned = now_reported(jd, order)

    assert [one.state for one in (paid, received, settled, returned)] == ["paid", "received", "settled", "settled"]
    assert settled.settled_at
    assert settled.reported_at > received.reported_at or settled.reported_at == received.reported_at
    assert 0 < returned.commission_minor < settled.commission_minor
    assert (settled.quantity, returned.quantity) == (2, 1)


@pytest.mark.parametrize("code", [3, 14, 19, 25, 36])
def test_a_void_order_earns_nothing_and_says_why(
    jd: UnionConnector, sandbox: Sandbox, pot: OfferFacts, code: int
) -> None:
    order = sandbox.buy(jd.tracked_link(pot.external_id, Tracking(position=FIRST)).url)
    sandbox.post("/control/jd/codes", {"order": order, "validCode": code}).raise_for_status()

    seen = now_reported(jd, order)

    assert (seen.state, seen.reason, seen.commission_minor) == ("closed", str(code), 0)
    assert seen.reason in jd.manifest.closed_because


def test_a_split_order_is_closed_and_its_parts_carry_on(jd: UnionConnector, sandbox: Sandbox, pot: OfferFacts) -> None:
    order = sandbox.buy(jd.tracked_link(pot.external_id, Tracking(position=FIRST)).url, quantity=3)
    before = now_reported(jd, order)
    parts = sandbox.move(order, "split")["split_into"]

    whole, children = now_reported(jd, order), [now_reported(jd, part) for part in parts]

    assert (whole.state, whole.reason) == ("closed", "2")
    assert len(children) > 1
    assert {child.state for child in children} == {"paid"}
    assert sum(child.commission_minor for child in children) == before.commission_minor
    assert sum(child.quantity for child in children) == 3


def test_a_frozen_order_is_held_until_it_is_released_and_price_protection_is_inside(
    jd: UnionConnector, sandbox: Sandbox, pot: OfferFacts
) -> None:
    order = sandbox.buy(jd.tracked_link(pot.external_id, Tracking(position=FIRST)).url)
    sandbox.move(order, "freeze")
    frozen = now_reported(jd, order)
    sandbox.move(order, "release")
    free = now_reported(jd, order)
    sandbox.move(order, "receive")
    sandbox.move(order, "settle")
    settled = now_reported(jd, order)
    sandbox.move(order, "price_protect", amount=100)
    protected = now_reported(jd, order)

    assert (frozen.held, free.held) == ("frozen", "")
    assert protected.protected_minor == 100
    assert protected.paid_minor == settled.paid_minor - 100
    assert protected.commission_minor < settled.commission_minor


def test_a_window_that_holds_more_than_a_page_is_halved_and_nothing_is_lost(
    jd: UnionConnector, sandbox: Sandbox, pot: OfferFacts, quiet_hour: Callable[[], float], monkeypatch: Any
) -> None:
    from dataclasses import replace

    hour = quiet_hour()
    url = jd.tracked_link(pot.external_id, Tracking(position=FIRST)).url
    orders = {sandbox.buy(url, click_time=utc(hour), paid_at=utc(hour + 10 * n)) for n in range(1, 8)}
    same = {sandbox.buy(url, click_time=utc(hour), paid_at=utc(hour + 300)) for _n in range(4)}

    small = replace(ORDERS_PLACED, page_size=2)
    found = reported(jd, small, datetime.fromtimestamp(hour, UTC), datetime.fromtimestamp(hour + 3600, UTC))

    assert orders | same <= set(found)
